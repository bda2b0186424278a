"""One probe from the first request to the report: users, isolation, endpoints, auth, errors."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backwright.probe.accounts import Accounts, Hash
from backwright.probe.answers import find_token
from backwright.probe.as_tests import Style, TestFile
from backwright.probe.auth_area import Auth
from backwright.probe.causes import Log, Watcher
from backwright.probe.client import Client, Identity
from backwright.probe.config import Config, GivenUser
from backwright.probe.cors import Cors
from backwright.probe.database import Oracle
from backwright.probe.doors import Doors, find_doors
from backwright.probe.endpoints import Endpoints
from backwright.probe.errors_area import Errors
from backwright.probe.findings import Places, isolation_checks, merged
from backwright.probe.isolation import Isolation
from backwright.probe.judge import cells
from backwright.probe.learner import Learner
from backwright.probe.operations import Api, Operation, read_api
from backwright.probe.passwords import Passwords
from backwright.probe.people import Person
from backwright.probe.purposes import Purpose, purpose_of
from backwright.probe.samples import Sampler
from backwright.probe.schemas import Value
from backwright.probe.script import script_of
from backwright.probe.session import Session
from backwright.probe.sights import Cast
from backwright.report.events import Listener, StepStarted
from backwright.report.probe_types import (
    AREAS,
    Area,
    ProbeCell,
    ProbeCheck,
    ProbePhase,
    ProbeReport,
)

_COMMAND_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed.

    Attributes:
        name: What the report calls it.
        url: Where the server answers.
        document: Its OpenAPI document.
        oracle: Its database; None where only the API can be asked.
        config: What the project says in `backwright.toml`.
        places: Where the handlers stand in the source.
        token_url: Where the source says that tokens are given.
        origins: The origins that CORS allows, as the source has them.
        keys: Texts that tokens may be signed with.
        literals: Those of them that cannot be set from outside.
        hashed: Makes the host's hash of a password.
        known: Accounts that its settings name, for where no other can be made.
        roles: Words that the source compares roles with.
        words: The words that the source lets through, by field.
        log: What the server has logged; None where that cannot be read.
        folder: The folder that the project's files lie in, as its traces name it.
        style: How its tests are written; None where none are to be.
    """

    name: str
    url: str
    document: Value
    oracle: Oracle | None = None
    config: Config = field(default_factory=Config)
    places: Places = field(default_factory=lambda: Places({}))
    token_url: str | None = None
    origins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    literals: frozenset[str] = frozenset()
    hashed: Hash = lambda _: None
    known: tuple[GivenUser, ...] = ()
    roles: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log: Log | None = None
    folder: str = ""
    style: Style | None = None


@dataclass
class Engine:
    """Runs one probe; `afterwards` is given what was learnt, while requests can be sent still."""

    target: Target
    listener: Listener
    only: Sequence[Area] = AREAS
    seconds: float = 600.0
    afterwards: Callable[[Session, Accounts], object] = lambda _, __: None

    def __post_init__(self) -> None:
        """Begin to listen to the log."""
        self._watcher = Watcher(self.target.log, self.target.folder)
        self._phases: list[ProbePhase] = []
        self._tests = ""

    def run(self) -> ProbeReport:
        """Probe, and return everything that was seen.

        Raises:
            UsageError: the document is no OpenAPI document.
        """
        api = read_api(self.target.document)
        started = time.monotonic()
        client = Client(self.target.url, seconds=self.seconds)
        try:
            client.ear = self._watcher
            session = Session(api, client, self._sampler(api), self.target.oracle)
            checks, matrix = self._probe(session)
        finally:
            client.close()
        seconds = round(time.monotonic() - started, 2)
        return ProbeReport(
            self.target.name,
            len(api.operations),
            len(client.sent),
            seconds,
            tuple(checks),
            tuple(matrix),
            (*session.aids, *session.notes),
            script_of(client.sent, session.people),
            tuple(self._phases),
            self._tests,
            session.aids,
        )

    @contextlib.contextmanager
    def _phase(self, name: str, client: Client) -> Iterator[None]:
        """Tell the listener what goes on, and remember how long it took."""
        self.listener(StepStarted(name))
        started, sent = time.monotonic(), len(client.sent)
        yield
        seconds = round(time.monotonic() - started, 2)
        self._phases.append(ProbePhase(name, seconds, len(client.sent) - sent))

    def _sampler(self, api: Api) -> Sampler:
        """Return what makes values: on a server that stays, others than in the run before."""
        first = 0 if self.target.oracle is not None else int(time.time()) % 9_000 * 10
        return Sampler(api.schemas, first, words=self.target.words)

    def _probe(self, session: Session) -> tuple[list[ProbeCheck], tuple[ProbeCell, ...]]:
        api = session.api
        if session.oracle is None:
            session.note("no database is seen: verdicts rest on what the API answers")
        doors = find_doors(api, self.target.token_url)
        target = self.target
        accounts = Accounts(session, doors, target.hashed, target.roles, keys=target.keys)
        with self._phase("making users", session.client):
            self._people(session, accounts, doors)
        learner = Learner(session, accounts.register)
        is_account = learner.references.is_account
        purposes = {one.key: self._purpose(one, doors, is_account) for one in api.operations}
        checks: list[ProbeCheck] = []
        matrix: tuple[ProbeCell, ...] = ()
        for area, work in (
            ("isolation", self._isolation),
            ("endpoints", self._endpoints),
            ("auth", self._auth),
            ("errors", self._errors),
        ):
            if area not in self.only:
                continue
            with self._phase(area, session.client):
                found, cells_ = work(learner, accounts, purposes)
            checks += merged(found)
            matrix = cells_ or matrix
        self.afterwards(session, accounts)
        return checks, matrix

    def _purpose(
        self, operation: Operation, doors: Doors, is_account: Callable[[str], bool]
    ) -> Purpose:
        if operation.key in self.target.config.skip:
            return "machinery"
        return purpose_of(operation, doors, is_account)

    # --- users

    def _people(self, session: Session, accounts: Accounts, doors: Doors) -> None:
        for given in self.target.config.users:
            person = given_person(given, accounts)
            if person is not None:
                session.people[person.name] = person
        ordinary = [one for one in session.people.values() if not one.privileged]
        if not (doors.logins or doors.registrations) and not ordinary:
            session.note("no way to log in was found: everybody is anonymous")
            return
        for name in ("alice", "bob")[len(ordinary) :]:
            if accounts.make(name) is None:
                break
        if not session.people:
            self._adopt_known(session, accounts)
        known = next(iter(session.people.values()), None)
        promoted = any(one.privileged for one in session.people.values())
        if known is not None and not promoted and accounts.has_roles(known):
            accounts.make("carol", privileged=True)
        for failure in dict.fromkeys(accounts.failures):
            session.note(failure)

    def _adopt_known(self, session: Session, accounts: Accounts) -> None:
        """Log in with the accounts that the project's settings name."""
        for given in self.target.known:
            person = given_person(given, accounts)
            if person is not None:
                session.people[person.name] = person
                session.help("users stand in no table: the account in the settings was used")

    # --- areas

    def _isolation(
        self, learner: Learner, accounts: Accounts, purposes: dict[str, Purpose]
    ) -> tuple[list[ProbeCheck], tuple[ProbeCell, ...]]:
        cast = cast_of(learner.session)
        operations = learner.session.api.operations
        if cast is None:
            why = "two users could not be logged in"
            learner.session.note(f"isolation was not tried: {why}")
            return [], tuple(
                ProbeCell(one.method, one.path, "other", "not-proven", why) for one in operations
            )
        trial = Isolation(learner, accounts, cast, purposes, dict(self.target.config.declared))
        judged = trial.run()
        if self.target.style is not None:
            writer = TestFile(learner, accounts, self.target.style, cast.owner)
            self._tests = writer.text(judged)
        found = list(isolation_checks(judged, self.target.places, self.target.url))
        matrix = cells(judged, operations)
        seen = {(one.method, one.path) for one in matrix}
        left = tuple(
            ProbeCell(one.method, one.path, "other", "not-proven", "it resets or stops the server")
            for one in operations
            if (one.method, one.path) not in seen
        )
        return found, (*matrix, *left)

    def _endpoints(
        self, learner: Learner, accounts: Accounts, purposes: dict[str, Purpose]
    ) -> tuple[list[ProbeCheck], tuple[ProbeCell, ...]]:
        target = self.target
        owner = first_ordinary(learner.session) or anybody(accounts)
        found = list(
            Endpoints(
                learner, accounts, owner, purposes, target.places, target.url, self._watcher
            ).checks()
        )
        return [*found, *Cors(learner, target.origins, target.places, target.url).checks()], ()

    def _auth(
        self, learner: Learner, accounts: Accounts, purposes: dict[str, Purpose]
    ) -> tuple[list[ProbeCheck], tuple[ProbeCell, ...]]:
        target = self.target
        owner = accounts.make("dave") or first_ordinary(learner.session)
        if owner is None:
            learner.session.note("the authentication flow was not tried: nobody could be logged in")
            return [], ()
        if "endpoints" not in self.only and "isolation" not in self.only:
            list(
                Endpoints(
                    learner, accounts, owner, purposes, target.places, target.url, self._watcher
                ).checks()
            )
        auth = Auth(
            learner, accounts, owner, purposes, target.places, target.url, target.keys,
            target.literals,
        )  # fmt: skip
        passwords = Passwords(learner, accounts, owner, target.places, target.url, target.log)
        return [*auth.checks(), *passwords.checks()], ()

    def _errors(
        self, learner: Learner, accounts: Accounts, purposes: dict[str, Purpose]
    ) -> tuple[list[ProbeCheck], tuple[ProbeCell, ...]]:
        target = self.target
        known = learner.session.people.get("dave") or first_ordinary(learner.session)
        owner = accounts.alive(known) if known else anybody(accounts)
        errors = Errors(
            learner,
            accounts,
            purposes,
            owner,
            target.places,
            target.url,
            self._watcher,
            self._doing,
        )
        return list(errors.checks()), ()

    def _doing(self, number: int) -> str:
        """Return what the probe was doing when it sent a request."""
        for phase in self._phases:
            number -= phase.requests
            if number <= 0:
                return phase.name if phase.name == "making users" else f"probing {phase.name}"
        return "probing"


def first_ordinary(session: Session) -> Person | None:
    """Return a user without privileges; None if there is none."""
    return next((one for one in session.people.values() if not one.privileged), None)


def anybody(accounts: Accounts) -> Person:
    """Return somebody without an account, who uses what an API lets everybody use."""
    return Person("anybody", accounts.next_letter())


def cast_of(session: Session) -> Cast | None:
    """Return who plays in the trials; None without two ordinary users."""
    ordinary = [one for one in session.people.values() if not one.privileged]
    privileged = next((one for one in session.people.values() if one.privileged), None)
    return Cast(ordinary[0], ordinary[1], privileged) if len(ordinary) > 1 else None


def given_person(given: GivenUser, accounts: Accounts) -> Person | None:
    """Return a user as `backwright.toml` gives them, logged in; None if they cannot be."""
    person = Person(
        given.name, accounts.next_letter(), password=given.body.get("password", ""),
        privileged=given.privileged,
    )  # fmt: skip
    if given.headers or given.login:
        headers = dict(given.headers) or _by_command(given.login)
        person.identity = Identity(given.name, headers)
        person.token = next(iter(headers.values()), "").rpartition(" ")[2] or None
        accounts.adopt(person)
        return person
    if accounts.log_in(person, given.body):
        accounts.adopt(person)
        return person
    return None


def _by_command(command: str) -> dict[str, str]:
    """Return the header with the token that a command prints, alone or in JSON."""
    done = subprocess.run(  # noqa: S602 - the user's own command, from their own file
        command, shell=True, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
    )
    text = done.stdout.strip()
    try:
        token = find_token(json.loads(text)) or text
    except ValueError:
        token = text
    return {"Authorization": token if " " in token else f"Bearer {token}"} if token else {}
