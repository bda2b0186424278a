"""The server process: how it starts, says that it is ready, and stops."""

import asyncio
import signal
import subprocess
import sys

import asyncpg
import httpx
import pytest
import uvicorn
from sqlalchemy import make_url

from app.config import Settings
from app.models import User
from tests.servers import ROOT, run_server, wait_for_a_blocked_query
from tests.stack_helpers import make_app, make_settings

pytestmark = pytest.mark.servers


async def test_a_request_that_has_begun_is_answered_before_the_server_stops(
    settings: Settings, migrated: None
) -> None:
    """A deployment loses no request: the lock keeps this one waiting until after the signal."""
    form = {"username": "nobody@example.com", "password": "wrong password"}
    connection = await asyncpg.connect(settings.database_url)
    try:
        with run_server(DATABASE_URL=settings.database_url) as (url, process):
            async with httpx.AsyncClient(base_url=url, timeout=20) as client:
                async with connection.transaction():
                    await connection.execute(f'LOCK TABLE "{User.__tablename__}"')
                    request = asyncio.create_task(client.post("/api/v1/auth/login", data=form))
                    await wait_for_a_blocked_query(connection)
                    process.send_signal(signal.SIGTERM)
                    await asyncio.sleep(0.5)
                    assert process.poll() is None
                assert (await request).status_code == 401
            assert await asyncio.to_thread(process.wait, 10) in (0, -signal.SIGTERM)
    finally:
        await connection.close()


async def test_readiness_follows_the_database(settings: Settings) -> None:
    """Away: not ready, but alive, and errors are honest. Back: ready, without a restart."""
    owner = await asyncpg.connect(settings.database_url)
    url = make_url(settings.database_url).set(database="readiness")
    try:
        await owner.execute("CREATE DATABASE readiness")
        with run_server(DATABASE_URL=url.render_as_string(hide_password=False)) as (server, _):
            async with httpx.AsyncClient(base_url=server, timeout=20) as client:
                assert (await client.get("/health/ready")).status_code == 200
                await owner.execute("ALTER DATABASE readiness ALLOW_CONNECTIONS false")
                await owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = 'readiness'"
                )
                away = await client.get("/health/ready")
                assert away.status_code == 503
                assert away.json() == {"detail": {"error": "Database not available"}}
                assert int(away.headers["retry-after"]) > 0
                assert (await client.get("/health/live")).status_code == 200
                await owner.execute("ALTER DATABASE readiness ALLOW_CONNECTIONS true")
                assert (await client.get("/health/ready")).status_code == 200
    finally:
        await owner.execute("DROP DATABASE IF EXISTS readiness WITH (FORCE)")
        await owner.close()


async def test_several_workers_start_and_stop_as_one(settings: Settings, migrated: None) -> None:
    """The signal goes to the parent, and ends all."""
    with run_server(DATABASE_URL=settings.database_url, WORKERS="2") as (url, process):
        async with httpx.AsyncClient(base_url=url) as client:
            answer = await client.get("/health/live")
        assert (answer.status_code, "server" in answer.headers) == (200, False)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 15) in (0, -signal.SIGTERM)
        async with httpx.AsyncClient(base_url=url) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/health/live")


async def test_chunked_body_over_the_bound_is_refused_over_a_real_connection() -> None:
    """Before the client has sent everything."""
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    head = b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    application = make_app(make_settings(max_body_bytes=10_000))
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + chunk * 3)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    server.should_exit = True
    await serving
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Request body is larger than 10000 bytes" in answer
    assert b"\r\nconnection: close\r\n" in answer


def test_server_without_a_good_secret_does_not_start_in_production() -> None:
    """And says what to do, without repeating the secret."""
    process = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={"ENVIRONMENT": "production", "SECRET_KEY": "too-short-canary"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert process.returncode != 0
    assert "openssl rand -hex 32" in process.stderr
    assert "too-short-canary" not in process.stdout + process.stderr
