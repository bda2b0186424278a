"""`agent install` adds to what is there, once, and `undo` takes it back byte for byte."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from backwright.agent.install import with_section
from backwright.cli.main import app
from backwright.errors import UsageError

SKILL = ".agents/skills/backwright/SKILL.md"


def run(*words: str, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*words, "--json", "--quiet"], catch_exceptions=False)
    assert result.exit_code == code, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".backwright" not in path.parts
    }


@pytest.mark.parametrize(
    "text",
    [
        None, b"", b"# Ours\n", b"# Ours\n\nno end", b"# Ours\r\n\r\nWindows\r\n", b"\xef\xbb\xbf# BOM\n",
        b"\xff\xfe no UTF-8 \x00\n", b"\n\n\n", b"# caf\xc3\xa9   \n\ttab\n",
    ],
)  # fmt: skip
def test_added_once_and_taken_back(tmp_path: Path, text: bytes | None) -> None:
    project = ("--project", str(tmp_path))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text("{}")
    if text is not None:
        (tmp_path / "AGENTS.md").write_bytes(text)
    before = tree(tmp_path)
    done = run("agent", "install", *project)
    after = tree(tmp_path)
    assert set(after) - set(before) >= {SKILL, ".claude/skills/backwright/SKILL.md"}
    assert after["AGENTS.md"].startswith(text or b"")
    assert after["AGENTS.md"].count(b"backwright: begin") == 1
    assert run("agent", "install", *project)["undo"] is None
    assert tree(tmp_path) == after
    run("undo", done["undo"], *project)
    assert tree(tmp_path) == before


def test_only_our_section_is_ever_changed() -> None:
    """Whatever stands around it, and however old it is."""
    chance = random.Random(5)
    for _ in range(300):
        size = chance.randint(0, 60)
        before = bytes(chance.choices(b"ab #\n\r\t<!->`\xc3\xa9", k=size))
        behind = bytes(chance.choices(b"ab #\n\r\t<!->`\xc3\xa9", k=size))
        once = with_section(before)
        assert once.startswith(before)
        assert with_section(once) == once
        old = once.replace(b"Use `backwright`", b"An older text,") + behind
        again = with_section(old)
        assert again.startswith(before)
        assert again.endswith(behind)
        assert b"older text" not in again


@pytest.mark.parametrize("half", ["begin", "end", "twice", "turned"])
def test_half_a_section_is_refused_with_its_line(half: str) -> None:
    whole = with_section(b"# Ours\n")
    begin = next(line for line in whole.splitlines() if b": begin" in line)
    end = next(line for line in whole.splitlines() if b": end" in line)
    broken = {
        "begin": whole.replace(end, b""),
        "end": whole.replace(begin, b""),
        "twice": whole + whole,
        "turned": end + b"\n" + begin + b"\n",
    }[half]
    with pytest.raises(UsageError) as raised:
        with_section(broken)
    assert raised.value.place is not None
    assert raised.value.place.file == "AGENTS.md"
    assert "take out its lines" in raised.value.remedy


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = run("agent", "install", "--dry-run", "--project", str(tmp_path))
    assert "backwright: begin" in report["diff"]
    assert list(tmp_path.iterdir()) == []


def test_the_skill_is_as_the_specification_wants_it(tmp_path: Path) -> None:
    run("agent", "install", "--project", str(tmp_path))
    front = yaml.safe_load((tmp_path / SKILL).read_text().split("---\n")[1])
    assert front["name"] == (tmp_path / SKILL).parent.name
    assert 1 <= len(front["description"]) <= 1024


def test_every_command_that_the_texts_name_is_one(tmp_path: Path) -> None:
    run("agent", "install", "--project", str(tmp_path))
    for line in (tmp_path / SKILL).read_text().splitlines():
        if line.startswith("    backwright "):
            words = line.partition("#")[0].split()[1:]
            command = words[:2] if words[0] in ("add", "agent") else words[:1]
            result = CliRunner().invoke(app, [*command, "--help"])
            assert result.exit_code == 0, line
            for flag in (word for word in words if word.startswith("--")):
                assert flag in result.stdout, line


def test_check_says_what_holds_here(tmp_path: Path) -> None:
    project = ("--project", str(tmp_path))
    assert run("agent", "check", *project)["file"] == "agents/backend-developer.md"
    claude = tmp_path / "backend-developer.md"
    claude.write_text("---\nname: backend-developer\ndescription: x\ntools: Read\n---\nbody\n")
    taken = run("agent", "import", str(claude), "--from", "claude", "--write", *project)
    assert taken["file"] == ".agents/backend-developer.md"
    holds = run("agent", "check", *project)
    assert (holds["file"], holds["tools"]) == (".agents/backend-developer.md", ["Read"])
    assert (holds["network"], holds["mcp"]) == (False, False)
    exported = run("agent", "export", "--to", "claude", "--write", *project)
    assert (tmp_path / exported["file"]).read_text() == exported["text"]
    assert "tools: Read\n" in exported["text"]
    refused = run("agent", "export", "--to", "cursor", *project, code=2)["error"]
    assert "would allow Glob, Grep" in refused["message"]
    run("undo", *project)
    assert not (tmp_path / exported["file"]).exists()


def test_a_wrong_definition_is_exit_2_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.md"
    file.write_text("---\nname: x\ndescription: y\ntools:\n  alow:\n    - Read\n---\nbody\n")
    error = run("agent", "check", str(file), code=2)["error"]
    assert (error["file"], error["line"]) == (str(file), 5)
    assert "did you mean 'allow'?" in error["message"]
    assert run("agent", "check", str(tmp_path / "nowhere.md"), code=2)["error"]["message"]
