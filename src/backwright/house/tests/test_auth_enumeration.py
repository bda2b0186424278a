"""Which addresses have an account: not to be learnt from any answer, nor from its time."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.types import Message, Receive, Scope, Send

from app.config import get_settings
from app.database import Session
from app.passwords import HashingPool
from app.services import account_mail_service
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    PASSWORD,
    Mailbox,
    bearer,
    register,
    set_user,
    sign_up,
    try_login,
)

NOBODY = "nobody@example.com"
PAIRS = 30
NAMES = {"ask": "hash", "execute": "{} written"}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done for a request: hashes, statements, and how many rows a statement writes."""
    done: list[str] = []

    def noted(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            result = await function(*args, **kwargs)
            done.append(NAMES.get(function.__name__, "read").format(result))
            return result

        return call

    for name in ("all", "one", "one_or_none", "scalar", "execute"):
        monkeypatch.setattr(Session, name, noted(getattr(Session, name)))
    monkeypatch.setattr(HashingPool, "ask", noted(HashingPool.ask))
    return done


@dataclass
class Watch:
    """Stands before the application, and notes when an answer has been sent."""

    app: FastAPI
    work: list[str]
    done_before_the_answer: list[str] = field(default_factory=list)
    answered_at: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_and_note(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.answered_at = time.perf_counter()
                self.done_before_the_answer = list(self.work)

        self.work.clear()
        await self.app(scope, receive, send_and_note)


@pytest.fixture
def watch(app: FastAPI, work: list[str]) -> Watch:
    """The application, watched."""
    return Watch(app, work)


@pytest.fixture
async def watched(watch: Watch, session: Session) -> AsyncIterator[AsyncClient]:
    """A client of the watched application."""
    async with AsyncClient(transport=ASGITransport(watch), base_url="http://test") as client:
        yield client


async def work_for(watch: Watch, request: Awaitable[Response]) -> list[str]:
    """Return the work that the answer to a request had to wait for."""
    await request
    return watch.done_before_the_answer


async def seconds_for(watch: Watch, request: Awaitable[Response]) -> float:
    """Return how long the answer to a request took."""
    start = time.perf_counter()
    await request
    return watch.answered_at - start


async def test_a_login_does_the_same_work_for_anybody(
    watched: AsyncClient, watch: Watch, session: Session
) -> None:
    """Known, deactivated, unknown, and what is no address: as many statements and hashes."""
    await register(watched)
    await register(watched, "dave@example.com")
    await set_user(session, "dave@example.com", is_active=False)
    known = await work_for(watch, try_login(watched, CAROL, OTHER_PASSWORD))
    assert known.count("hash") == 1
    for email in ("dave@example.com", NOBODY, "no address"):
        assert await work_for(watch, try_login(watched, email, OTHER_PASSWORD)) == known


async def test_the_right_password_of_a_deactivated_user_does_the_same_work(
    watched: AsyncClient, watch: Watch, session: Session
) -> None:
    """Nothing tells that the guess was right."""
    await register(watched)
    await set_user(session, is_active=False)
    wrong = await work_for(watch, try_login(watched, CAROL, OTHER_PASSWORD))
    assert await work_for(watch, try_login(watched, CAROL, PASSWORD)) == wrong


async def test_a_long_password_does_the_same_work(watched: AsyncClient, watch: Watch) -> None:
    """Whichever scheme the stored hash has, and whether there is one."""
    await register(watched, password="a" * 100)
    await register(watched, "dave@example.com", "short enough")
    works = [
        await work_for(watch, try_login(watched, email, password))
        for email in (CAROL, "dave@example.com", NOBODY)
        for password in ("b" * 100, "b" * 10)
    ]
    assert all(one == works[0] for one in works)


async def test_registering_does_the_same_work_for_a_known_address(
    watched: AsyncClient, watch: Watch, mailbox: Mailbox
) -> None:
    """One hash, two statements, one row written; the mails come after the answer."""
    new = await work_for(watch, register(watched))
    known = await work_for(watch, register(watched))
    assert sorted(new) == sorted(known) == ["0 written", "1 written", "hash"]
    assert len(mailbox.mails) == 2


@pytest.mark.parametrize("path", ["request-password-reset", "request-email-verification"])
async def test_a_link_is_made_after_the_answer(
    watched: AsyncClient, watch: Watch, mailbox: Mailbox, path: str
) -> None:
    """Before it, nothing is even looked up."""
    await register(watched)
    mailbox.mails.clear()
    request = watched.post(f"{AUTH}/{path}", json={"email": CAROL})
    assert await work_for(watch, request) == []
    assert len(mailbox.mails) == 1


async def test_asking_to_move_does_the_same_work_for_a_known_address(
    watched: AsyncClient, watch: Watch
) -> None:
    """Whether the new address is taken is found out after the answer."""
    await register(watched, "dave@example.com")
    headers = bearer(await sign_up(watched))
    works = [
        await work_for(
            watch,
            watched.post(
                f"{AUTH}/change-email", json={"email": email, "password": PASSWORD}, headers=headers
            ),
        )
        for email in ("dave@example.com", NOBODY)
    ]
    assert works[0] == works[1]


async def test_the_work_of_a_mail_begins_at_a_random_moment(
    watched: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the next request of the same stranger would be slower after a known address."""
    await register(watched)
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(get_settings(), "mail_delay_seconds", 60.0)
    monkeypatch.setattr(account_mail_service, "sleep", wait)
    for email in (CAROL, NOBODY, CAROL, NOBODY):
        await watched.post(f"{AUTH}/request-password-reset", json={"email": email})
    assert len(set(waited)) == 4
    assert all(0 <= seconds <= 60 for seconds in waited)
    assert len(mailbox.to(CAROL)) == 3


def probability_of_longer(first: list[float], second: list[float]) -> float:
    """Return how often a value of the first list exceeds one of the second (Mann-Whitney)."""
    longer = sum(one > other for one in first for other in second)
    return longer / (len(first) * len(second))


@pytest.fixture
def visible_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash long enough to be seen by a clock, and no limit in the way."""
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 7)
    for name in ("login_limit_per_account", "login_limit_per_address"):
        monkeypatch.setattr(get_settings(), name, "1000/hour")


@pytest.mark.timing
@pytest.mark.usefixtures("visible_hash")
async def test_the_time_of_a_login_does_not_tell(watched: AsyncClient, watch: Watch) -> None:
    """Without the stand-in hash the first would exceed the second always, not half the time.

    With 30 pairs, chance leaves the bounds once in ten thousand runs.
    """
    await register(watched)
    known, unknown = [], []
    for _ in range(PAIRS):
        known.append(await seconds_for(watch, try_login(watched, CAROL, OTHER_PASSWORD)))
        unknown.append(await seconds_for(watch, try_login(watched, NOBODY, OTHER_PASSWORD)))
    assert 0.2 < probability_of_longer(known, unknown) < 0.8


@pytest.mark.timing
@pytest.mark.usefixtures("visible_hash", "mailbox")
async def test_the_time_of_a_registration_does_not_tell(watched: AsyncClient, watch: Watch) -> None:
    """If a known address were refused before the hash, it would be quicker every time."""
    await register(watched)
    known, unknown = [], []
    for number in range(PAIRS):
        known.append(await seconds_for(watch, register(watched)))
        unknown.append(await seconds_for(watch, register(watched, f"user{number}@example.com")))
    assert 0.2 < probability_of_longer(known, unknown) < 0.8
