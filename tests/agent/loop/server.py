"""A server on loopback that speaks OpenAI's protocol, and answers by a script.

What it answers follows from the conversation alone, so that a run may go on with another process.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.agent.loop.scripted import Step


class Server(ThreadingHTTPServer):
    """The server, and what it was asked."""

    def __init__(self, steps: Sequence[Step]) -> None:
        """Listen on a free port of loopback."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.steps = steps
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def heard(self) -> str:
        """Return all that it was told."""
        return json.dumps(self.asked)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        done = sum(one["role"] == "assistant" for one in asked["messages"])
        step = self.server.steps[min(done, len(self.server.steps) - 1)]
        body = json.dumps(_completion(step, done, asked["model"])).encode()
        self.send_response(200 if self.path == "/v1/chat/completions" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _completion(step: Step, number: int, model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(step, str):
        message["content"] = step
    else:
        message["tool_calls"] = [
            {"id": f"call_{number}_{n}", "type": "function",
             "function": {"name": tool, "arguments": json.dumps(arguments)}}
            for n, (tool, arguments) in enumerate(step)
        ]  # fmt: skip
    reason = "stop" if isinstance(step, str) else "tool_calls"
    return {
        "id": f"answer-{number}", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


@contextlib.contextmanager
def serving(steps: Sequence[Step]) -> Iterator[Server]:
    """Give a server that answers by a script."""
    with Server(steps) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
