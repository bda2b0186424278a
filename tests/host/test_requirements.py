"""What a project says it needs, in each of the ways that people say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.host.making import needs_of
from backwright.host.requirements import name_of, poetry_range, read_requirements


def put(root: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_requirements_files(tmp_path: Path, encoding: str) -> None:
    text = (
        "# the web\nfastapi[standard]==0.100.0  # pinned\n-r more.txt\nsqlmodel>=0.0.8 \\\n"
        "    --hash=sha256:abc\n--extra-index-url https://example.com/simple\n-e .\n"
        "git+https://example.com/x.git#egg=x\n-c limits.txt\n"
    )
    put(tmp_path, "requirements.txt", text, encoding)
    put(tmp_path, "more.txt", "uvicorn\n-r requirements.txt\n")
    put(tmp_path, "limits.txt", "anyio==4.0\n")
    put(tmp_path, "requirements-dev.txt", "pytest\n")
    needs = read_requirements(tmp_path)
    assert needs.needed == (
        "pytest",
        "fastapi[standard]==0.100.0",
        "uvicorn",
        "sqlmodel>=0.0.8",
        "git+https://example.com/x.git#egg=x",
    )
    assert needs.pins == ("anyio==4.0",)
    assert needs.options == ("--extra-index-url", "https://example.com/simple")
    assert needs.names() == {"pytest", "fastapi", "uvicorn", "sqlmodel"} | (
        needs.names() - {"pytest", "fastapi", "uvicorn", "sqlmodel"}
    )
    assert needs.local == ()


def test_pyproject_with_groups_extras_and_a_lock(tmp_path: Path) -> None:
    put(
        tmp_path,
        "pyproject.toml",
        """
[project]
name = "shop"
requires-python = ">=3.11"
dependencies = ["fastapi>=0.110", "shared"]
[project.optional-dependencies]
postgres = ["asyncpg"]
[dependency-groups]
test = ["pytest"]
dev = [{include-group = "test"}, "ruff"]
[tool.uv.sources]
shared = {path = "../shared"}
""",
    )
    put(
        tmp_path,
        "uv.lock",
        """
[[package]]
name = "fastapi"
version = "0.115.0"
source = {registry = "https://pypi.org/simple"}
[[package]]
name = "shop"
version = "1"
source = {editable = "."}
[[package]]
name = "numpy"
version = "1"
[[package]]
name = "numpy"
version = "2"
""",
    )
    (tmp_path.parent / "shared").mkdir(exist_ok=True)
    needs = read_requirements(tmp_path)
    assert needs.needed == ("fastapi>=0.110", "pytest", "ruff")
    assert needs.wished == ("asyncpg",)
    assert needs.pins == ("fastapi==0.115.0",)
    assert needs.python == ">=3.11"
    assert needs.local == ((tmp_path.parent / "shared").resolve(),)


def test_poetry(tmp_path: Path) -> None:
    put(
        tmp_path,
        "pyproject.toml",
        """
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.10"
fastapi = "^0.110.1"
sqlalchemy = {version = "~2.0", extras = ["asyncio"]}
mine = {path = "../mine", develop = true}
fork = {git = "https://example.com/fork.git", tag = "v1"}
[tool.poetry.group.dev.dependencies]
pytest = "*"
""",
    )
    needs = read_requirements(tmp_path)
    assert needs.needed == (
        "fastapi>=0.110.1,<0.111",
        "sqlalchemy[asyncio]>=2.0,<2.1",
        "fork @ git+https://example.com/fork.git@v1",
        "pytest",
    )
    assert needs.python == ">=3.10,<4"


@pytest.mark.parametrize(
    ("poetry", "pep440"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^1", ">=1,<2"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.3", "==1.2.3"),
        (">=1.2, <2", ">=1.2,<2"),
        ("~=1.4", "~=1.4"),
        ("*", ""),
        ("1.*", "==1.*"),
    ],
)
def test_poetry_ranges(poetry: str, pep440: str) -> None:
    assert poetry_range(poetry) == pep440


def test_the_older_files(tmp_path: Path) -> None:
    put(tmp_path, "setup.py", "from setuptools import setup\nsetup(install_requires=['a>=1', 'b'])")
    put(
        tmp_path,
        "setup.cfg",
        "[options]\ninstall_requires =\n  c\n  d<2\npython_requires = >=3.8\n",
    )
    put(tmp_path, "Pipfile", '[packages]\nfastapi = "*"\n[requires]\npython_version = "3.11"\n')
    put(tmp_path, "Pipfile.lock", '{"default": {"fastapi": {"version": "==0.99"}}}')
    put(
        tmp_path,
        "environment.yml",
        "name: x\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - httpx=0.27\n  - pip:\n      - e==1\n",
    )
    needs = read_requirements(tmp_path)
    assert set(needs.needed) == {"a>=1", "b", "c", "d<2", "fastapi", "httpx==0.27.*", "e==1"}
    assert needs.pins == ("fastapi==0.99",)
    assert needs.python == "==3.11.*"


def test_a_pipfile_may_name_a_patch_release(tmp_path: Path) -> None:
    put(tmp_path, "Pipfile", '[packages]\nfastapi = "*"\n[requires]\npython_version = "3.9.2"\n')
    assert read_requirements(tmp_path).python == "==3.9.*"


def test_the_key_follows_the_contents(tmp_path: Path) -> None:
    put(tmp_path, "requirements.txt", "fastapi\n")
    first = read_requirements(tmp_path).key()
    assert read_requirements(tmp_path).key() == first
    put(tmp_path, "requirements.txt", "fastapi\nhttpx\n")
    assert read_requirements(tmp_path).key() != first


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", "[project\n")
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        read_requirements(tmp_path)


def test_names() -> None:
    assert name_of("Flask_SQLAlchemy[x]>=1") == "flask-sqlalchemy"
    assert name_of("https://example.com/a.whl") == ""


def test_a_file_that_asks_for_fastapi_is_read_where_none_is_called_as_usual(
    tmp_path: Path,
) -> None:
    put(tmp_path, "requerements.txt", "fastapi==0.111.0\nuvicorn\n", "utf-16")
    put(tmp_path, "robots.txt", "User-agent: *\n")
    assert read_requirements(tmp_path).needed == ("fastapi==0.111.0", "uvicorn")
    put(tmp_path, "requirements.txt", "fastapi\n")
    assert read_requirements(tmp_path).needed == ("fastapi",)


@pytest.mark.parametrize("start", [".", "backend/src"])
@pytest.mark.parametrize(
    "name", ["backend/src/app/requirements/base.txt", "backend/src/app/requirements.txt"]
)
def test_requirements_below_where_it_is_run(tmp_path: Path, start: str, name: str) -> None:
    put(tmp_path, "backend/src/app/main.py", "")
    put(tmp_path, name, "fastapi==0.104.1\n")
    put(tmp_path, "other/requirements.txt", "flask\n")
    put(tmp_path, "backend/node_modules/x/requirements.txt", "fastapi\ndjango\n")
    assert needs_of(tmp_path, start).names() == {"fastapi"}


def test_requirements_of_what_is_run_before_those_of_others(tmp_path: Path) -> None:
    put(tmp_path, "another/requirements.txt", "fastapi\ndjango\n")
    put(tmp_path, "web/code/requirements.txt", "fastapi\n")
    assert needs_of(tmp_path, "web").names() == {"fastapi"}
