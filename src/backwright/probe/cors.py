"""Cross-origin requests as a browser would send them: who may read, and with whose cookies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from backwright.probe.client import ANONYMOUS, Call, Exchange
from backwright.probe.findings import Places, check
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.report.probe_types import ProbeCheck

_STRANGER = "https://evil-qz.example"


@dataclass(frozen=True, slots=True)
class Cors:
    """Sends requests from allowed and from strange origins."""

    learner: Learner
    allowed: tuple[str, ...]
    known: Places
    base: str

    def checks(self) -> Iterator[ProbeCheck]:
        """Yield the checks; none where the application answers no origin at all."""
        operation = self._operation()
        if operation is None:
            return
        yield from self._strangers(operation)
        for origin in self.allowed[:1]:
            if "*" not in origin:
                yield from self._friend(operation, origin)

    def _operation(self) -> Operation | None:
        """Return an operation to ask: one that reads and names nothing."""
        reading = [one for one in self.learner.session.api.operations
                   if one.method == "GET" and not one.path_names]  # fmt: skip
        used = [one for one in reading if one.key in self.learner.used]
        return next(iter([*used, *reading]), None)

    def _ask(self, operation: Operation, origin: str, *, cookie: bool = False) -> Exchange:
        headers = {"Origin": origin, **({"Cookie": "qz=1"} if cookie else {})}
        call = replace(self.learner.recipe(operation) or Call(operation))
        return self.learner.session.client.send(
            replace(call, headers={**call.headers, **headers}), ANONYMOUS
        )

    def _preflight(self, operation: Operation, origin: str) -> Exchange:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization",
        }
        asking = replace(operation, method="OPTIONS", body=None)
        return self.learner.session.client.send(Call(asking, headers=headers), ANONYMOUS)

    def _strangers(self, operation: Operation) -> Iterator[ProbeCheck]:
        """Yield what strange origins may do."""
        for name, origin in (
            ("cors-any-origin", _STRANGER),
            ("cors-null-origin", "null"),
            *(("cors-lookalike-origin", one) for one in self._lookalikes()),
        ):
            answers = (
                self._ask(operation, origin),
                self._ask(operation, origin, cookie=True),
                self._preflight(operation, origin),
            )
            bad = next((one for one in answers if self._lets_in(name, origin, one)), None)
            shown = bad or answers[0]
            headers = shown.answer.headers
            gives = headers.get("access-control-allow-origin", "nothing")
            credentials = headers.get("access-control-allow-credentials", "")
            why = f"to {origin} it allows {gives}" + (", with credentials" if credentials else "")
            yield check(
                name, "endpoints", operation, "fail" if bad else "pass", why,
                known=self.known, base=self.base, exchange=shown,
                expected="no permission for this origin",
            )  # fmt: skip

    def _lets_in(self, name: str, origin: str, exchange: Exchange) -> bool:
        headers = exchange.answer.headers
        given = headers.get("access-control-allow-origin", "")
        credentials = headers.get("access-control-allow-credentials", "").lower() == "true"
        if given == "*":
            return credentials and name == "cors-any-origin"
        if given != origin:
            return False
        return credentials or name != "cors-any-origin" or bool(self._exact())

    def _exact(self) -> list[str]:
        return [one for one in self.allowed if "*" not in one]

    def _lookalikes(self) -> Iterator[str]:
        """Yield origins that resemble an allowed one: each finds another sloppy comparison."""
        for origin in self._exact()[:2]:
            parts = urlsplit(origin)
            if not parts.hostname:
                continue
            yield f"{origin}.evil-qz.example"
            yield f"{parts.scheme}://evil-qz{parts.netloc}"
            yield f"{parts.scheme}://evil-qz.{parts.netloc}"
            yield f"{'http' if parts.scheme == 'https' else 'https'}://{parts.netloc}"
            if "." in parts.hostname:
                yield f"{parts.scheme}://{parts.netloc.replace('.', 'x', 1)}"

    def _friend(self, operation: Operation, origin: str) -> Iterator[ProbeCheck]:
        """Yield what an allowed origin gets: its permission also on errors, and Vary."""
        answer = self._ask(operation, origin)
        given = answer.answer.headers.get("access-control-allow-origin")
        if given != origin:
            return
        vary = answer.answer.headers.get("vary", "").lower()
        yield check(
            "cors-vary", "endpoints", operation, "pass" if "origin" in vary or vary == "*" else "fail",
            f"Vary is {vary or 'missing'}", known=self.known, base=self.base, exchange=answer,
            expected="Vary: Origin, or a cache gives the answer to another origin",
        )  # fmt: skip
        missing = replace(operation, path=operation.path.rstrip("/") + "/qz-nothing-here")
        error = self.learner.session.client.send(
            Call(missing, headers={"Origin": origin}), ANONYMOUS
        )
        there = error.answer.headers.get("access-control-allow-origin") == origin
        yield check(
            "cors-on-errors", "endpoints", operation, "pass" if there else "fail",
            f"{error.status} comes {'with' if there else 'without'} the permission",
            known=self.known, base=self.base, exchange=error,
            expected="the permission on errors, too",
        )  # fmt: skip
