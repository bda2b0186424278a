"""Finding the host's environment on disk, and making one where there is none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.errors import MissingError
from backwright.host import environment, installing, making
from backwright.host.environment import find, inspect_prefix
from backwright.host.interpreters import interpreters, satisfies, version_of
from backwright.host.making import ensure, find_uv, make
from backwright.host.process import run
from backwright.host.requirements import Requirements, read_requirements

WHEEL = """
import sys, zipfile
name, version, folder = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr(f"{name}/__init__.py", f"VERSION = {version!r}\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "UV_PROJECT_ENVIRONMENT",
        "XDG_CACHE_HOME",
        "WORKON_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, version in (
        ("fastapi", "0.1"),
        ("fastapi", "0.2"),
        ("pytest", "9"),
        ("localtool", "1"),
    ):
        subprocess.run([sys.executable, "-c", WHEEL, name, version, str(folder)], check=True)
    return folder


def fake(prefix: Path, *packages: str) -> Path:
    site = prefix / "lib/python3.12/site-packages"
    site.mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin/python").touch()
    (prefix / "pyvenv.cfg").write_text("home = /usr/bin\n")
    for package in packages:
        (site / package).mkdir()
        (site / f"{package}-1.0.dist-info").mkdir()
    return prefix


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "shop"
    root.mkdir(parents=True)
    (root / "requirements.txt").write_text("fastapi\nsqlmodel\n")
    return root


def test_a_virtual_environment_in_the_project(project: Path) -> None:
    fake(project / "venv", "fastapi", "sqlmodel")
    found = find(project)
    assert found is not None
    assert (found.kind, found.prefix, found.missing) == ("venv", project / "venv", ())
    assert found.has("fastapi")
    assert found.distributions() == {"fastapi": "1.0", "sqlmodel": "1.0"}


def test_an_empty_environment_is_passed_over_for_the_active_one(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake(project / ".venv")
    monkeypatch.setenv("VIRTUAL_ENV", str(fake(tmp_path / "active", "fastapi", "sqlmodel")))
    found = find(project)
    assert found is not None
    assert found.kind == "active"


def test_the_one_that_lacks_least_is_taken(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake(project / ".venv", "fastapi")
    monkeypatch.setenv("VIRTUAL_ENV", str(fake(tmp_path / "active", "fastapi", "sqlmodel")))
    found = find(project)
    assert found is not None
    assert found.kind == "active"
    (project / "requirements.txt").write_text("fastapi\nsqlmodel\nhttpx\n")
    found = find(project)
    assert found is not None
    assert found.missing == ("httpx",)


def test_one_above_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "backend").mkdir()
    fake(tmp_path / ".venv", "fastapi")
    found = find(tmp_path / "backend")
    assert found is not None
    assert found.prefix == tmp_path / ".venv"


def test_the_folders_of_other_tools(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (project / "pyproject.toml").write_text('[tool.poetry]\nname = "Shop"\n')
    key = environment._short_hash(project, 8)
    fake(home / f".cache/pypoetry/virtualenvs/shop-{key}-py3.12", "fastapi", "sqlmodel")
    found = find(project)
    assert found is not None
    assert found.kind == "poetry"

    (project / "pyproject.toml").unlink()
    (project / "Pipfile").write_text("")
    key = environment._short_hash(project / "Pipfile", 8)
    fake(home / f".local/share/virtualenvs/shop-{key}", "fastapi", "sqlmodel")
    found = find(project)
    assert found is not None
    assert found.kind == "pipenv"

    (project / "Pipfile").unlink()
    fake(tmp_path / "pdm", "fastapi", "sqlmodel")
    (project / ".pdm-python").write_text(f"{tmp_path}/pdm/bin/python\n")
    found = find(project)
    assert found is not None
    assert found.kind == "pdm"

    (project / ".pdm-python").unlink()
    (project / "environment.yml").write_text("name: shop-env\n")
    (home / ".conda").mkdir(parents=True)
    (home / ".conda/environments.txt").write_text(f"{tmp_path}/envs/shop-env\n")
    fake(tmp_path / "envs/shop-env", "fastapi", "sqlmodel")
    found = find(project)
    assert found is not None
    assert found.kind == "conda"


def test_none(project: Path) -> None:
    assert find(project) is None
    assert inspect_prefix(project, "venv") is None


def test_our_own_variables_do_not_reach_the_host(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(project / ".venv", "fastapi", "sqlmodel")
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    monkeypatch.setenv("SECRET_KEY", "theirs")
    found = find(project)
    assert found is not None
    told = found.variables({"DATABASE_URL": "x"})
    assert not {"PYTHONPATH", "PYTEST_ADDOPTS"} & set(told)
    assert (told["SECRET_KEY"], told["DATABASE_URL"]) == ("theirs", "x")
    assert told["PATH"].startswith(f"{project}/.venv/bin:")


@pytest.mark.parametrize("with_uv", [True, False])
def test_one_is_made_outside_of_the_tree_and_used_again(
    project: Path, wheels: Path, with_uv: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_uv:
        monkeypatch.setattr(making, "find_uv", list)
    elif not find_uv():
        pytest.skip("no uv here")
    (project / "requirements.txt").write_text(
        f"--no-index\n--find-links {wheels}\nfastapi\n-c limits.txt\n"
    )
    (project / "limits.txt").write_text("fastapi==0.1\n")
    before = sorted(project.rglob("*"))
    said: list[str] = []
    needs = read_requirements(project)
    needs = replace(
        needs,
        wished=(),
        options=("--no-index", "--find-links", str(wheels)),
        python="",
        preferred="",
    )
    made = make(needs, tools=("pytest",), say=said.append)
    assert made.kind == "made"
    assert sorted(project.rglob("*")) == before
    assert made.distributions()["fastapi"] == "0.1"
    assert made.has("pytest")
    shown = run([str(made.python), "-c", "import fastapi; print(fastapi.VERSION)"], cwd=project)
    assert shown.stdout == "0.1\n"
    assert make(needs, tools=("pytest",), say=said.append) == made
    assert len(said) == 1, "made once"


def test_pins_that_cannot_be_met_are_dropped(project: Path, wheels: Path) -> None:
    options = ("--no-index", "--find-links", str(wheels))
    path = project / "requirements.txt"
    needs = Requirements(("fastapi",), ("nowhere",), ("fastapi==9",), options, files=(path,))
    made = make(needs, tools=())
    assert made.distributions()["fastapi"] == "0.2"


def test_what_cannot_be_installed_says_so(project: Path, wheels: Path) -> None:
    options = ("--no-index", "--find-links", str(wheels))
    needs = Requirements(("nowhere",), (), (), options, files=(project / "requirements.txt",))
    with pytest.raises(MissingError, match="nowhere") as caught:
        make(needs, tools=())
    assert ".venv" in caught.value.remedy


def test_a_project_that_names_nothing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="names no dependencies"):
        ensure(tmp_path)


def test_versions_of_interpreters() -> None:
    version = (3, 11, 7)
    assert satisfies(version, ">=3.10")
    assert satisfies(version, "<3.14")
    assert satisfies(version, "==3.11.*")
    assert satisfies(version, "~=3.11")
    assert not satisfies(version, ">=3.12")
    assert not satisfies(version, "!=3.11")
    assert not satisfies(version, "<3.11")


@pytest.mark.parametrize(
    ("line", "name", "looser"),
    [
        ("orjson==3.6.1", "orjson", "orjson>=3.6.1"),
        ("PyYAML>=5.4.1,<6", "pyyaml", "PyYAML"),
        ("psycopg2>=2.9.1", "psycopg2", "psycopg2-binary>=2.9.1"),
        (
            "uvicorn[standard]<1 ; python_version < '4'",
            "uvicorn",
            "uvicorn[standard]; python_version < '4'",
        ),
        ("fastapi==0.68", "orjson", "fastapi==0.68"),
        ("fastapi", "fastapi", "fastapi"),
    ],
)
def test_what_cannot_be_built_is_loosened(line: str, name: str, looser: str) -> None:
    assert installing._loosened(line, name) == looser


@pytest.mark.parametrize(
    ("line", "compatible"),
    [
        ("pydantic==1.8.2", "pydantic>=1.8.2,<2"),
        (
            "fastapi[all]==0.68.0 ; python_version > '3'",
            "fastapi[all]>=0.68.0,<1 ; python_version > '3'",
        ),
        ("x==1.*", "x==1.*"),
        ("x==1.0rc1", "x==1.0rc1"),
        ("x>=2", "x>=2"),
    ],
)
def test_compatible_versions(line: str, compatible: str) -> None:
    assert installing._compatible(line) == compatible


def test_the_words_of_a_failed_build_name_the_package() -> None:
    for words in (
        "error: Failed to download and build `orjson==3.6.1`",
        "  x Failed to build `pyyaml==5.4.1`",
        "ERROR: Failed building wheel for pyyaml",
        "error: metadata-generation-failed\n\nEncountered error\n╰─> pyyaml\n",
    ):
        found = installing._UNBUILDABLE.search(words)
        assert found is not None
        assert found[1] in ("orjson", "pyyaml")


def test_of_two_pins_the_one_gives_way_that_the_other_package_decides() -> None:
    said = (
        "  cause: Because fastapi==0.68.0 depends on\n  starlette==0.14.2 and you require "
        "fastapi==0.68.0, we can conclude that you require starlette==0.14.2."
    )
    assert installing._in_the_way(said, ("fastapi==0.68.0", "starlette==0.16.0")) == "starlette"
    assert installing._in_the_way(said, ("fastapi==0.68.0", "starlette")) == ""
    assert installing._in_the_way("depends on Python>=3.12", ("fastapi==0.68.0",)) == ""


def test_pins_that_do_not_run_here_are_tried_on_an_older_python(
    project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are loosened only where they run on none."""
    older = min(interpreters(), key=version_of)
    if older == sys.executable:
        pytest.skip("there is one Python only")
    run_on: list[Path] = []

    def broken(python: Path, *_: object) -> str:
        run_on.append(python.resolve())
        is_ours = version_of(str(python.resolve()))[:2] == sys.version_info[:2]
        return "it does not run" if is_ours else ""

    monkeypatch.setattr(making, "_broken", broken)
    options = ("--no-index", "--find-links", str(wheels))
    needs = replace(read_requirements(project), needed=("fastapi",), options=options)
    said: list[str] = []
    made = make(needs, tools=(), say=said.append)
    assert version_of(str(made.python.resolve())) < sys.version_info[:3]
    assert any("trying another Python" in line for line in said)
    assert len(run_on) == 2


def test_a_python_that_is_installed_later_gets_an_environment_of_its_own(
    project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [python for python in interpreters() if python != sys.executable]
    if not others:
        pytest.skip("there is one Python only")
    wanted = "==" + ".".join(map(str, version_of(others[0])[:2])) + ".*"
    options = ("--no-index", "--find-links", str(wheels))
    needs = replace(read_requirements(project), needed=("fastapi",), options=options, python=wanted)
    monkeypatch.setattr(making, "accepted", lambda _: ())
    monkeypatch.setattr(making, "interpreters", lambda: (sys.executable,))
    before = make(needs, tools=())
    monkeypatch.setattr(making, "accepted", lambda _: (others[0],))
    after = make(needs, tools=())
    assert version_of(str(before.python)) == sys.version_info[:3]
    assert version_of(str(after.python)) == version_of(others[0])


def test_an_interpreter_that_is_not_there_is_named(project: Path, wheels: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.99"\n'
        'dependencies = ["fastapi"]\n'
    )
    options = ("--no-index", "--find-links", str(wheels))
    needs = replace(read_requirements(project), needed=("fastapi",), options=options)
    said: list[str] = []
    made = make(needs, tools=(), say=said.append)
    assert made.distributions()["fastapi"] == "0.2"
    assert "Python >=3.99 is not on this machine; trying Python 3." in said[-1]
