"""Settings that are not given, misspelt, or of a shape that they cannot have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.masking import masked, without_values
from backwright.doctor.registry import diagnosis
from backwright.doctor.settings_files import loading_file, missing_variable, reading_file
from backwright.project.types import Setting
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_SETTINGS = r"ValidationError: \d+ validation errors? for (?P<owner>\w+)\n(?P<rest>.*)"
_COMPLAINT = re.compile(
    r"^(?P<name>[\w.]+)\n\s+(?P<message>.+?)(?: \[type=(?P<type>\w+)(?:, input_value=(?P<value>.*?), input_type.*)?\]|"
    r" \(type=(?P<old>[\w.]+)\))?$", re.MULTILINE
)  # fmt: skip
_START = "start the application again"
# Words that people switch by, and that Pydantic does not take.
_SWITCHES = {
    **dict.fromkeys(("enabled", "enable", "active", "activated"), "true"),
    **dict.fromkeys(("disabled", "disable", "inactive", "deactivated", "never"), "false"),
}


@diagnosis
def refused_settings(evidence: Evidence) -> Iterator[Cause]:
    """Tell which variable a settings class misses or refuses."""
    owners = {one.owner: one for one in evidence.project.settings if one.owner}
    for ground, _, match in evidence.raised(_SETTINGS):
        if match["owner"] not in owners:
            continue
        for one in _COMPLAINT.finditer(match["rest"]):
            kind = one["type"] or one["old"] or ""
            if kind in ("missing", "value_error.missing"):
                yield _missing(evidence, ground, one["name"])
            elif "extra" in kind:
                yield _extra(evidence, ground, one["name"], match["owner"])
            else:
                yield _refused(evidence, ground, one["name"], one["message"], one["value"])


@diagnosis
def missing_variables(evidence: Evidence) -> Iterator[Cause]:
    """Tell which variable a plain read of the environment misses."""
    for ground, raised, match in evidence.raised(r"^KeyError: '(?P<name>[A-Z][A-Z0-9_]+)'"):
        is_read = any(frame.file.endswith("os.py") or "environ" in _line(evidence, ground)
                      for frame in raised.frames)  # fmt: skip
        if is_read:
            cause = _missing(evidence, ground, match["name"])
            is_loaded = any(evidence.sources.calls("load_dotenv", "read_env"))
            if cause.name == "setting-missing" and not is_loaded:
                cause = replace(
                    cause, repairs=()
                )  # a line more in a file that nothing loads mends nothing
            yield cause


@diagnosis
def misspelt(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a variable in `.env` that nobody reads, beside a required one of nearly its name."""
    read = {name.upper() for one in evidence.project.settings for name in one.variables}
    for one in evidence.project.settings:
        names = [name.upper() for name in one.variables]
        if not one.required or not names or any(name in evidence.variables for name in names):
            continue
        near = _near(evidence, names[0], read)
        if near is not None and not any(evidence.raised(_SETTINGS)):
            yield _with_name(evidence, one, names[0], near)


def _with_name(evidence: Evidence, setting: Setting, name: str, near: str) -> Cause:
    place = evidence.variables[near].place
    return Cause(
        "environment", "setting-misspelt",
        f"{setting.owner or 'the application'} reads {name}, and {place} gives {near}",
        place=place, remedy=f"write {name} there", proof=_START, seen="source",
        repairs=_renamed(evidence, near, name),
    )  # fmt: skip


def _line(evidence: Evidence, ground: Ground) -> str:
    return evidence.sources.line(ground.place) if ground.place else ""


def _near(evidence: Evidence, name: str, read: set[str]) -> str | None:
    """Return a variable of a file that nobody reads and that is nearly this one."""
    unread = [k for k, v in evidence.variables.items() if v.place is not None and k not in read]
    return next(iter(get_close_matches(name, unread, 1, 0.8)), None)


def _missing(evidence: Evidence, ground: Ground, name: str) -> Cause:
    read = {one.upper() for setting in evidence.project.settings for one in setting.variables}
    variable = next(
        (one.variables[0].upper() for one in evidence.project.settings
         if one.variables and name.upper() in (one.name.upper(), *map(str.upper, one.variables))),
        name.upper(),
    )  # fmt: skip
    near = _near(evidence, variable, read)
    where = evidence.reads(variable)
    if near is not None:
        place = evidence.variables[near].place
        text = f"{variable} is not set, but {place} gives {near}"
        return Cause(
            "environment", "setting-misspelt", text, (_shown(ground),), place,
            f"write {variable} there", _START, repairs=_renamed(evidence, near, variable),
            failure=ground.number, count=ground.count,
        )  # fmt: skip
    given = evidence.variables.get(variable)
    if given is not None and given.place is not None:
        return _unread(evidence, ground, variable, given.place, where)
    file = evidence.env_files[0] if evidence.env_files else ".env"
    known, repairs = missing_variable(evidence, variable)
    return Cause(
        "environment", "setting-missing", f"{variable} is not set{f', and {known}' if known else ''}",
        (_shown(ground),), where or ground.place,
        f"set it in the environment, or add a line {variable}=… to {file}", _START, repairs=repairs,
        failure=ground.number, count=ground.count,
    )  # fmt: skip


def _shown(ground: Ground) -> str:
    return without_values(ground.failure.last.text.split("\n    For further")[0])


def _unread(
    evidence: Evidence, ground: Ground, variable: str, given: Place, where: Place | None
) -> Cause:
    """Return the cause where a file gives a variable, and nothing reads that file."""
    name = given.file.rpartition("/")[2]
    owner = next((one.owner for one in evidence.project.settings
                  if one.owner and variable in map(str.upper, one.variables)), "")  # fmt: skip
    reads_it = any(name in ast.unparse(cls) for _, cls in evidence.sources.classes(owner))
    if owner and reads_it:
        text = f"{variable} stands in {given}, and {name} was looked for in another folder: it is relative to where the application is started"
        remedy = f"start it in the folder of {given.file}, or name the file by its whole path"
        repairs: tuple[Repair, ...] = ()
    elif owner:
        text = f"{variable} stands in {given}, and {owner} does not read that file"
        remedy = f'model_config = SettingsConfigDict(env_file="{name}")'
        repairs = reading_file(evidence, owner, name)
    else:
        text = f"{variable} stands in {given}, and nothing loads that file: os.environ does not read it"
        remedy = "from dotenv import load_dotenv; load_dotenv() before the first read; or uvicorn --env-file"
        place = where or ground.place
        repairs = loading_file(evidence, place.file) if place else ()
    return Cause(
        "environment", "env-file-not-read", text, (_shown(ground),), where or ground.place or given,
        remedy, _START, repairs=repairs, failure=ground.number, count=ground.count,
    )  # fmt: skip


def _extra(evidence: Evidence, ground: Ground, name: str, owner: str) -> Cause:
    given = evidence.variables.get(name.upper())
    cls = next(evidence.sources.classes(owner), None)
    return Cause(
        "environment", "setting-unknown",
        f"{given.place if given and given.place else 'the environment'} gives {name.upper()}, which "
        f"{owner} does not have and does not allow",
        (_shown(ground),),
        (given.place if given else None) or (Place(cls[0], cls[1].lineno) if cls else None),
        f'declare it in {owner}, mend its name, or allow others: SettingsConfigDict(extra="ignore")',
        _START, repairs=_ignoring(evidence, owner), failure=ground.number, count=ground.count,
    )  # fmt: skip


def _ignoring(evidence: Evidence, owner: str) -> tuple[Repair, ...]:
    """Return the repair that lets a settings class ignore what it does not know."""
    for file, cls in evidence.sources.classes(owner):
        for number in range(cls.lineno, (cls.end_lineno or cls.lineno) + 1):
            line = evidence.sources.line(Place(file, number))
            if "SettingsConfigDict(" in line and line.rstrip().endswith(")"):
                inner = line.rstrip()[:-1]
                comma = "" if inner.endswith("(") else ", "
                return evidence.replaced(
                    Place(file, number), line, f'{inner}{comma}extra="ignore")'
                )
    return ()


def _refused(
    evidence: Evidence, ground: Ground, name: str, message: str, value: str | None
) -> Cause:
    given = evidence.variables.get(name.upper())
    return Cause(
        "environment", "setting-refused",
        f"{name.upper()} cannot be read: {message[0].lower()}{message[1:]}"
        + (f", and it is {masked(name, value)}" if value else ""),
        (_shown(ground),),
        (given.place if given else None) or evidence.reads(name) or ground.place,
        _remedy(message),
        _START, repairs=_as_its_type(evidence, name, message), failure=ground.number, count=ground.count,
    )  # fmt: skip


def _remedy(message: str) -> str:
    """Return how a value is written, by what is said of it."""
    for pattern, remedy in (
        (r"integer|number|float|decimal", "write the number alone"),
        (r"boolean", "write true or false"),
        (r"list|tuple|set|dictionary|array", 'write it as JSON: ["a", "b"], {"a": 1}'),
        (r"URL|url|DSN", "write the whole URL: scheme://user:password@host:port/name"),
    ):
        if re.search(pattern, message):
            return remedy
    return "write it as its type wants it"


def _as_its_type(evidence: Evidence, name: str, message: str) -> tuple[Repair, ...]:
    """Return the repair that writes a number without the words behind it, a switch as true or false."""
    given = evidence.variables.get(name.upper())
    if given is None or given.place is None:
        return ()
    plain = given.value.strip("\"'")
    number = re.match(r"(-?\d+)\s*(?:#.*|[A-Za-z]+)$", plain) if "integer" in message else None
    switch = _SWITCHES.get(plain.lower()) if "boolean" in message else None
    value = number[1] if number else switch
    if value is None:
        return ()
    line = evidence.sources.line(given.place)
    return evidence.replaced(given.place, line, f"{line.partition('=')[0]}={value}")


def _renamed(evidence: Evidence, old: str, new: str) -> tuple[Repair, ...]:
    place = evidence.variables[old].place
    if place is None:
        return ()
    written = re.search(r"[A-Za-z_]\w*(?=\s*=)", evidence.sources.line(place))
    return evidence.replaced(place, written[0], new) if written else ()


@diagnosis
def unreadable_lists(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a list in the environment that is no JSON."""
    pattern = r'error parsing (?:value for field|env var|JSON for) "(?P<name>\w+)"'
    for ground, raised, match in evidence.raised(pattern):
        name = match["name"].upper()
        given = evidence.variables.get(name)
        yield Cause(
            "environment", "setting-no-json",
            f"{name} is a list or object, and what it is set to is no JSON"
            + (f": {masked(name, given.value)}" if given else ""),
            (raised.text,), (given.place if given else None) or evidence.reads(name),
            'write it as JSON: ["http://localhost:3000"]', _START,
            repairs=_as_json(evidence, name), failure=ground.number, count=ground.count,
        )  # fmt: skip


def _as_json(evidence: Evidence, name: str) -> tuple[Repair, ...]:
    given = evidence.variables.get(name)
    if given is None or given.place is None or given.value[:1] in ("[", "{"):
        return ()
    words = ", ".join(f'"{one.strip()}"' for one in given.value.split(",") if one.strip())
    line = evidence.sources.line(given.place)
    before = line.partition("=")[0]
    return evidence.replaced(given.place, line, f"{before}=[{words}]")
