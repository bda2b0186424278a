"""Lines between marks stay or go with their feature; marks never stay."""

import pytest

from backwright.transfer.regions import resolve

KNOWN = {"auth", "no-auth", "sqlite"}
NESTED = """\
one
# [auth]
two
  # [sqlite]
  three
  # [/sqlite]
# [/auth]
<!-- [no-auth] -->
four
<!-- [/no-auth] -->
# [other] is a comment like any other
"""


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"auth", "sqlite"}, ["one", "two", "  three"]),
        ({"auth"}, ["one", "two"]),
        ({"no-auth", "sqlite"}, ["one", "four"]),
    ],
)
def test_regions_stay_with_their_features(features: set[str], expected: list[str]) -> None:
    """One inside another stays only if both do."""
    lines = resolve(NESTED, features, KNOWN).splitlines()
    assert lines == [*expected, "# [other] is a comment like any other"]


def test_no_gap_is_left_where_a_region_stood() -> None:
    """The blank lines around it are one."""
    assert resolve("a\n\n# [auth]\nb\n# [/auth]\n\nc\n", {"no-auth"}, KNOWN) == "a\n\nc\n"


def test_a_file_without_marks_stays_as_it_is() -> None:
    """To the byte."""
    text = "a\n\n\n\nb\r\n# [unknown]\n"
    assert resolve(text, set(), KNOWN) == text


@pytest.mark.parametrize("text", ["# [auth]\n", "# [/auth]\n", "# [auth]\n# [/sqlite]\n"])
def test_marks_must_match(text: str) -> None:
    """Half a region would swallow the rest of a file."""
    with pytest.raises(ValueError, match="region"):
        resolve(text, {"auth"}, KNOWN)
