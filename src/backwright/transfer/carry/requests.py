"""Requests that tests send: a body made from a schema must be JSON, whatever its fields are."""

from __future__ import annotations

import libcst as cst

from backwright.transfer.carry.values import Work

_NOT_JSON = ("decimal", "date", "datetime", "uuid", "url")


def sent_as_json(work: Work, node: cst.Call) -> cst.Call:
    """Return `client.post(url, json=data.model_dump())` with dates and numbers made JSON."""
    if not any(f.kind in _NOT_JSON for f in work.likeness.columns):
        return node
    return node.with_changes(args=[_arg(work, a) for a in node.args])


def _arg(work: Work, arg: cst.Arg) -> cst.Arg:
    call = arg.value
    is_body = arg.keyword is not None and arg.keyword.value == "json"
    if not is_body or not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return arg
    if call.func.attr.value == "model_dump" and not _has_mode(call):
        mode = cst.Arg(keyword=cst.Name("mode"), value=cst.SimpleString('"json"'), equal=_tight())
        return arg.with_changes(value=call.with_changes(args=[mode, *call.args]))
    if call.func.attr.value == "dict":
        work.imports.add(("fastapi.encoders", "jsonable_encoder"))
        made = cst.Call(cst.Name("jsonable_encoder"), [cst.Arg(call)])
        return arg.with_changes(value=made)
    return arg


def _has_mode(call: cst.Call) -> bool:
    return any(a.keyword is not None and a.keyword.value == "mode" for a in call.args)


def _tight() -> cst.AssignEqual:
    return cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
