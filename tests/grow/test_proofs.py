"""Where the fixtures of a grown resource's tests stand."""

from pathlib import Path

import pytest

from backwright.transfer.draft import Draft
from backwright.transfer.grow.proofs import hides_fixtures

FIXTURES = "import pytest\n\n\n@pytest.fixture\ndef client():\n    return 1\n"
OTHERS = "import pytest\n\n\n@pytest.fixture\ndef session():\n    return 1\n"


@pytest.mark.parametrize(
    ("there", "conftest", "hidden"),
    [
        ({"tests/conftest.py": FIXTURES}, "tests/routes/conftest.py", True),
        ({"conftest.py": FIXTURES}, "tests/routes/conftest.py", True),
        ({"tests/conftest.py": OTHERS}, "tests/routes/conftest.py", False),
        ({"tests/routes/users/conftest.py": FIXTURES}, "tests/routes/conftest.py", False),
        (
            {
                "back/conftest.py": 'pytest_plugins = ["tests.fixtures.clients"]\n',
                "back/tests/fixtures/clients.py": FIXTURES,
            },
            "back/tests/unit/conftest.py",
            True,
        ),
        ({}, "conftest.py", False),
    ],
)
def test_fixtures_of_an_outer_folder_stay_in_force(
    tmp_path: Path, there: dict[str, str], conftest: str, *, hidden: bool
) -> None:
    for path, text in there.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert hides_fixtures(Draft(tmp_path), conftest, FIXTURES) is hidden
