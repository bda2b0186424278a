"""The document of an application, with those that are mounted in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from backwright.host import payloads

TINY = """\
from fastapi import FastAPI
from pydantic import BaseModel, create_model

app, inner = FastAPI(), FastAPI()
Item = create_model("Item", name=(str, ...))
Other = create_model("Item", title=(str, ...))


@app.post("/items")
def outer(item: Item): ...


@inner.post("/items")
def within(item: Other): ...


app.mount("/v1", inner)
"""


def test_mounted_applications_are_part_of_the_document(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(TINY)
    payload = Path(payloads.__file__).with_name("load.py")
    given = os.environ | {"BACKWRIGHT_DOCUMENT": str(tmp_path / "d.json"), "PYTHONPATH": "."}
    command = [sys.executable, str(payload), "tiny:app"]
    done = subprocess.run(
        command, cwd=tmp_path, env=given, capture_output=True, text=True, check=True
    )
    paths = json.loads(done.stdout.splitlines()[-1])["paths"]
    assert paths["/v1/items"] == paths["/items"] == ["POST"]
    document = json.loads((tmp_path / "d.json").read_text())
    schemas = document["components"]["schemas"]
    assert set(schemas["Item"]["properties"]) == {"name"}
    assert set(schemas["v1_Item"]["properties"]) == {"title"}
    body = document["paths"]["/v1/items"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["$ref"].endswith("/v1_Item")
