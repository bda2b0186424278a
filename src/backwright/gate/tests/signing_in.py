"""Tests whose requests come from somebody with an account."""

import inspect
from collections.abc import Iterator
from typing import Any

EMAIL, PASSWORD = "somebody@example.com", "a password for tests"
OK, UNAUTHORIZED = 200, 401
Response = Any  # of whichever library the client is


def signed_in(client: Any) -> Any:  # noqa: ANN401
    """Return a client whose requests bear a token, got by logging in."""
    send = client.send
    waits = inspect.iscoroutinefunction(send)
    client.send = _waiting(client, send) if waits else _sending(client, send)
    return client


def signed_out(client: Any) -> Any:  # noqa: ANN401
    """Return a client as it was before it signed in."""
    vars(client).pop("send", None)
    client.headers.pop("Authorization", None)
    return client


def _sending(client: Any, send: Any) -> Any:  # noqa: ANN401
    def send_with_token(request: Any, **options: Any) -> Response:  # noqa: ANN401
        response = send(request, **options)
        if response.status_code == UNAUTHORIZED:
            for one in _sign_in(client, request):
                response = send(one, **options)
                _keep_token(client, response)
        return response

    return send_with_token


def _waiting(client: Any, send: Any) -> Any:  # noqa: ANN401
    async def send_with_token(request: Any, **options: Any) -> Response:  # noqa: ANN401
        response = await send(request, **options)
        if response.status_code == UNAUTHORIZED:
            for one in _sign_in(client, request):
                response = await send(one, **options)
                _keep_token(client, response)
        return response

    return send_with_token


def _sign_in(client: Any, request: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what registers and logs in, and the request once more, with the token."""
    given = {"email": EMAIL, "password": PASSWORD}
    yield client.build_request("POST", "/auth/register", json=given)
    form = {"username": EMAIL, "password": PASSWORD}
    yield client.build_request("POST", "/auth/login", data=form)
    request.headers["Authorization"] = client.headers.get("Authorization", "")
    yield request


def _keep_token(client: Any, response: Response) -> None:  # noqa: ANN401
    """Let the requests that follow bear the token that an answer has."""
    is_login = response.request.url.path.endswith("/auth/login")
    if is_login and response.status_code == OK:
        token = response.json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
