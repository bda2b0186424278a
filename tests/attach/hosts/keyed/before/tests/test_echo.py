"""Words come back."""

import pytest
from fastapi.testclient import TestClient

from service.main import app


@pytest.fixture
def program() -> TestClient:
    return TestClient(app, headers={"X-Service-Key": "a-key-for-tests"})


def test_word_comes_back(program: TestClient) -> None:
    assert program.get("/echo", params={"word": "hallo"}).json() == "hallo"
