"""The main job as a story: a project, two users, isolation, one more resource while it runs.

Everything is real and stays on this machine: a folder that is gone afterwards, the PostgreSQL out
of a wheel, HTTP on loopback. Run it with `make demo`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"
RESOURCES = (
    "Product name:str:1..120 price:decimal:10,2:0.. stock:int:0..:default=0",
    "Review rating:int:1..5 body:text:optional product:ref:Product:cascade",
)
THIRD = "Tag name:str:1..30:unique products:many:Product"


def main() -> int:
    """Tell the story; 1 if any chapter did not go as it should."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="backwright-demo-") as folder:
        root = Path(folder)
        say("From an empty folder to a tested API, with two resources of our own:")
        specs = [word for spec in RESOURCES for word in ("--resource", spec)]
        backwright("new", "shop", *specs, cwd=root)
        shop = root / "shop"
        with served(shop) as url:
            say("It runs. Two people register, and each has a product:")
            alice, bob = Person(url, "alice"), Person(url, "bob")
            product = alice.post("/products", {"name": "Lamp", "price": "19.90"})
            bob.post("/products", {"name": "Chair", "price": "49.00"})
            say("Each sees their own rows only; the other's is not found, for every verb:")
            bob.get("/products")
            for method in ("GET", "PATCH", "DELETE"):
                bob.denied(method, f"/products/{product['id']}")
            bob.denied("POST", "/reviews", {"rating": 1, "product_id": product["id"]})
            alice.get(f"/products/{product['id']}")
        say("A third resource is added to the project, proved before a file is touched:")
        backwright("add", "resource", *THIRD.split(), cwd=shop)
        with served(shop) as url:
            say("It runs again, on the same data, with the new endpoints:")
            alice = Person(url, "alice", known=True)
            alice.post("/tags", {"name": "home", "product_ids": [product["id"]]})
            alice.get("/tags")
        say(f"That took {time.monotonic() - started:.0f} s. Now yours:")
        print("  .venv/bin/backwright new shop && cd shop && make run")
    return 0


def say(text: str) -> None:
    """Print a line of the story."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def backwright(*words: str, cwd: Path) -> None:
    """Run the command line, showing what is typed and what it prints."""
    shown = " ".join(f'"{w}"' if " " in w else w for w in words)
    print(f"$ backwright {shown}", flush=True)
    subprocess.run([sys.executable, "-m", "backwright", *words], cwd=cwd, check=True)


class Person:
    """A user of the API, whose requests are shown as curl lines with their answers."""

    def __init__(self, url: str, name: str, *, known: bool = False) -> None:
        """Register (unless known) and log in."""
        self.name = name
        self._client = httpx.Client(base_url=f"{url}/api/v1")
        email = f"{name}@example.com"
        if not known:
            answer = self._client.post(
                "/auth/register", json={"email": email, "password": PASSWORD}
            )
            expect(answer, 202, 201)
        answer = self._client.post("/auth/login", data={"username": email, "password": PASSWORD})
        expect(answer, 200)
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """Create a row and return it."""
        answer = self._send("POST", path, body)
        expect(answer, 201)
        row: dict[str, Any] = answer.json()
        return row

    def get(self, path: str) -> None:
        """Read what is one's own."""
        expect(self._send("GET", path), 200)

    def denied(self, method: str, path: str, body: dict[str, object] | None = None) -> None:
        """Try what is somebody else's: it must be as if it never was."""
        body = {} if method == "PATCH" else body
        expect(self._send(method, path, body), 404)

    def _send(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> httpx.Response:
        answer = self._client.request(method, path, json=body)
        data = f" --json '{json.dumps(body)}'" if body is not None else ""
        verb = "" if method in ("GET", "POST") else f" -X {method}"
        print(f'$ curl{verb} .../api/v1{path}{data} -H "Authorization: Bearer ${self.name}"')
        text = answer.text if len(answer.text) < 240 else f"{answer.text[:240]}…"
        print(f"{answer.status_code} {text}", flush=True)
        return answer


def expect(answer: httpx.Response, *statuses: int) -> None:
    """Stop the story where an answer is not as it should be."""
    if answer.status_code not in statuses:
        raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.text}")


@contextlib.contextmanager
def served(project: Path) -> Iterator[str]:
    """Serve a project by its own `make run`, on a free port, and stop it afterwards."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "LOG_LEVEL": "WARNING"}
    print(f"$ make run    # on port {port}", flush=True)
    process = subprocess.Popen(
        ["make", "--silent", "run"],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers that its database does."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def free_port() -> int:
    """Return a port on loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
