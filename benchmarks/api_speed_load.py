"""Load on an HTTP server, from a process of its own: `connections` that always wait for an answer.

Reads a job as JSON on stdin and writes the result as JSON on stdout. It speaks just enough
HTTP/1.1 to send requests that are ready-made and to count answers, so that it needs a fraction of
the processor time of any server in Python.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

LONGEST_ANSWER = 10


@dataclass
class Tally:
    """What came of the requests."""

    deadline: float
    expected_status: bytes
    latencies: list[float] = field(default_factory=list)
    unexpected: dict[str, int] = field(default_factory=dict)


class Client(asyncio.Protocol):
    """A connection that sends its next request when the last is answered."""

    def __init__(self, request: str, tally: Tally, closed: asyncio.Future[None]) -> None:
        """Take the request, in which `{n}` becomes a number that no other request has."""
        self.request = request
        self.tally = tally
        self.closed = closed
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        """Send a request, and remember when."""
        self.sent = time.perf_counter()
        unique = f"{random.getrandbits(64):016x}"
        self.transport.write(self.request.replace("{unique}", unique).encode())

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; when it is whole, go on."""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        if head[9:12] == self.tally.expected_status:
            self.tally.latencies.append(now - self.sent)
        else:
            status = head[9:12].decode()
            self.tally.unexpected[status] = self.tally.unexpected.get(status, 0) + 1
        self.received = b""
        if now < self.tally.deadline:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """End."""
        if not self.closed.done():
            self.closed.set_result(None)


def request_text(job: dict[str, Any]) -> str:
    """Return the request of a job as it goes over the wire."""
    body = job.get("body", "")
    unique_length = 16 - len("{unique}")
    length = len(body) + body.count("{unique}") * unique_length
    lines = [
        f"{job['method']} {job['path']} HTTP/1.1",
        f"Host: 127.0.0.1:{job['port']}",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in job["headers"].items()),
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job and return its figures."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    tally = Tally(started + job["seconds"], str(job["status"]).encode())
    request = request_text(job)
    ends = [loop.create_future() for _ in range(job["connections"])]
    for end in ends:
        await loop.create_connection(
            lambda end=end: Client(request, tally, end), "127.0.0.1", job["port"]
        )
    async with asyncio.timeout(job["seconds"] + LONGEST_ANSWER):
        await asyncio.gather(*ends)
    seconds = time.perf_counter() - started
    ordered = sorted(tally.latencies)
    return {
        "rate": len(ordered) / seconds,
        "p50": ordered[len(ordered) // 2] if ordered else None,
        "p99": ordered[len(ordered) * 99 // 100] if ordered else None,
        "busy": time.process_time() / seconds,
        "unexpected": tally.unexpected,
    }


async def run_paced(job: dict[str, Any]) -> None:
    """Send `a_second` requests, each on a connection of its own, until somebody ends the process."""
    request = request_text(job).encode()
    tasks = set()
    while True:
        task = asyncio.create_task(_send_once(job["port"], request))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await asyncio.sleep(1 / job["a_second"])


async def _send_once(port: int, request: bytes) -> None:
    """Send a request and read the beginning of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await reader.read(1000)
    writer.close()


def main() -> None:
    """Do the job that stands on stdin."""
    job = json.load(sys.stdin)
    if "a_second" in job:
        uvloop.run(run_paced(job))
    else:
        json.dump(uvloop.run(run(job)), sys.stdout)


if __name__ == "__main__":
    main()
