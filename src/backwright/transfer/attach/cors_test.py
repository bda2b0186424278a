"""The test of CORS, as a browser sees it, in a host's words."""

from __future__ import annotations

from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.transfer.attach.cors import HEADERS, CorsOptions
from backwright.transfer.attach.proofs import TestStyle, in_style, template
from backwright.transfer.attach.settings import Reader

_NO_CREDENTIALS = 'assert response.headers.get("access-control-allow-credentials") is None'
_CREDENTIALS = 'assert response.headers["access-control-allow-credentials"] == "true"'


def cors_test(reader: Reader, options: CorsOptions, style: TestStyle, path: str) -> str:
    """Return the module of tests.

    Args:
        reader: how the origins are read.
        options: what browsers may do.
        style: how the host tests.
        path: a path of the host that a preflight asks for.
    """
    code = template("tests/test_cors.py").replace('PATH = "/items"', f'PATH = "{path}"')
    method = "POST" if "POST" in options.methods or "*" in options.methods else options.methods[0]
    code = code.replace('"POST"', f'"{method}"')
    asked = HEADERS if "*" in options.headers else options.headers
    code = code.replace("authorization, content-type", ", ".join(asked).lower())
    if options.credentials:
        code = code.replace(_NO_CREDENTIALS, _CREDENTIALS)
    if "*" in options.origins:
        code = _for_everybody(code)
    known = {}
    if reader.origin is not None:
        module, name = reader.origin
        code = code.replace("settings.cors_origins", reader.said)
        known = {name: (module, name)}
    return in_style(code, style, known)


def _for_everybody(code: str) -> str:
    """Return the module where any page may read: there is no stranger."""
    code = code.replace("ORIGIN = settings.cors_origins[0]", 'ORIGIN = "https://anyone.example"')
    code = code.replace(
        '["access-control-allow-origin"] == ORIGIN', '["access-control-allow-origin"] == "*"'
    )
    code = code.replace("(200, ORIGIN)", '(200, "*")')
    gone = [
        s for s in outline(code) if {"STRANGER", "test_stranger_may_read_nothing"} & set(s.names)
    ]
    code = splice(code, [Splice(s.start, s.end + 1, "") for s in gone])
    return code.replace(
        "Pages of allowed origins may read every answer, those of others none.",
        "Pages of any origin may read every answer.",
    )
