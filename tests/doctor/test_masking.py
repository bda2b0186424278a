"""Secrets of the project's variables stay out of what a doctor shows."""

from __future__ import annotations

import pytest

from backwright.doctor.masking import masked, masked_diff, without_values

DIFF = """diff --git a/.env b/.env
--- a/.env
+++ b/.env
@@ -1,3 +1,4 @@
 DATABASE_URL=postgresql://app:hunter2@db/app
-SECERT_KEY=abc
+SECRET_KEY=abc
 PORT=8000
diff --git a/app/config.py b/app/config.py
--- a/app/config.py
+++ b/app/config.py
@@ -1 +1 @@
-secret_key = old
+secret_key = new
"""


def test_a_diff_of_variables_shows_no_secret_and_no_password() -> None:
    shown = masked_diff(DIFF)
    assert "hunter2" not in shown
    assert " DATABASE_URL=postgresql://app:…@db/app\n" in shown
    assert "+SECRET_KEY=…\n" in shown
    assert " PORT=8000\n" in shown
    assert "+secret_key = new\n" in shown, "code is shown as it is"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("API_KEY", "abc", "…"),
        ("password", '"abc"', "…"),
        ("REDIS_URL", "redis://:pw@host:6379/0", "redis://:…@host:6379/0"),
        ("PORT", "8000", "8000"),
    ],
)
def test_values(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


def test_what_a_settings_class_was_given_is_not_shown() -> None:
    text = "x\n  Extra inputs are not permitted [type=extra_forbidden, input_value='hunter2', input_type=str]"
    assert "hunter2" not in without_values(text)
    assert "extra_forbidden" in without_values(text)
