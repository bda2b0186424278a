"""Every question of `add auth` is asked in the contract's shape, and its flag answers it."""

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.guarding.test_adopting import host as host_with_users
from tests.guarding.test_stored_passwords import SALTED
from tests.guarding.test_stored_passwords import host as salted_host
from typer.testing import CliRunner

from backwright.cli.main import app
from backwright.errors import QuestionError, VerificationError
from backwright.tasks import auth_answers, auth_completion, auth_plan, auth_proof
from backwright.tasks.questions import Answers
from backwright.values import Check

HALF = Path(__file__).parent / "hosts" / "half" / "before"
PLANNED = ("accounts", "role", "owned", "public", "rows", "endpoints")
COMPLETED = ("public", "shared")


def asked(folder: Path, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return what the command says with some answers: its exit code, and the document."""
    words = [word for key, value in given.items() for word in ("--answer", f"{key}={value}")]
    command = ["add", "auth", "--dry-run", "--json", "--project", str(folder), *words]
    result = CliRunner().invoke(app, command)
    return result.exit_code, json.loads(result.stdout)


def walked(folder: Path) -> dict[str, str]:
    """Answer each question as is recommended, until there is none; return the answers."""
    given: dict[str, str] = {}
    while True:
        code, document = asked(folder, given)
        if code == 0:
            assert document["plan"], document
            return given
        assert code == 3, document
        assert document["schema"] == 1
        assert document["command"] == "add auth"
        question = document["question"]
        assert {"key", "text", "why", "choices", "recommended"} <= set(question)
        assert question["text"], question
        assert question["why"], question
        assert all({"value", "text", "trade_off"} == set(one) for one in question["choices"])
        assert all(one["trade_off"] for one in question["choices"]), question
        assert question["recommended"] in [one["value"] for one in question["choices"]]
        assert question["key"] not in given, "its flag was not taken"
        given[question["key"]] = question["recommended"]


def test_a_host_without_an_authentication(tmp_path: Path) -> None:
    assert tuple(walked(host_with_users(tmp_path))) == PLANNED


def test_a_host_with_hashes_of_its_own(tmp_path: Path) -> None:
    given = walked(salted_host(tmp_path, *SALTED))
    assert given["passwords"] == "reset"


def test_a_host_with_half_of_one(tmp_path: Path) -> None:
    assert tuple(walked(Path(shutil.copytree(HALF, tmp_path / "half")))) == COMPLETED


def test_what_could_not_be_proved() -> None:
    untried = (
        Check("guards", "skipped", 1.0, "1 of 2 refuse who has no account; GET /a: not tried"),
    )
    with pytest.raises(QuestionError) as raised:
        auth_proof.agree(untried, Answers())
    question = raised.value.question
    assert question.key == "unguarded"
    assert "GET /a: not tried" in question.why
    assert all(one.trade_off for one in question.choices)
    auth_proof.agree(untried, Answers({"unguarded": "proceed"}))
    with pytest.raises(VerificationError, match="not every endpoint"):
        auth_proof.agree(untried, Answers({"unguarded": "stop"}))


def test_no_other_question_is_asked() -> None:
    keys = set()
    for module in (auth_answers, auth_plan, auth_completion, auth_proof):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            is_question = isinstance(node, ast.Call) and ast.unparse(node.func) == "Question"
            keys |= (
                {k.value.value for k in node.keywords if k.arg == "key"} if is_question else set()
            )
    assert keys == {
        *PLANNED,
        *COMPLETED,
        "unguarded",
        "unique",
        "passwords",
    }  # test_uniques asks one
