"""A refusal says what was expected, and the next request keeps to it."""

from datetime import datetime
from typing import Any, cast

import pytest
from pydantic import AwareDatetime, BaseModel, NaiveDatetime, ValidationError

from backwright.probe.client import Answer, Call
from backwright.probe.operations import Operation
from backwright.probe.repair import mended
from backwright.probe.samples import Sampler
from backwright.probe.schemas import Schemas


class Naive(BaseModel):
    at: NaiveDatetime


class Aware(BaseModel):
    at: AwareDatetime


@pytest.mark.parametrize(
    ("model", "sent"), [(Naive, "2030-01-01T10:00:00Z"), (Aware, "2030-01-01T10:00:00")]
)
def test_a_moment_gets_the_time_zone_that_it_shall_have(model: type[BaseModel], sent: str) -> None:
    body: dict[str, Any] = {"at": sent}
    with pytest.raises(ValidationError) as refused:
        model(**body)
    text = refused.value.json().replace('"loc":["at"]', '"loc":["body","at"]')
    answer = Answer(422, {"content-type": "application/json"}, f'{{"detail":{text}}}', 0.0)
    call = mended(Call(cast("Operation", None), body=body), answer, Sampler(Schemas({})), "a")
    assert call is not None
    assert isinstance(model(**call.body).at, datetime)  # type: ignore[attr-defined]
