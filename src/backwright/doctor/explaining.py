"""What an exception means that no diagnosis knows: by its type and words alone, never empty."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.tracebacks import frames_of

_PACKAGE = re.compile(r"(?:site|dist)-packages/(?P<name>[A-Za-z_]\w*)")
_STANDARD = re.compile(r"/lib(?:64)?/python3(?:\.\d+)?/(?P<name>\w+)")
_OUTER = frozenset({"uvicorn", "starlette", "fastapi", "anyio", "asyncio", "gunicorn", "click"})
_HANDLE = "answer 4xx where a client may cause it"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an exception means, and what to do next; both may name the pattern's groups in braces."""

    pattern: str
    text: str
    step: str


_BUILTIN = {
    "ValueError": "a value that comes there has not the form that is wanted",
    "TypeError": "a value of another type than the line takes comes there",
    "OverflowError": "a number is larger than what is made of it",
    "LookupError": "what is looked up is not there",
}
_MEANINGS = (
    Meaning(
        r"KeyError: (?P<key>.+)", "what is read there has no {key}",
        "look at what it holds; .get({key}) where it may be missing, and " + _HANDLE,
    ),
    Meaning(
        r"IndexError: ", "a list or text is shorter than the code takes it to be",
        "ask whether it is empty before; " + _HANDLE,
    ),
    Meaning(
        r"ValueError: (?:invalid literal for int\(\) with base \d+|could not convert string to float): (?P<value>.+)",
        "{value} is turned into a number, and is none",
        "declare the parameter or field as int or float, so that FastAPI answers 422 before",
    ),
    Meaning(
        r"ValueError: (?:badly formed hexadecimal UUID string|Invalid isoformat string: .+|time data .+ does not match .+)",
        "a text is turned into a UUID or a time, and is none",
        "declare the parameter or field with that type, so that FastAPI answers 422 before",
    ),
    Meaning(
        r"ValueError: (?:not enough|too many) values to unpack", "what is unpacked has another length",
        "look at what comes: a row of more columns, an empty list, a text",
    ),
    Meaning(
        r"TypeError: unsupported operand type\(s\) for (?P<sign>\S+): '(?P<left>\w+)' and '(?P<right>\w+)'",
        "a {left} and a {right} meet in `{sign}`",
        "convert one of them; a NoneType was never set: give it a default, or ask for it before",
    ),
    Meaning(
        r"TypeError: '\S+' not supported between instances of '(?P<left>\w+)' and '(?P<right>\w+)'",
        "a {left} is compared with a {right}",
        "convert one of them; a NoneType was never set: give it a default, or ask for it before",
    ),
    Meaning(
        r"TypeError: '(?P<type>\w+)' object is not callable",
        "a {type} is called as if it were a function",
        "look for a variable that has the function's name, or for parentheses too much",
    ),
    Meaning(
        r"TypeError: (?:'(?P<type>\w+)' object is not (?P<what>iterable|subscriptable|a mapping)|cannot unpack non-iterable (?P<other>\w+) object)",
        "a {type}{other} is used as if it were a collection",
        "look at what it is assigned from: one object comes where several are expected, or a method that was not called",
    ),
    Meaning(
        r"TypeError: (?:string|list|tuple|byte) indices must be integers",
        "a list or text is read by a name, as if it were a dictionary",
        "go through the list, or parse the text (json.loads) before",
    ),
    Meaning(
        r"TypeError: unhashable type: '(?P<type>\w+)'", "a {type} is used as a key or in a set",
        "use something that does not change: its id, or a tuple",
    ),
    Meaning(
        r"TypeError: (?P<name>[\w.<>]+)\(\) (?:got|takes|missing)", "{name}() is called with other arguments than it takes",
        "compare the call with the definition, also with that of the version that is installed",
    ),
    Meaning(
        r"AttributeError: module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        "the module {module} has no {name}",
        "mend the name; of a library, look at the version that is installed; of an own file, whether it hides a library by its name",
    ),
    Meaning(
        r"AttributeError: type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'", "the class {type} has no {name}",
        "mend the name, or declare it in the class",
    ),
    Meaning(
        r"AttributeError: '(?P<type>\w+)' object has no attribute '(?P<name>\w+)'", "a {type} has no {name}",
        "look at what the variable is assigned from: it is a {type}, where the line wants something else",
    ),
    Meaning(
        r"ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'", "{module} has no {name}",
        "mend the name; of a library, install the version that has it; of an own module, look for a circle of imports",
    ),
    Meaning(
        r"PermissionError\b.*?: '(?P<path>[^']+)'", "the program may not open {path}",
        "give its user the right (chown in the Dockerfile), or write elsewhere",
    ),
    Meaning(
        r"OSError: \[Errno 24\]", "too many files or connections are open", "close them: `with`, one client for all requests",
    ),
    Meaning(r"OSError: \[Errno 28\]", "the disk is full", "make room; rotate logs"),
    Meaning(
        r"(?:gaierror|NameResolutionError)", "the name of a host is not known",
        "mend the address; between containers it is the service's name, not localhost",
    ),
    Meaning(
        r"(?:Connect(?:ion)?RefusedError|ConnectionResetError|ConnectError|ConnectTimeout|ReadTimeout|TimeoutError|RemoteProtocolError|ServerDisconnectedError)\b",
        "another service does not answer", "see whether it runs, and its address and port; answer 502 or 504 where it is away",
    ),
    Meaning(
        r"(?:HTTPStatusError|HTTPError): (?P<said>.*(?:error|Error).*)", "another service refuses: {said}",
        "look at what is sent to it; answer 502 where it fails",
    ),
    Meaning(
        r"JSONDecodeError: ", "what is read as JSON is none: often an empty body or a page of HTML",
        "look at its status and text before; " + _HANDLE,
    ),
    Meaning(
        r"Unicode(?:Decode|Encode)Error: '(?P<codec>[\w-]+)' codec can't", "a text is not in the encoding {codec}",
        "open it with its own: encoding=…; bytes of a file are no text",
    ),
    Meaning(r"ZeroDivisionError: ", "something is divided by zero", "ask for zero before: an empty list has no average"),
    Meaning(r"InvalidOperation", "a text is turned into a Decimal, and is none", "declare the field as Decimal, so that FastAPI answers 422 before"),
    Meaning(r"NotImplementedError", "a method of a base class is called that nobody has written", "write it in the class that is used"),
    Meaning(r"AssertionError", "the code or a library states that something is so, and it is not", "read the line: its condition tells what is expected"),
    Meaning(
        r"(?:RuntimeError: (?:async )?(?:generator|coroutine) raised Stop|Stop(?:Async)?Iteration)", "next() found nothing",
        "next(…, None), and ask for None",
    ),
    Meaning(r"UndefinedError: (?P<said>.+)", "a template reads what it was not given: {said}", "give it in the context"),
    Meaning(r"IntegrityError", "the database refuses a row by one of its constraints", "catch IntegrityError, roll back, and answer 409"),
    Meaning(r"DataError", "the database refuses a value: its type, length or range is not the column's", "give the schema the column's type and bounds, so that FastAPI answers 422 before"),
    Meaning(r"(?:OperationalError|InterfaceError|InternalError)\b", "the database does not do what it is asked: it is away, or the connection or transaction is broken", "backwright doctor --database-url project looks into it"),
    Meaning(r"(?:ProgrammingError|UndefinedTableError|UndefinedColumnError)\b", "the statement does not fit the database: a table, column, function or type is another one", "compare the tables with the models: alembic upgrade head; backwright doctor --database-url project"),
    Meaning(r"sqlalchemy\.(?:orm\.)?exc\.\w*(?:InvalidRequestError|ArgumentError|StatementError|\w+Error)", "SQLAlchemy is used in a way that it refuses; its words say which", "read its words with the line beside them; the link in them explains more"),
    Meaning(
        r"ValidationError: \d+ validation errors? for (?P<model>\w+)", "the code makes a {model} of data that does not fit it",
        "the fields stand under the words: fill them, or make them optional; what comes from a client belongs in the parameters, where FastAPI checks it",
    ),
    Meaning(r"HTTPException", "an HTTPException is raised where FastAPI does not catch it: in a middleware, a task or at the start", "answer by JSONResponse there, or raise it in a handler or a dependency"),
    Meaning(r"RecursionError", "functions or objects refer to each other without an end", "look at the lines that repeat in the traceback"),
    Meaning(r"MemoryError", "the program wants more memory than there is", "read in parts: pages, streams"),
)  # fmt: skip


def explained(evidence: Evidence, ground: Ground) -> tuple[str, str]:
    """Return what an error means and the next step, by what is known of its type and its frames.

    Args:
        evidence: The project and its log.
        ground: The error.

    Returns:
        The meaning, and what to do; never empty.
    """
    last = ground.failure.last
    for one in _MEANINGS:
        if match := re.search(one.pattern, last.text.split("\n", 1)[0]):
            words = {name: value or "" for name, value in match.groupdict().items()}
            return one.text.format(**words), one.step.format(**words)
    if ground.place and any(evidence.sources.classes(last.name)):
        return "the project raises it itself, and nobody catches it", (
            f"@app.exception_handler({last.name}) that answers what it means, or catch it in the handler"
        )
    library = _library(ground)
    plain = _BUILTIN.get(last.name, "it is raised there")
    where = f"{library} refuses what this line gives it" if library else plain
    line = evidence.sources.line(ground.place).strip() if ground.place else ""
    look = f"look at what `{line}` gives it" if line else "look at the line that leads to it"
    return where, f"{look}; {_HANDLE}"


def _library(ground: Ground) -> str:
    """Return the library in which it was raised; nothing where that is the server's or our own."""
    for _, frame in frames_of(ground.failure):
        plain = frame.file.replace("\\", "/")
        found = _PACKAGE.search(plain) or _STANDARD.search(plain)
        if found is None:
            return ""
        if found["name"] not in _OUTER:
            return found["name"]
    return ""
