"""The requests of a probe as a shell script: it logs in anew, and carries ids along by itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from backwright.probe.answers import find_token, find_value
from backwright.probe.client import Exchange
from backwright.probe.findings import body_words
from backwright.probe.people import Person
from backwright.probe.schemas import Value

_MOST = 400
_HEAD = """\
#!/bin/sh
# The requests of `backwright probe`, in order. Each line of the run says what came then, and now.
#   BASE=http://127.0.0.1:8000 sh THIS_FILE
# Needs curl and python3. It makes users and rows: run it against a server made for testing.
set -u
BASE="${BASE:-%s}"
BODY="$(mktemp)"
trap 'rm -f "$BODY"' EXIT
# pick KEY: print the value under a key of the last answer, wherever it lies.
pick() {
  python3 -c '
import json, sys
def walk(value):
    queue = [value]
    while queue:
        one = queue.pop(0)
        if isinstance(one, dict):
            for key, inner in one.items():
                yield key, inner
            queue.extend(one.values())
        elif isinstance(one, list):
            queue.extend(one)
try:
    value = json.load(open(sys.argv[1]))
except ValueError:
    value = None
found = value if isinstance(value, str) else next(
    (v for k, v in walk(value) if k == sys.argv[2] and isinstance(v, (str, int))), "")
print(found)' "$BODY" "$1"
}
# call EXPECTED ARGUMENT…: send a request, and say whether the status is the one of the probe.
call() {
  expected="$1"; shift
  status="$(curl -sS -o "$BODY" -w '%%{http_code}' "$@")"
  if [ "$status" = "$expected" ]; then printf '  %%s\\n' "$status"
  else printf '  %%s instead of %%s\\n' "$status" "$expected"; fi
}
"""


def script_of(sent: Iterable[Exchange], people: Mapping[str, Person]) -> str:
    """Return the script: logins, what was made with success, and what was read.

    Values that a server gives, tokens and ids, become variables that are read from its answers.
    """
    writer = _Writer(people)
    lines = [_HEAD % "http://127.0.0.1:8000"]
    chosen = [one for one in sent if one.ok or one.status in (401, 403, 404)]
    for exchange in chosen[:_MOST]:
        lines += writer.lines(exchange)
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes one exchange after the other, remembering which value is which variable."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._variables: dict[str, str] = {}
        self._people = people
        self._count = 0

    def lines(self, exchange: Exchange) -> list[str]:
        """Return the lines of one exchange."""
        call = exchange.call
        words = ["-X", call.operation.method, self._url(exchange)]
        for name, value in {**exchange.who.all_headers(), **call.headers}.items():
            words += ["-H", self._quoted(f"{name}: {value}")]
        words += [
            self._quoted(word) if place % 2 else word
            for place, word in enumerate(body_words(exchange))
        ]
        said = f"{exchange.who.name}: {call.operation.method} {call.operation.path}"
        lines = ["", f"echo {shlex.quote(said)}", f"call {exchange.status} {' '.join(words)}"]
        return lines + self._learn(exchange)

    def _url(self, exchange: Exchange) -> str:
        target = exchange.call.target
        for value in exchange.call.path.values():
            text = str(value)
            if isinstance(value, int) and text in self._variables:
                target = re.sub(
                    rf"/{text}(?=[/?]|$)", f"/\0{self._variables[text]}\0", target, count=1
                )
        return self._quoted(f"\0BASE\0{target}")

    def _quoted(self, text: str) -> str:
        """Quote a word for the shell, with variables in the place of known values."""
        for value, name in self._variables.items():
            if len(value) >= 12:
                text = text.replace(value, f"\0{name}\0")
        parts = text.split("\0")
        done = [
            f'"${{{part}}}"' if place % 2 else (shlex.quote(part) if part else "")
            for place, part in enumerate(parts)
        ]
        return "".join(done) or "''"

    def _learn(self, exchange: Exchange) -> list[str]:
        """Return the lines that read a token or an id from an answer."""
        value = exchange.answer.json
        token = find_token(value) if exchange.ok else None
        if token and any(token == one.token for one in self._people.values()):
            key = _key_of(value, token)
            return [self._assign(token, f"TOKEN_{self._next()}", key)]
        if exchange.ok and exchange.call.operation.method == "POST":
            found = find_value(value, "id")
            if found is not None:
                return [self._assign(str(found), f"ID_{self._next()}", "id")]
        return []

    def _assign(self, value: str, name: str, key: str) -> str:
        self._variables[value] = name
        return f'{name}="$(pick {shlex.quote(key)})"'

    def _next(self) -> int:
        self._count += 1
        return self._count


def _key_of(value: Value, token: str) -> str:
    from backwright.probe.answers import walk

    return next((key for key, inner in walk(value) if inner == token), "token")
