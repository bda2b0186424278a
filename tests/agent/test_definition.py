"""A definition file says what it says, or is refused; it never allows more than it seems to."""

import random
from pathlib import Path

import pytest
from tests.agent.mutations import ALLOWED, ORIGINAL, mutations

from backwright.agent.definition import (
    TOOLS,
    Definition,
    definition_of,
    packaged,
    read_definition,
    write_definition,
)
from backwright.errors import UsageError

MUTATIONS = list(mutations())


def test_the_original_is_read() -> None:
    definition = read_definition(ORIGINAL.encode(), "reviewer.md")
    assert definition.name == "reviewer"
    assert definition.description == "Looks and reports."
    assert definition.tools == ("Read", "Grep")
    assert definition.body == "Look, then report.\n"
    assert not definition.allows("Bash")


def test_there_are_many_mutations_and_each_is_one() -> None:
    assert len(MUTATIONS) >= 200
    assert len({data for _, data in MUTATIONS}) >= 200
    assert all(data != ORIGINAL.encode() for _, data in MUTATIONS)


def attempt(data: bytes) -> Definition | UsageError:
    try:
        return read_definition(data, "reviewer.md")
    except UsageError as error:
        return error


def test_no_mutation_is_wider() -> None:
    """Each is refused with a place and a remedy, or allows no more than the original."""
    read = []
    for what, data in MUTATIONS:
        got = attempt(data)
        if isinstance(got, Definition):
            read.append(what)
            assert set(got.tools) <= ALLOWED, what
            continue
        assert got.place is not None, what
        assert 1 <= got.place.line <= data.count(b"\n") + 1, what
        assert got.remedy, what
    # What may be read at all: other words in name and description, comments, order, blank ends.
    assert len(read) < len(MUTATIONS) / 8, read


def test_no_accident_is_wider() -> None:
    chance = random.Random(4)
    letters = "BashWritedGlo:-#&*!|>{}[]'\",?%@`~ \n\t\x00\ufeff"
    refused = 0
    for _ in range(600):
        text = list(ORIGINAL)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(150)
            text[at : at + chance.randint(0, 3)] = chance.choices(letters, k=chance.randint(0, 3))
        got = attempt("".join(text).encode())
        refused += isinstance(got, UsageError)
        assert isinstance(got, UsageError) or set(got.tools) <= ALLOWED, "".join(text)
    assert refused > 300


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("tools:", "tool:", 4, "'tool' is no key here (did you mean 'tools'?)"),
        ("- Grep", "- Gerp", 7, "'Gerp' is no tool (did you mean 'Grep'?)"),
        ("- Grep", "- Bash(git:*)", 7, "'Bash(git:*)' is no tool"),
        ("- Grep", "- Read", 7, "'Read' stands twice"),
        ("network: false", 'network: "false"', 9, "neither true nor false"),
        ("network: false", "network: no", 9, "'no', neither true nor false"),
        ("network: false", "network: true", 9, "cannot be given"),
        ("    mcp: false", "    mcp: false\n    mcp: false", 11, "'tools.permissions.mcp' stands twice"),
        ("    mcp: false\n", "", 9, "'tools.permissions.mcp' is missing"),
        ("name: reviewer", "name: &x reviewer", 2, "an anchor, &x"),
        ("name: reviewer", "name: !!str reviewer", 2, "a tag"),
        ("name: reviewer", "name: Re\u200bviewer", 2, "U+200B"),
        ("name: reviewer", "name:\treviewer", 2, "a tab"),
        ("  allow:", "  allow: [Read]", 6, "no YAML"),
        ("---\n\nLook", "Look", 12, "no end"),
        ("Look, then report.", "", 1, "nothing stands below"),
    ],
)  # fmt: skip
def test_the_fault_is_named_with_its_line(old: str, new: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_definition(ORIGINAL.replace(old, new, 1).encode(), "reviewer.md")
    assert told in raised.value.message
    assert raised.value.place is not None
    assert (raised.value.place.file, raised.value.place.line) == ("reviewer.md", line)


def test_lines_of_windows_are_lines() -> None:
    assert read_definition(ORIGINAL.replace("\n", "\r\n").encode(), "a.md").tools == (
        "Read",
        "Grep",
    )


def test_what_is_written_is_read_again() -> None:
    for definition in (
        packaged(),
        read_definition(ORIGINAL.encode(), "agents/backend-developer.md"),
    ):
        again = read_definition(write_definition(definition).encode(), definition.file)
        assert again == definition


def test_the_packaged_definition_has_the_six_tools_and_words_of_its_own() -> None:
    definition = packaged()
    assert definition.tools == TOOLS
    assert "inspect" in definition.body


def test_a_project_may_have_its_own(tmp_path: Path) -> None:
    assert definition_of(tmp_path) == packaged()
    file = tmp_path / ".agents" / "backend-developer.md"
    file.parent.mkdir()
    file.write_text(ORIGINAL.replace("reviewer", "backend-developer"))
    assert definition_of(tmp_path).tools == ("Read", "Grep")
    assert definition_of(tmp_path).file == ".agents/backend-developer.md"
    file.write_text(ORIGINAL)
    with pytest.raises(UsageError, match="defines 'reviewer'"):
        definition_of(tmp_path)
    file.write_text("")
    with pytest.raises(UsageError, match="does not begin with ---"):
        definition_of(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        definition_of(tmp_path)
