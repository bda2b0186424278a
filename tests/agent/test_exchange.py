"""Definitions in the formats of other agents: what goes out and comes back is never wider."""

import contextlib
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from backwright.agent.definition import TOOLS, packaged
from backwright.agent.exchange import format_named, formats
from backwright.agent.exchange.format import READING
from backwright.errors import UsageError

SUBSETS = [tools for size in range(1, 7) for tools in combinations(TOOLS, size)]
BY_SANDBOX = {"codex", "cursor"}


def test_there_are_the_common_agents() -> None:
    assert list(formats()) == ["claude", "codex", "copilot", "cursor", "opencode"]
    with pytest.raises(UsageError, match="'vim' is no format") as raised:
        format_named("vim")
    assert "claude, codex" in raised.value.remedy


@pytest.mark.parametrize("name", list(formats()))
def test_out_and_back_is_the_same_with_all_tools(name: str) -> None:
    target, definition = format_named(name), packaged()
    file = target.place.format(name=definition.name)
    written = target.write(definition)
    assert written.lost
    back = target.read(written.text.encode(), file).definition
    assert replace(back, file=definition.file) == definition


@pytest.mark.parametrize("name", list(formats()))
def test_out_and_back_is_never_wider(name: str) -> None:
    """What cannot be said in a format is refused, or left out and named; of all 63 sets of tools."""
    target = format_named(name)
    for tools in SUBSETS:
        definition = replace(packaged(), tools=tools)
        file = target.place.format(name=definition.name)
        if name in BY_SANDBOX and not set(READING) <= set(tools):
            with pytest.raises(UsageError, match="would allow"):
                target.write(definition)
            continue
        written = target.write(definition)
        back: set[str] = set()
        with contextlib.suppress(UsageError):  # no tool is left
            back |= set(target.read(written.text.encode(), file).definition.tools)
        assert back <= set(tools), (name, tools)
        assert back == set(tools) or len(written.lost) > 1


def test_front_matter_of_others_is_ordinary_yaml() -> None:
    difficult = replace(packaged(), description='Says "no": yes # really, it\'s - odd: {x} [y] *z')
    for name in ("claude", "copilot", "cursor", "opencode"):
        text = format_named(name).write(difficult).text
        keys = yaml.safe_load(text.split("---\n")[1])
        assert keys["description"] == difficult.description


CLAUDE = "---\nname: a-b\ndescription: x\n{}---\nbody\n"
COPILOT = "---\nname: a-b\ndescription: x\n{}---\nbody\n"
OPENCODE = "---\ndescription: x\nmode: subagent\n{}---\nbody\n"
CODEX = 'name = "a-b"\ndescription = "x"\n{}developer_instructions = """body"""\n'
RULE = "  - action: {}\n    resource: {}\n    effect: {}\n"


@pytest.mark.parametrize(
    ("name", "text", "tools"),
    [
        ("claude", CLAUDE.format("tools: Read, Bash\n"), {"Read", "Bash"}),
        ("claude", CLAUDE.format("tools: [Read, WebFetch, mcp__db__query]\n"), {"Read"}),
        ("claude", CLAUDE.format("tools: Read, Raed, bash\n"), {"Read"}),
        ("claude", CLAUDE.format(""), set(TOOLS)),
        ("claude", CLAUDE.format("disallowedTools: Bash, Write(*)\n"), set(TOOLS) - {"Bash", "Write"}),
        ("copilot", COPILOT.format("tools: ['read', 'search']\n"), {"Read", "Glob", "Grep"}),
        ("copilot", COPILOT.format("tools: Execute, github/*\n"), {"Bash"}),
        ("copilot", COPILOT.format('tools: ["*"]\n'), set(TOOLS)),
        ("cursor", CLAUDE.format("readonly: true\nmodel: fast\n"), set(READING)),
        ("cursor", CLAUDE.format(""), set(TOOLS)),
        ("codex", CODEX.format('sandbox_mode = "read-only"\nmodel = "x"\n'), set(READING)),
        ("codex", CODEX.format(""), set(TOOLS)),
        ("opencode", OPENCODE.format("permissions:\n" + RULE.format("read", '"*"', "allow")), {"Read"}),
        ("opencode", OPENCODE.format("permissions:\n" + RULE.format('"*"', '"*"', "allow")
            + RULE.format("shell", '"*"', "ask")), set(TOOLS) - {"Bash"}),
        ("opencode", OPENCODE.format("permissions:\n" + RULE.format("edit", '"*"', "allow")
            + RULE.format("webfetch", '"*"', "allow") + RULE.format('"*"', '"*"', "deny")
            + RULE.format("grep", '"*"', "allow")), {"Grep"}),
    ],
)  # fmt: skip
def test_what_others_allow_is_narrowed_to_ours(name: str, text: str, tools: set[str]) -> None:
    taken = format_named(name).read(text.encode(), "a-b.md")
    assert taken.definition.name == "a-b"
    assert set(taken.definition.tools) == tools


@pytest.mark.parametrize(
    ("name", "text", "line", "told"),
    [
        ("claude", CLAUDE.format("tools: Bash(git:*)\n"), 4, "allows a part of Bash"),
        ("claude", CLAUDE.format("allowed-tools: Read\n"), 4, "'allowed-tools' is unknown"),
        ("claude", CLAUDE.format("permissionMode: plan\n"), 4, "how far the tools may go"),
        ("claude", CLAUDE.format("hooks: x\n"), 4, "would be lost"),
        ("claude", CLAUDE.format("tools: WebFetch\n"), 1, "no tool is left"),
        ("claude", CLAUDE.format("tools: &t [Read]\n"), 4, "an anchor"),
        ("claude", "name: x\n", 1, "does not begin with ---"),
        ("copilot", COPILOT.format("tools: []\n"), 1, "no tool is left"),
        ("copilot", COPILOT.format("tool: [read]\n"), 4, "did you mean 'tools'?"),
        ("cursor", CLAUDE.format("readonly: yes\n"), 4, "neither true nor false"),
        ("codex", CODEX.format('sandbox_mode = "readonly"\n'), 3, "is no sandbox"),
        ("codex", CODEX.format("tools = []\n"), 3, "'tools' is unknown"),
        ("codex", CODEX.format("x = \n"), 3, "no TOML"),
        ("codex", 'name = "a-b"\ndescription = "x"\n', 1, "nothing stands below"),
        ("opencode", OPENCODE.format("permission:\n  edit: deny\n"), 4, "OpenCode 1"),
        ("opencode", OPENCODE.format("tools:\n  bash: false\n"), 4, "OpenCode 1"),
        ("opencode", OPENCODE.format("permissions:\n" + RULE.format("shell", '"git *"', "allow")), 5,
            "a rule for 'git *' alone"),
        ("opencode", OPENCODE.format("permissions:\n" + RULE.format('"sh*"', '"*"', "allow")), 5,
            "is a pattern"),
        ("opencode", OPENCODE.format(""), 1, "no tool is left"),
    ],
)  # fmt: skip
def test_what_would_be_widened_is_refused(name: str, text: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        format_named(name).read(text.encode(), "a-b.md")
    assert told in raised.value.message
    assert raised.value.place is not None
    assert raised.value.place.line == line
    assert raised.value.remedy


def test_a_name_may_come_from_the_file(tmp_path: Path) -> None:
    text = OPENCODE.format("permissions:\n" + RULE.format("read", '"*"', "allow"))
    taken = format_named("opencode").read(text.encode(), str(tmp_path / "code-reader.md"))
    assert taken.definition.name == "code-reader"
