"""Hashing: whole passwords, marked schemes, a bounded pool beside the event loop."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import bcrypt
import pytest

from app import hashing, passwords
from app.config import get_settings
from app.exceptions import ServiceUnavailableError
from app.logs import configure_logging

COST = 4
LONG = "correct horse battery staple " * 4


def test_right_password_matches_its_hash() -> None:
    """The round trip."""
    assert hashing.matches("s3cret-phrase", hashing.compute_hash("s3cret-phrase", COST), COST)


def test_wrong_password_does_not_match() -> None:
    """Another password, another answer."""
    assert not hashing.matches("s3cret-phrasf", hashing.compute_hash("s3cret-phrase", COST), COST)


def test_equal_passwords_have_different_hashes() -> None:
    """Each hash has a salt of its own."""
    assert hashing.compute_hash("same", COST) != hashing.compute_hash("same", COST)


def test_hash_is_readable_by_plain_bcrypt() -> None:
    """What fits bcrypt is stored as bcrypt, portable to every other tool."""
    hashed = hashing.compute_hash("portable", COST)
    assert hashed.startswith("$2b$04$")
    assert bcrypt.checkpw(b"portable", hashed.encode())


def test_hash_of_another_bcrypt_library_is_accepted() -> None:
    """`$2a$` and `$2y$` (PHP, Java) differ from `$2b$` by their name only."""
    hashed = bcrypt.hashpw(b"migrated", bcrypt.gensalt(COST)).decode()
    assert hashing.matches("migrated", hashed.replace("$2b$", "$2y$", 1), COST)


@pytest.mark.parametrize(
    "password", ["a" * 72, "é" * 36], ids=["72 ASCII letters", "72 bytes of two each"]
)
def test_72_bytes_still_fit_plain_bcrypt(password: str) -> None:
    """The boundary counts bytes, not letters."""
    hashed = hashing.compute_hash(password, COST)
    assert hashed.startswith("$2b$")
    assert hashing.matches(password, hashed, COST)


@pytest.mark.parametrize(
    ("password", "other"),
    [("a" * 72 + "b", "a" * 72 + "c"), ("é" * 36 + "b", "é" * 36 + "c"), (LONG + "1", LONG + "2")],
    ids=["73 ASCII letters", "73 bytes, multibyte", "116 letters"],
)
def test_bytes_after_the_72nd_count(password: str, other: str) -> None:
    """Nothing is cut off: two passwords that differ behind byte 72 are two passwords."""
    hashed = hashing.compute_hash(password, COST)
    assert hashing.matches(password, hashed, COST)
    assert not hashing.matches(other, hashed, COST)


def test_first_72_bytes_of_a_long_password_do_not_open_it() -> None:
    """The classic fault of silent truncation."""
    hashed = hashing.compute_hash("a" * 80, COST)
    assert not hashing.matches("a" * 72, hashed, COST)


def test_long_password_does_not_match_the_hash_of_its_beginning() -> None:
    """The same fault the other way round."""
    assert not hashing.matches("a" * 73, hashing.compute_hash("a" * 72, COST), COST)


def test_long_scheme_is_that_of_passlib() -> None:
    """The example of passlib's documentation, so that the format is no invention of ours."""
    documented = (
        "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2"
    )
    salt = b"n79VH.0Q2TMWmt3Oqt9uku"
    digest = hashing.prehash(b"password", salt)
    hashed = bcrypt.hashpw(digest, b"$2b$12$" + salt).decode()
    assert hashing.mark_long(hashed) == documented


def test_digest_of_a_long_password_is_not_a_password() -> None:
    """Somebody who has the digest still does not have the password."""
    hashed = hashing.compute_hash(LONG, COST)
    salt = hashed.split("$")[3].encode()
    assert not hashing.matches(hashing.prehash(LONG.encode(), salt).decode(), hashed, COST)


def test_nul_does_not_end_a_password() -> None:
    """C implementations of bcrypt stop at NUL."""
    assert not hashing.matches("be\0fore", hashing.compute_hash("be\0hind", COST), COST)


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    """Keyboards differ in how they spell `é` (RFC 8265)."""
    assert hashing.matches("cafe\u0301-au-lait", hashing.compute_hash("café-au-lait", COST), COST)


@pytest.mark.parametrize("stored", ["", "!", "plaintext", "$2b$99$" + "." * 53, "$2b$04$short"])
def test_a_stored_value_that_is_no_hash_matches_nothing(stored: str) -> None:
    """An imported or locked account answers "wrong password", not an exception."""
    assert not hashing.matches(stored, stored, COST)


def test_unmatchable_hash_costs_what_a_hash_costs() -> None:
    """The stand-in for unknown users has the same cost, and the form of a hash."""
    stand_in = hashing.unmatchable_hash(7)
    assert stand_in.startswith("$2b$07$")
    assert len(stand_in) == len(hashing.compute_hash("x", COST))
    assert not hashing.matches("", stand_in, COST)


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rounds of bcrypt that every comparison took."""
    taken: list[int] = []
    real = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        taken.append(2 ** int(hashed[4:6]))
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    return taken


def test_every_comparison_does_one_hash(rounds: list[int]) -> None:
    """Whatever is compared, bcrypt runs once: no early way out that a clock would see."""
    short, long = hashing.compute_hash("short", COST), hashing.compute_hash(LONG, COST)
    stored = [short, long, "!", "", hashing.unmatchable_hash(COST)]
    for candidate in ("short", LONG):
        for password_hash in stored:
            hashing.matches(candidate, password_hash, COST)
    assert rounds == [2**COST] * 10


def test_a_refusal_by_a_hash_of_a_lower_cost_takes_as_long_as_any(rounds: list[int]) -> None:
    """Or, after the cost was raised, the users from before could be told from nobody."""
    hashing.matches("wrong", hashing.compute_hash("right", 4), 7)
    assert sum(rounds) == 2**7


def test_a_lower_cost_needs_a_rehash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both schemes' costs are read; a higher one than asked for is left alone."""
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 5)
    assert passwords.needs_rehash(hashing.compute_hash("short", 4))
    assert passwords.needs_rehash(hashing.compute_hash(LONG, 4))
    assert not passwords.needs_rehash(hashing.compute_hash("short", 5))
    assert not passwords.needs_rehash(hashing.compute_hash(LONG, 6))


def test_an_unknown_scheme_needs_a_rehash() -> None:
    """Whatever else is stored gives way at the next log-in that succeeds."""
    assert passwords.needs_rehash("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA")


async def test_the_event_loop_turns_while_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash of about 0.1 s leaves the loop free for what takes milliseconds."""
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 11)
    hashing_task = asyncio.create_task(passwords.hash_password("x"))
    turns = 0
    while not hashing_task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await hashing_task).startswith("$2b$11$")
    assert turns >= 5


async def test_the_processes_answer_as_the_functions_do() -> None:
    """Hash and comparison, for short, long and odd passwords, and for no user at all."""
    for password in ("short", LONG, "bé\0🔑\n", '{"json": "\\"}'):
        password_hash = await passwords.hash_password(password)
        assert hashing.matches(password, password_hash, COST)
        assert await passwords.verify_password(password, password_hash)
        assert not await passwords.verify_password(password + "!", password_hash)
    assert not await passwords.verify_password("short", None)


async def test_half_of_a_surrogate_pair_matches_nothing() -> None:
    """Some encodings of a form can spell it; it must not end the process."""
    assert not await passwords.verify_password("\ud800", await passwords.hash_password("x"))


def test_workers_share_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those that the process may run on, where the system tells; and each has one process."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
    shares = {workers: passwords.part_of_processors(workers) for workers in (1, 2, 4, 100)}
    assert shares == {1: 4, 2: 4, 4: 2, 100: 1}
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert passwords.part_of_processors(1) == 3


@pytest.fixture
def process() -> Iterator[passwords.HashingProcess]:
    """A process of one's own."""
    process = passwords.HashingProcess(niceness=7)
    yield process
    process.end()


@pytest.mark.skipif(os.name != "posix", reason="priorities by number exist on POSIX only")
def test_hashing_gives_way_to_the_server(process: passwords.HashingProcess) -> None:
    """Its priority is lowered, the server's is not."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    process.ask({"password": "x", "cost": 4})
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, before + 7)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_a_process_ends_with_its_input(process: passwords.HashingProcess) -> None:
    """So it does not outlive a server that was killed."""
    inside = process._process
    assert inside.stdin is not None
    inside.stdin.close()
    assert inside.wait(10) == 0


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped on POSIX only")
@pytest.mark.parametrize("fate", ["SIGKILL", "SIGSTOP"])
async def test_a_process_that_does_not_answer_is_replaced(
    fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed or stopped: whoever logs in next does not notice."""
    pool = passwords.HashingPool(workers=1, queue=0, niceness=0)
    question = {"password": "x", "cost": COST}
    await pool.ask(question)
    pid = (await pool.run(lambda: pool._own.process)).pid
    monkeypatch.setattr(passwords, "ANSWER_SECONDS", 3)
    os.kill(pid, getattr(signal, fate))
    assert hashing.matches("x", await pool.ask(question), COST)
    assert (await pool.run(lambda: pool._own.process)).pid != pid


async def test_without_a_process_the_answer_is_503(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The machine has no room for one: come again; the log says what failed."""
    configure_logging()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    pool = passwords.HashingPool(workers=1, queue=0, niceness=0)
    with pytest.raises(ServiceUnavailableError):
        await pool.ask({"password": "x", "cost": COST})
    assert "FileNotFoundError" in capsys.readouterr().out


def test_the_process_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets what an interpreter needs, and none of the settings."""
    monkeypatch.setenv("SECRET_KEY", "canary")
    assert "canary" not in passwords._environment().values()


def test_the_process_is_small() -> None:
    """It loads nothing of the application but its own module."""
    program = "import sys, app.hashing; print(*(n for n in sys.modules if n.startswith('app.')))"
    path = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, check=True)
    assert run.stdout.split() == [b"app.hashing"]


async def test_a_full_pool_refuses_at_once() -> None:
    """The queue is bounded; what does not fit is told when to come again."""
    pool = passwords.HashingPool(workers=1, queue=1, niceness=0)
    release = threading.Event()
    waiting = [asyncio.create_task(pool.run(release.wait, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    start = time.perf_counter()
    with pytest.raises(ServiceUnavailableError) as refusal:
        await pool.run(release.is_set)
    assert time.perf_counter() - start < 1
    assert refusal.value.retry_after > 0
    release.set()
    assert await asyncio.gather(*waiting) == [True, True]


async def test_a_finished_call_makes_room() -> None:
    """Places come back, after success and after an exception alike."""
    pool = passwords.HashingPool(workers=1, queue=0, niceness=0)
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 1, 0)
    assert await pool.run(divmod, 7, 2) == (3, 1)


async def test_a_client_that_hangs_up_makes_room() -> None:
    """A cancelled call that has not begun leaves the queue at once."""
    pool = passwords.HashingPool(workers=1, queue=1, niceness=0)
    release = threading.Event()
    running = asyncio.create_task(pool.run(release.wait, 10))
    await asyncio.sleep(0.01)
    for _ in range(3):
        waiting = asyncio.create_task(pool.run(release.is_set))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    release.set()
    assert await running
