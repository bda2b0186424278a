"""Which function accepts a host's keys, the header of it, and how it is asked of a key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.transfer.attach.identity import Identity
from backwright.transfer.attach.keys import key_identity
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources

_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_REFUSES = "    if {key} != 'k':\n        raise HTTPException(status_code=401)\n"
_IMPORTS = "from fastapi import Depends, Header, HTTPException, Security\nfrom fastapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery\n"


def identity(root: Path, keys: str, **files: str) -> Identity:
    (root / "main.py").write_text(_APP)
    (root / "keys.py").write_text(_IMPORTS + keys)
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    return key_identity(Sources(Draft(root), read_project(root)))


def test_the_name_of_the_header_may_be_a_constant_of_another_module(tmp_path: Path) -> None:
    keys = "from config import NAME\nscheme = APIKeyHeader(name=NAME)\n\n\nasync def known(key: str = Security(scheme)):\n"
    found = identity(tmp_path, keys + _REFUSES.format(key="key"), config='NAME = "X-Ours"\n')
    assert found.replaced == {"check_key(key)": "known(key)", '"X-API-Key"': '"X-Ours"'}
    assert found.imports == {("keys", "known")}


def test_a_key_of_a_plain_header(tmp_path: Path) -> None:
    keys = "\n\ndef known(x_api_key: str = Header(...)):\n" + _REFUSES.format(key="x_api_key")
    found = identity(tmp_path, keys)
    assert found.replaced == {"check_key(key)": "known(key)", '"X-API-Key"': '"X-Api-Key"'}


def test_a_header_that_is_no_key_is_none(tmp_path: Path) -> None:
    keys = "\n\ndef known(x_client: str = Header(...)):\n" + _REFUSES.format(key="x_client")
    with pytest.raises(UsageError, match="takes no keys in a header"):
        identity(tmp_path, keys)


def test_a_key_that_comes_in_several_ways_is_asked_by_its_header(tmp_path: Path) -> None:
    keys = (
        'query = APIKeyQuery(name="key", auto_error=False)\n'
        'header = APIKeyHeader(name="X-Key", auto_error=False)\n'
        'cookie = APIKeyCookie(name="key", auto_error=False)\n\n\n'
        "async def known(\n    a: str = Security(query), b: str = Security(header), c: str = Security(cookie)\n):\n"
    )
    found = identity(tmp_path, keys + _REFUSES.format(key="a or b or c"))
    assert found.replaced["check_key(key)"] == "known(b=key, a=None, c=None)"


def test_a_key_that_is_looked_up_is_refused(tmp_path: Path) -> None:
    keys = (
        'header = APIKeyHeader(name="X-Key")\n\n\ndef session():\n    yield 1\n\n\n'
        "def known(key: str = Security(header), db=Depends(session)):\n"
    )
    with pytest.raises(UsageError, match="needs more than the key") as refused:
        identity(tmp_path, keys + _REFUSES.format(key="key"))
    assert refused.value.place is not None
    assert refused.value.place.file == "keys.py"
