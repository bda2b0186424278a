"""A table of accounts that a host has already: what of it signs people in, and what it lacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.errors import UsageError
from backwright.project.types import Column, Model, Project
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import Sources, last_name, names_of_statement
from backwright.transfer.guarding.program import Class, Program
from backwright.transfer.guarding.stored_passwords import Storing, is_salt, stored_passwords
from backwright.values import Place

_ACCOUNTS = re.compile(
    r"(?i)^(app_?|auth_?)?(user|account|member)s?(_?(model|table|schema|orm|db|entity))?$"
)
_ADDRESSES = ("email", "email_address", "mail", "username", "user_name", "login", "login_name")
_PASSWORDS = ("hashed_password", "password_hash", "password_digest", "hash_password", "hashed_pw",
              "encrypted_password", "pass_hash", "password", "passwd")  # fmt: skip
_POWERS = re.compile(
    r"(?i)^(is_?)?(role|roles|admin|staff|superuser|super_user|moderator|manager)s?$"
)
_DEFAULTS = ("default", "default_factory", "server_default", "insert_default")
_BYTES = re.compile(r"(?i)(bytes|large_?binary|bytea|binary|varbinary|blob)\b")
_LONG_ENOUGH = 60  # letters of what bcrypt makes of a password
_KINDS = (
    (r"(?i)^(str|string|varchar|char|text|unicode|citext|autostring|emailstr)", "str"),
    (r"(?i)^(int|integer|biginteger|smallinteger|bigint)", "int"),
    (r"(?i)^bool", "bool"),
    (r"(?i)^(float|double|real)", "float"),
    (r"(?i)^(decimal|numeric)", "Decimal"),
    (r"(?i)^(datetime|timestamp)", "datetime"),
    (r"(?i)^date", "date"),
    (r"(?i)^uuid", "UUID"),
)
SAMPLES = {"str": '"somebody"', "int": "1", "bool": "True", "float": "1.0", "Decimal": '"1"',
           "datetime": '"2020-01-01T00:00:00"', "date": '"2020-01-01"',
           "UUID": '"00000000-0000-4000-8000-000000000001"'}  # fmt: skip
ORIGINS = {"Decimal": "decimal", "datetime": "datetime", "date": "datetime", "UUID": "uuid"}


@dataclass(frozen=True, slots=True)
class Needed:
    """A column that an account cannot be without: its Python type, or the value that it gets.

    Of a choice among words, `choice` is where its class is, and a word that may be sent.
    """

    name: str
    kind: str
    value: str | None = None
    choice: tuple[Import, str] | None = None

    @property
    def sample(self) -> str:
        """What tests send for it, as Python writes it."""
        if self.choice:
            return self.choice[1]
        return SAMPLES[self.kind]

    @property
    def python_sample(self) -> str:
        """What tests make a row with."""
        kind = None if self.choice else ORIGINS.get(self.kind)
        if kind is None:
            return self.sample
        return (
            f"{self.kind}.fromisoformat({self.sample})"
            if kind == "datetime"
            else (f"{self.kind}({self.sample})")
        )


@dataclass(frozen=True, slots=True)
class Accounts:
    """The table of accounts, as the code of the gate speaks of it.

    Attributes:
        model: Its class.
        adopted: Whether the host has it already.
        key: The column of its key.
        address: The column that people sign in by.
        password: The column of what is stored of passwords.
        missing: Those of its columns that are to be added.
        needed: What else registering must give.
        storing: How the host stores passwords; None if it has none.
    """

    model: str = "User"
    adopted: bool = False
    key: str = "id"
    address: str = "email"
    password: str = "hashed_password"  # noqa: S105 - a column
    missing: tuple[str, ...] = ()
    needed: tuple[Needed, ...] = ()
    storing: Storing | None = None

    @property
    def plain(self) -> bool:
        """Whether the host's own code shows that it stores passwords as they are typed."""
        return self.storing is not None and self.storing.way == "plain"


def looks_like_accounts(model: Model) -> bool:
    """Tell whether a table is one of users or accounts, as far as its name says."""
    return bool(_ACCOUNTS.match(model.name) or _ACCOUNTS.match(model.table.rpartition(".")[2]))


def signs_in(model: Model) -> bool:
    """Tell whether rows of a table have an address or a password."""
    names = {column.name.lower() for column in model.columns}
    return bool(names & {*_ADDRESSES, *_PASSWORDS})


def read_accounts(sources: Sources, project: Project, name: str, role: str | None) -> Accounts:
    """Return how a host's own table of accounts is used to sign in.

    Args:
        sources: the host's modules.
        project: what is known of it.
        name: the model.
        role: what new accounts have in a column of powers that has no default; None if not asked.

    Raises:
        UsageError: a column must be given whose type is not known, or passwords do not fit.
    """
    model = next(one for one in project.models if one.name == name)
    columns = {column.name.lower(): column for column in model.columns}
    address = next((columns[one].name for one in _ADDRESSES if one in columns), "email")
    password = next((columns[one].name for one in _PASSWORDS if one in columns), "hashed_password")
    _refuse_unfit(model, columns.get(password.lower()))
    keys = [column.name for column in model.columns if column.primary_key]
    if len(keys) != 1:
        raise UsageError(
            f"{name} has {len(keys)} columns for its key, and an account is known by one",
            place=Place(model.file, model.line),
            remedy="--answer accounts=separate keeps accounts in a table of their own",
        )
    wanted = (address, password, "token_version")
    missing = tuple(one for one in wanted if one.lower() not in columns)
    needed = [
        _needed(sources, model, column, role)
        for column in required(sources, model)
        if column.name not in (address, password)
    ]
    return Accounts(
        name, adopted=True, key=keys[0], address=address, password=password,
        missing=missing, needed=tuple(needed), storing=storing_of(sources, model),
    )  # fmt: skip


def storing_of(sources: Sources, model: Model) -> Storing | None:
    """Return how a host stores the passwords of its table of users; None if it stores none."""
    columns = {column.name.lower(): column.name for column in model.columns}
    password = next((columns[one] for one in _PASSWORDS if one in columns), None)
    return stored_passwords(Program(sources), model, password) if password else None


def required(sources: Sources, model: Model) -> list[Column]:
    """Return the columns that a row of a model cannot be made without."""
    program = Program(sources)
    cls = program.classes.get((model.file, model.name))
    return [
        column
        for column in model.columns
        if not column.nullable
        and not column.primary_key
        and (cls is None or not _has_default(program, cls, column.name))
    ]


def powers(sources: Sources, model: Model) -> Column | None:
    """Return a column that says what an account may do, and that has no default."""
    found = (c for c in required(sources, model) if _POWERS.match(c.name) and kind_of(c) == "str")
    return next(found, None)


def _needed(sources: Sources, model: Model, column: Column, role: str | None) -> Needed:
    kind = kind_of(column)
    if is_salt(column.name) and (kind == "str" or _BYTES.match(column.type.rpartition(".")[2])):
        return Needed(column.name, "str", '""' if kind else 'b""')  # bcrypt keeps its own
    choice = _choice(sources, model, column) if kind is None else None
    if choice and not _POWERS.match(column.name):
        return Needed(column.name, choice[0][1], None, choice)
    if kind is None or column.foreign_key:
        what = "refers to another table" if column.foreign_key else f"is of type {column.type}"
        raise UsageError(
            f"registering cannot give {model.name}.{column.name}, which {what} and has no default",
            place=Place(column.file or model.file, column.line or model.line),
            remedy="give it a default or let it be null, "
            "or keep accounts in a table of their own: --answer accounts=separate",
        )
    if not _POWERS.match(column.name):
        return Needed(column.name, kind)
    return Needed(column.name, kind, "False" if kind == "bool" else repr(role or "user"))


def _choice(sources: Sources, model: Model, column: Column) -> tuple[Import, str] | None:
    """Return the class of a column that is a choice among words, and the first of these."""
    named = re.match(r"(?:[\w.]*Enum\()?\s*([A-Z]\w+)", column.type)
    path = column.file or model.file
    if named is None or path not in sources.trees:
        return None
    module, name = sources.resolve(path, named[1])
    file = sources.file(module)
    for node in sources.trees[file].body if file in sources.trees else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            for one in node.body:
                if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
                    return (module, name), repr(one.value.value)
    return None


def kind_of(column: Column) -> str | None:
    """Return the Python type of a column, if it is one of the plain ones."""
    said = column.type.rpartition(".")[2] if "(" not in column.type else column.type
    return next((kind for pattern, kind in _KINDS if re.match(pattern, said)), None)


def _refuse_unfit(model: Model, column: Column | None) -> None:
    if column and _BYTES.match(column.type.rpartition(".")[2]):
        raise UsageError(
            f"{model.name}.{column.name} keeps bytes, and a hash is a text",
            place=Place(column.file or model.file, column.line or model.line),
            remedy="make it a column of texts first, "
            "or keep accounts in a table of their own: --answer accounts=separate",
        )
    length = re.search(r"\((?:length=)?(\d+)", column.type) if column else None
    if column and length and int(length[1]) < _LONG_ENOUGH:
        raise UsageError(
            f"{model.name}.{column.name} keeps {length[1]} letters, and a hash has {_LONG_ENOUGH}",
            place=Place(column.file or model.file, column.line or model.line),
            remedy="make the column longer first: backwright would not lock anybody out",
        )


def _has_default(program: Program, cls: Class, name: str) -> bool:
    for one in _line(program, cls):
        for node in one.node.body:
            if isinstance(node, ast.AnnAssign | ast.Assign) and name in names_of_statement(node):
                return _gives(node.value)
    return False


def _line(program: Program, cls: Class) -> Iterator[Class]:
    yield cls
    for base in cls.node.bases:
        parent = program.class_of(cls.path, base)
        if parent and parent is not cls:
            yield from _line(program, parent)


def _gives(value: ast.expr | None) -> bool:
    """Tell whether what stands behind a column's name gives it a value by itself."""
    if value is None:
        return False
    if not isinstance(value, ast.Call):
        return True  # `is_active: bool = True`
    if last_name(value.func) == "Field" and value.args:
        return not (isinstance(value.args[0], ast.Constant) and value.args[0].value is ...)
    said = {k.arg for n in ast.walk(value) if isinstance(n, ast.Call) for k in n.keywords}
    texts = {n.value for n in ast.walk(value) if isinstance(n, ast.Constant)}
    return bool(said & set(_DEFAULTS)) or "server_default" in texts
