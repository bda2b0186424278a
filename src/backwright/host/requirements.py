"""What a project says it needs, read from whichever files it says it in; nothing is run."""

from __future__ import annotations

import ast
import configparser
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backwright.errors import UsageError
from backwright.host.interpreters import deployed_python, preferred_python

_FILES = (
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile",
    "Pipfile.lock",
    "setup.py",
    "setup.cfg",
    "environment.yml",
    "environment.yaml",
    ".python-version",
)
_ASKS = re.compile(r"(?m)^fastapi\s*(?:\[[\w,-]+\]\s*)?(?:[=<>~!]|$)")
_REQUIREMENTS = ("*requirement*.txt", "*requirement*.in", "requirements/*.txt")
_ARGUMENTS = ("--index-url", "--extra-index-url", "--find-links", "--trusted-host", "-i", "-f")
_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Requirements:
    """What to install, in pip's own words.

    Attributes:
        needed: Requirements of the project itself and of its tests and tools (PEP 508).
        wished: Those of its optional extras, which may fail to install.
        pins: Exact versions from a lock file, as constraints.
        options: Options for pip, such as another index.
        python: The interpreter versions that will do (PEP 440), empty for any.
        preferred: The one that the project's people use, where `.python-version` says so.
        syntax: The versions that can read its sources (PEP 440), empty where ours can.
        local: Folders of the repository that are dependencies themselves.
        files: The files that all this was read from.
        periods: Upper bounds that the sources speak of, for what is not bounded otherwise.
    """

    needed: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    python: str = ""
    preferred: str = ""
    syntax: str = ""
    local: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    periods: tuple[str, ...] = ()

    def names(self) -> frozenset[str]:
        """Return the normalized names (PEP 503) of what is needed on every platform."""
        return frozenset(
            name for line in self.needed if ";" not in line and (name := name_of(line))
        )

    def key(self) -> str:
        """Return a hash of the files' contents: the same needs have the same environment.

        Of local dependencies, the times of their Python files.
        """
        digest = hashlib.sha256("\0".join((*self.needed, "", *self.periods)).encode())
        for path in self.files:
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
        for path in sorted(found for folder in self.local for found in folder.rglob("*.py")):
            digest.update(f"{path}\0{path.stat().st_mtime_ns}\0".encode())
        return digest.hexdigest()[:20]


def name_of(line: str) -> str:
    """Return the normalized name that a requirement begins with, or nothing for an URL or path."""
    found = _NAME.match(line)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found and "://" not in line[:12] else ""


def read_requirements(root: Path) -> Requirements:
    """Read what a project needs from pyproject.toml, lock and requirements files, setup.*, Pipfile.

    Raises:
        UsageError: a file cannot be read; the message names it.
    """
    files = tuple(_dependency_files(root))
    needs = Requirements(files=files, preferred=preferred_python(root))
    for path in files:
        try:
            needs = _with_file(needs, root, path)
        except (OSError, UnicodeError, ValueError, SyntaxError, configparser.Error) as error:
            raise UsageError(f"{path.relative_to(root)} cannot be read: {error}") from error
    local = {folder for folder in needs.local if folder.is_dir() and folder != root.resolve()}
    return replace(
        needs,
        preferred=needs.preferred or ("" if needs.python else deployed_python(root)),
        needed=tuple(dict.fromkeys(needs.needed)),
        wished=tuple(line for line in dict.fromkeys(needs.wished) if line not in needs.needed),
        local=tuple(sorted(local)),
    )


def _dependency_files(root: Path) -> Iterator[Path]:
    """Yield the files of a project that speak of dependencies.

    Where none is called so, those that ask for FastAPI all the same: `requerements.txt`.
    """
    known = [root / name for name in _FILES if (root / name).is_file()]
    yield from known
    found = {path for pattern in _REQUIREMENTS for path in root.glob(pattern) if path.is_file()}
    if not known and not found:
        found = {path for path in root.glob("*.txt") if _ASKS.search(_text_of(path))}
    compiled = {path.with_suffix(".txt") for path in found if path.suffix == ".in"}
    for path in sorted(found):
        if path.suffix == ".txt" or path.with_suffix(".txt") not in compiled & found:
            yield path


def _text_of(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, UnicodeError):
        return ""


def _with_file(needs: Requirements, root: Path, path: Path) -> Requirements:
    """Add what one file says."""
    if path.name == "pyproject.toml":
        return _from_pyproject(needs, root, _toml(path))
    if path.name in ("uv.lock", "poetry.lock", "pdm.lock"):
        return replace(needs, pins=(*needs.pins, *_lock_pins(_toml(path))))
    if path.name == "Pipfile":
        return _from_pipfile(needs, _toml(path))
    if path.name == "Pipfile.lock":
        return replace(needs, pins=(*needs.pins, *_pipfile_pins(json.loads(read_text(path)))))
    if path.name == "setup.cfg":
        return _from_setup_cfg(needs, path)
    if path.name == "setup.py":
        return replace(needs, needed=(*needs.needed, *_setup_py(read_text(path))))
    if path.name.startswith("environment."):
        return replace(needs, needed=(*needs.needed, *_conda(read_text(path))))
    if path.suffix in (".txt", ".in"):
        return _from_requirements(needs, path, seen=set())
    return needs


def read_text(path: Path) -> str:
    """Return a file's text: UTF-8, or UTF-16 as Windows' PowerShell writes it; no BOM."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    if content[1:2] == b"\0":
        return content.decode("utf-16-le")
    return content.decode("utf-8-sig")


def _toml(path: Path) -> dict[str, Any]:
    """Read a TOML file."""
    return tomllib.loads(read_text(path))


def _from_pyproject(needs: Requirements, root: Path, data: dict[str, Any]) -> Requirements:
    """Add PEP 621 and PEP 735 dependencies, and those of Poetry and old PDM and uv tables."""
    project = data.get("project", {})
    tool = data.get("tool", {})
    groups: Mapping[str, list[Any]] = data.get("dependency-groups", {})
    needed = list(project.get("dependencies", ()))
    for name in groups:
        needed += _group(groups, name, set())
    needed += tool.get("uv", {}).get("dev-dependencies", ())
    for lines in tool.get("pdm", {}).get("dev-dependencies", {}).values():
        needed += [line for line in lines if not line.startswith("-e")]
    wished = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    poetry = tool.get("poetry", {})
    tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for table in tables:
        needed += _poetry_lines(table)
    python = project.get("requires-python", "")
    if not python and isinstance(old := poetry.get("dependencies", {}).get("python"), str):
        python = poetry_range(old)
    local = [*_local_tables(root, tables), *_uv_sources(root, tool.get("uv", {}))]
    local_names = {name for name, _ in local}
    return replace(
        needs,
        needed=(*needs.needed, *(line for line in needed if name_of(line) not in local_names)),
        wished=(*needs.wished, *wished),
        python=needs.python or python,
        local=(*needs.local, *(folder for _, folder in local)),
    )


def _group(groups: Mapping[str, list[Any]], name: str, seen: set[str]) -> list[str]:
    """Return the requirements of a dependency group, with the groups that it includes."""
    if name in seen:
        return []
    seen.add(name)
    lines: list[str] = []
    for entry in groups.get(name, ()):
        if isinstance(entry, str):
            lines.append(entry)
        elif isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            lines += _group(groups, entry["include-group"], seen)
    return lines


def _poetry_lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield a Poetry dependency table as PEP 508 requirements; local ones are left out."""
    for name, value in table.items():
        if name == "python":
            continue
        wanted = value[0] if isinstance(value, list) and value else value
        if isinstance(wanted, str):
            yield f"{name}{poetry_range(wanted)}"
        elif isinstance(wanted, dict) and "path" not in wanted:
            extras = f"[{','.join(wanted['extras'])}]" if wanted.get("extras") else ""
            marker = f" ; {wanted['markers']}" if wanted.get("markers") else ""
            if "git" in wanted:
                reference = wanted.get("rev") or wanted.get("tag") or wanted.get("branch")
                at = f"@{reference}" if reference else ""
                yield f"{name}{extras} @ git+{wanted['git']}{at}{marker}"
            else:
                yield f"{name}{extras}{poetry_range(str(wanted.get('version', '*')))}{marker}"


def poetry_range(text: str) -> str:
    """Turn Poetry's caret, tilde and bare versions into PEP 440 (`^1.2` is `>=1.2,<2`)."""
    if "||" in text or text.strip() in ("", "*"):
        return ""
    parts = []
    for part in text.split(","):
        word = part.strip()
        numbers = [int(digits) for digits in re.findall(r"\d+", word.partition("+")[0])[:3]]
        if word.startswith("^") and numbers:
            first = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
            parts += [f">={word[1:].strip()}", f"<{_next(numbers, first)}"]
        elif word.startswith("~") and not word.startswith("~=") and numbers:
            parts += [f">={word[1:].strip()}", f"<{_next(numbers, min(1, len(numbers) - 1))}"]
        elif word[:1].isdigit():
            parts.append(f"=={word}")
        else:
            parts.append(word.replace(" ", ""))
    return ",".join(parts)


def _next(numbers: list[int], place: int) -> str:
    """Return the version with the number at a place counted up, and the rest dropped."""
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))


def _local_tables(root: Path, tables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Path]]:
    """Yield the path dependencies of Poetry tables: name and folder."""
    for table in tables:
        for name, value in table.items():
            if isinstance(value, dict) and isinstance(value.get("path"), str):
                yield name_of(name), (root / value["path"]).resolve()


def _uv_sources(root: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield uv's path and workspace dependencies: name and folder."""
    for name, value in table.get("sources", {}).items():
        if isinstance(value, dict) and isinstance(value.get("path"), str):
            yield name_of(name), (root / value["path"]).resolve()
        elif isinstance(value, dict) and value.get("workspace"):
            member = _workspace_member(root, name)
            yield name_of(name), member if member else root.resolve()


def _workspace_member(root: Path, name: str) -> Path | None:
    """Find a member of the uv workspace that the project belongs to, by its name."""
    for parent in (root.resolve(), *root.resolve().parents):
        pyproject = parent / "pyproject.toml"
        if not pyproject.is_file():
            continue
        workspace = _toml(pyproject).get("tool", {}).get("uv", {}).get("workspace")
        for pattern in (workspace or {}).get("members", ()):
            for member in parent.glob(pattern):
                if not (member / "pyproject.toml").is_file():
                    continue
                declared = _toml(member / "pyproject.toml").get("project", {}).get("name", "")
                if name_of(declared) == name_of(name):
                    return member
        if workspace is not None:
            return None
    return None


def _lock_pins(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the versions of a uv, Poetry or PDM lock file, where they come from an index."""
    found: dict[str, set[str]] = {}
    for package in data.get("package", ()):
        source = package.get("source", {})
        if isinstance(package.get("version"), str) and not (
            set(source) & {"editable", "virtual", "directory", "path"}
            or source.get("type") in ("directory", "file", "git", "url")
        ):
            found.setdefault(package["name"], set()).add(package["version"])
    for name, versions in found.items():
        if len(versions) == 1:  # several: one a platform or interpreter; the resolver chooses
            yield f"{name}=={next(iter(versions))}"


def _from_pipfile(needs: Requirements, data: Mapping[str, Any]) -> Requirements:
    """Add what a Pipfile says."""
    lines = [
        *_poetry_lines(data.get("packages", {})),
        *_poetry_lines(data.get("dev-packages", {})),
    ]
    version = data.get("requires", {}).get("python_version", "")
    python = f"=={'.'.join(version.split('.')[:2])}.*" if version else ""
    return replace(needs, needed=(*needs.needed, *lines), python=needs.python or python)


def _pipfile_pins(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the versions of a Pipfile.lock."""
    for section in ("default", "develop"):
        for name, entry in data.get(section, {}).items():
            if isinstance(entry.get("version"), str):
                yield f"{name}{entry['version']}"


def _from_setup_cfg(needs: Requirements, path: Path) -> Requirements:
    """Add what setup.cfg says in `[options]`."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(read_text(path))
    needed = parser.get("options", "install_requires", fallback="").splitlines()
    wished: list[str] = []
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            wished += lines.splitlines()
    python = parser.get("options", "python_requires", fallback="")
    return replace(
        needs,
        needed=(*needs.needed, *(line.strip() for line in needed if line.strip())),
        wished=(*needs.wished, *(line.strip() for line in wished if line.strip())),
        python=needs.python or python,
    )


def _setup_py(text: str) -> Iterator[str]:
    """Yield the literal strings of `install_requires=[…]` in setup.py."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            for item in ast.walk(node.value):
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value


def _conda(text: str) -> Iterator[str]:
    """Yield the packages of a conda environment file, under the names that PyPI mostly shares."""
    listed = text.partition("dependencies:")[2]
    for line in listed.splitlines():
        found = re.match(r"^\s*-\s*([A-Za-z0-9][\w.\[\]-]*)\s*([=<>!~]=?\s*[\w.*]+)?", line)
        if found and found[1] not in ("python", "pip") and not line.rstrip().endswith(":"):
            version = (found[2] or "").replace(" ", "")
            if version.startswith("=") and not version.startswith("=="):
                version = f"=={version[1:]}.*"
            yield f"{found[1]}{version}"


def _from_requirements(needs: Requirements, path: Path, seen: set[Path]) -> Requirements:
    """Add a requirements file, with the files that it includes."""
    if path.resolve() in seen or not path.is_file():
        return needs
    seen.add(path.resolve())
    text = re.sub(r"\\\r?\n", " ", read_text(path))
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        line = re.sub(r"\s--hash[= ]\S+", "", line).strip()
        line = re.sub(r"^(['\"])(.*)\1$", r"\2", line)  # as it is typed after `pip install`
        option, _, value = line.replace("=", " ", 1).partition(" ")
        if not line:
            continue
        if option in ("-r", "--requirement"):
            needs = _from_requirements(needs, path.parent / value.strip(), seen)
        elif option in ("-c", "--constraint"):
            inner = _from_requirements(Requirements(), path.parent / value.strip(), seen)
            needs = replace(needs, pins=(*needs.pins, *inner.needed))
        elif option in _ARGUMENTS:
            needs = replace(needs, options=(*needs.options, option, value.strip()))
        elif option in ("-e", "--editable") or line.startswith((".", "file:")):
            where = (value if option.startswith("-") else line).strip().removeprefix("file:")
            folder = (path.parent / where.partition("[")[0]).resolve()
            needs = replace(needs, local=(*needs.local, folder))
        elif not line.startswith("-"):
            needs = replace(needs, needed=(*needs.needed, line))
    return needs
