"""The house with each combination of features: complete, and with no trace of the others."""

import ast
import re
import sys
from pathlib import Path
from typing import Literal

import pytest

from backwright.host.process import run
from backwright.source.outline import imported_names, outline
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features, house_draft, house_root, without_exemplars
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.resource import transfer_resource
from backwright.transfer.survey import survey

RUFF = str(Path(sys.executable).parent / "ruff")
ALL = [
    Features(auth=True, database="postgresql"),
    Features(auth=True, database="sqlite"),
    Features(auth=False, database="postgresql"),
    Features(auth=False, database="sqlite"),
]
TRACES = {
    "auth": (
        r"caller|owner|currentuser|sign(?:ed|ing)?[- ](?:in|out)\b|log(?:ged|ging)?[- ]?in\b(?! )"
        r"|bcrypt|jwt|oauth|password_hash|mailer|(?<!ordinary )\busers?\b|\b401\b"
    ),
    "postgresql": r"postgres|asyncpg|pgserver|replica|pgbouncer|citus|with_database",
    "sqlite": r"sqlite",
    "ours": r"backwright|variants|\[/?(?:no-)?(?:auth|postgresql|sqlite)\]",
}
# Words that mean something else there: rules of logs, users of containers and of PostgreSQL.
ELSEWHERE = {
    "app/logs.py": "auth",
    "tests/test_logging.py": "auth",
    "tests/stack_helpers.py": "auth",
    "Dockerfile": "auth",
    "compose.yaml": "auth",
    "deploy/follow-primary.sh": "auth",
    "deploy/create-roles.sh": "auth",
    "scripts/with_database.py": "auth",
    "app/middleware/stack.py": "auth",  # the documentation page's own URL for OAuth2
    "app/middleware/security_headers.py": "auth",
    "tests/database.py": "auth",
    "tests/test_replica.py": "auth",
    "tests/test_server.py": "auth",
}


def identify(features: Features) -> str:
    """Return how reports of tests name a combination."""
    return "-".join(sorted(features.words))


@pytest.fixture(scope="module", params=ALL, ids=identify)
def features(request: pytest.FixtureRequest) -> Features:
    """Return each combination of features."""
    features: Features = request.param
    return features


@pytest.fixture(scope="module")
def draft(features: Features) -> Draft:
    """Return the house with these features."""
    return house_draft(features)


def test_there_is_no_trace_of_what_was_left_out(features: Features, draft: Draft) -> None:
    """Not in code, settings, documentation, dependencies or names of files."""
    missing = {"ours", "sqlite" if features.database == "postgresql" else "postgresql"}
    missing |= set() if features.auth else {"auth"}
    found = [
        (path, feature, match.group())
        for path in draft.files()
        for feature in sorted(missing)
        if ELSEWHERE.get(path) != feature
        for match in re.finditer(TRACES[feature], f"{path}\n{draft.text(path)}", re.IGNORECASE)
    ]
    assert found == []


def test_every_name_that_is_imported_from_the_project_is_there(draft: Draft) -> None:
    """Nothing was taken out that something else still needs."""
    modules = {path.removesuffix(".py").replace("/", "."): path for path in draft.modules()}
    for path in draft.modules():
        for origin in imported_names(draft.text(path)).values():
            module, _, name = origin.rpartition(".")
            if module in modules:
                code = draft.text(modules[module])
                defined = {n for s in outline(code) for n in s.names}
                assert name in defined | set(imported_names(code)), (path, origin)
            elif origin.startswith(("app.", "tests.")):
                assert origin in modules or f"{origin}.__init__" in modules, (path, origin)


def test_every_function_of_the_application_is_used(draft: Draft) -> None:
    """What was only there for something left out went with it; so did settings."""
    words = re.findall(r"\w+", "\n".join(draft.text(p) for p in draft.modules()))
    for path in draft.modules():
        if not path.startswith("app/"):
            continue
        for statement in outline(draft.text(path)):
            if not isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not statement.node.decorator_list:
                name = statement.node.name
                assert words.count(name) > 1, (path, name)


def test_the_result_is_clean(draft: Draft, tmp_path: Path) -> None:
    """Tidied, it passes its own linter and is formatted as its own settings say."""
    tidy(tmp_path, draft.write_into(tmp_path))
    for command in (["check"], ["format", "--check"]):
        result = run([RUFF, *command, "--no-cache", "."], cwd=tmp_path, timeout=60)
        assert result.ok, result.output


def test_all_features_are_the_house_itself() -> None:
    """But for the marks."""
    draft = house_draft()
    assert not any(after is None for _, after in draft.changes().values())
    for path in draft.modules():
        assert draft.text(path) == (house_root() / path).read_text(), path


def test_the_exemplars_can_be_taken_out(features: Features, draft: Draft, tmp_path: Path) -> None:
    """All of them; and a resource of the user's own can be called like one of them."""
    own = house_draft(features)
    without_exemplars(own, set())
    assert survey(own).resources == ()
    assert not any("label" in p or "categor" in p or "migrations/v" in p for p in own.files())
    assert not re.search(r"(?i)\b(label|categor|tag_|task_|project_)", own.text("app/models.py"))
    for line in (
        "Tag name:str:30",
        "Task title:str:1..80:unique tags:many:Tag",
        "Category at:date",
    ):
        transfer_resource(own, draft, read_resource_line(line))
    assert [table.name for table in survey(own).resources] == ["Tag", "Task", "Category"]
    tidy(tmp_path, own.write_into(tmp_path))
    result = run([RUFF, "check", "--no-cache", "."], cwd=tmp_path, timeout=60)
    assert result.ok, result.output


def test_the_house_is_left_as_it_was() -> None:
    """A draft changes nothing on disk."""
    before = {path: path.read_bytes() for path in house_root().rglob("*.py")}
    house_draft(Features(auth=False, database="sqlite"))
    assert {path: path.read_bytes() for path in house_root().rglob("*.py")} == before


@pytest.mark.parametrize(
    ("database", "default"), [("postgresql", "func.now()"), ("sqlite", "CURRENT_TIME")]
)
def test_the_time_by_default_is_one_that_every_program_can_write(
    database: Literal["postgresql", "sqlite"], default: str
) -> None:
    """In SQLite `func.now()` is a function of the application's own connections."""
    features = Features(database=database)
    draft = house_draft(features)
    spec = read_resource_line("Visit at:datetime:default=now")
    transfer_resource(draft, house_draft(features), spec)
    assert f'{{"server_default": {default}}}' in draft.text("app/models.py").partition("Visit(")[2]
