"""Examples of settings: words about a value are none, and a number is wanted where one is read."""

from pathlib import Path

from backwright.tasks.host_values import example_values, given_values


def test_words_about_a_value_are_no_value(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(
        "SECRET_KEY=your secret key\nORIGINS=list of origins separated by comma\n"
        "MINUTES=your_minutes\nNAME=The Shop\nALGORITHM=HS256\n"
    )
    assert example_values(tmp_path) == {
        "MINUTES": "your_minutes",
        "NAME": "The Shop",
        "ALGORITHM": "HS256",
    }
    made_up = {"SECRET_KEY": "made-up", "MINUTES": "30", "ALGORITHM": "HS512"}
    assert given_values(tmp_path, ("SECRET_KEY", "MINUTES", "ALGORITHM"), made_up) == {
        "SECRET_KEY": "made-up",
        "MINUTES": "30",
        "ALGORITHM": "HS256",
    }
