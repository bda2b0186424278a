"""Packages that install side by side and do not work together."""

import pytest

from backwright.host.quarrels import mends


@pytest.mark.parametrize(
    ("installed", "needed", "wanted"),
    [
        ({"starlette": "0.27.0", "httpx": "0.28.1"}, (), ("httpx<0.28",)),
        ({"starlette": "0.27.0", "httpx": "0.27.2"}, (), ()),
        ({"starlette": "0.37.2", "httpx": "0.28.1"}, (), ()),
        ({"starlette": "0.27.0", "httpx": "0.28.1"}, ("httpx==0.28.1",), ()),
        ({"starlette": "0.13.6", "httpx": "0.28.1"}, (), ("requests",)),
        ({"starlette": "0.13.6", "requests": "2.25.1"}, (), ()),
        ({"passlib": "1.7.4", "bcrypt": "5.0.0"}, ("passlib[bcrypt]==1.7.4",), ("bcrypt<5",)),
        ({"passlib": "1.7.4", "bcrypt": "4.0.1"}, (), ()),
        ({"passlib": "1.7.4"}, (), ()),
    ],
)
def test_what_mends(installed: dict[str, str], needed: tuple[str, ...], wanted: tuple[str]) -> None:
    assert mends(installed, needed) == wanted
