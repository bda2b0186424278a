"""Endpoints that the exemplar lacks, written after those that it has.

Of the five things that are done with rows (list, get, create, update, delete) an exemplar often has
three or four. The others are put together of what its handlers show: the router and the path, what
they are given, how they ask for rows, whose a row must be, what is said of one that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import article
from backwright.transfer.carry.enveloped import envelope_of
from backwright.transfer.carry.handing import Bodies
from backwright.transfer.carry.handlers import (
    Handler,
    bare,
    handlers_in,
    is_dependency,
    put_behind,
    without_comma,
)
from backwright.transfer.carry.hosts import Store, missing, owner_value, store_of
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.types import Facts, Parent
from backwright.transfer.carry.values import Work
from backwright.transfer.paths import in_words_of, says_verb

VERBS = ("list", "get", "create", "update", "delete")
_KEPT = ("dependencies", "tags")
_WIDTH = 89  # of a line with its end, where nothing says otherwise


def with_missing_verbs(
    works: Sequence[Work], trees: Sequence[cst.Module], bodies: Bodies
) -> list[cst.Module]:
    """Return the trees with the endpoints that are missing, where all that they need is known."""
    made = list(trees)
    if not works or not works[0].facts.home[1]:
        return made
    found = [(i, h) for i, t in enumerate(trees) for h in handlers_in(t)]
    there = {h.verb: h for _, h in reversed(found) if h.verb}
    lacking = [v for v in VERBS if v not in there and v != "create"]
    if "create" not in there or len(there) < 2 or not lacking:
        return made
    index = next(i for i, h in found if h is there["create"])
    work = works[index]
    if work.part.role != "routes" or work.extends:
        return made
    handlers = [h for i, h in found if i == index]
    writer = _Writer(
        work, trees[index], [t for t in trees if t is not trees[index]], handlers, bodies
    )
    for verb in lacking:
        code = writer.written(verb)
        if code is None:
            continue
        new = cst.parse_module(code).body
        made[index] = put_behind(made[index], new)
        work.note(1, f"there is no endpoint to {verb} in it: this one is written after its others")
    return made


@dataclass
class _Writer:
    """Writes handlers for one module of routes."""

    work: Work
    tree: cst.Module
    others: Sequence[cst.Module]
    handlers: Sequence[Handler]
    bodies: Bodies

    @property
    def facts(self) -> Facts:
        """What is known of the exemplar."""
        return self.work.facts

    def written(self, verb: str) -> str | None:
        """Return the code of a handler; None where something that it needs is not known."""
        model = self._model()
        like = self._like(verb)
        store = self._store(like)
        owner = self._owner(like)
        answer = self._answer()
        if model is None or store is None or (self.facts.owner and owner is None):
            return None
        envelope = None
        if answer is None and verb == "get":
            codes = [self.tree.code, *(t.code for t in self.others)]
            envelope = envelope_of(self.handlers, codes, self.facts.new)
        if answer is None and envelope is None and verb != "delete":
            return None
        if verb == "list":
            return self._list(like, store, model, owner, str(answer))
        key = self._key()
        if key is None:
            return None
        find = self._found(store, model, owner, key.name.value, self._row)
        if envelope is not None:
            head = self._head("get", like, verb, [key], f"response_model={envelope.shown}")
            return f"{head}{find}{envelope.around(self._row)}"
        if verb == "get":
            head = self._head("get", like, verb, [key], *self._option(str(answer)))
            return f"{head}{find}    return {self._shown(str(answer), self._row)}\n"
        if verb == "delete":
            return self._delete(like, store, key, find)
        body = self._body()
        if body is None:
            return None
        row = f"db_{self._row}" if body.name.value == self._row else self._row
        find = self._found(store, model, owner, key.name.value, row)
        return self._update(like, store, key, body, find, row)

    # --- what the handlers show

    def _like(self, verb: str) -> Handler:
        """Return the handler whose parameters the new one has, too.

        What writes is guarded as what writes is, though anybody may read; one row is for whoever
        may see the list.
        """
        for reader in (h for h in self.handlers if verb == "get" and h.verb == "list"):
            whose = not self.facts.owner or owner_value(reader.node, self.facts.owner)
            if whose and self._store(reader):
                return reader
        order = ("get", "create") if verb == "list" else ("update", "delete", "create")
        return next(h for v in order for h in self.handlers if h.verb == v)

    @property
    def _row(self) -> str:
        return self.facts.new.variable

    def _owner(self, like: Handler) -> str | None:
        """Return who a handler's caller is, in words that another handler can use."""
        owner = owner_value(like.node, self.facts.owner) if self.facts.owner else None
        root = re.match(r"\w*", owner or "")
        if owner is None or root is None or root[0] in {p.name.value for p in like.params}:
            return owner
        for node in m.findall(like.node.body, m.Assign(targets=[m.AssignTarget(m.Name(root[0]))])):
            value = code_of(cst.ensure_type(node, cst.Assign).value)
            return value if owner == root[0] else f"{value}{owner.removeprefix(root[0])}"
        return owner

    def _store(self, like: Handler) -> Store | None:
        """Return the session that a handler is given; in another layer it is not at hand."""
        codes = [code_of(t) for t in (self.tree, *self.others)]
        found = store_of(like.node, codes, asynchronous=self.facts.asynchronous)
        given = {p.name.value for p in like.params}
        return found if found and found.session.partition(".")[0] in given else None

    def _model(self) -> str | None:
        """Return how the model is called in the module; None where the name is another's there."""
        module, name = self.facts.home
        code = self.tree.code
        prefix = re.search(rf"\b(models?)\.{name}\b", code)
        if prefix:
            return f"{prefix[1]}.{name}"
        bound = re.findall(
            rf"^from\s+(\S+)\s+import\s[^\n]*\b{name}\b(?!\s+as)", code, re.MULTILINE
        )
        if re.search(rf"^\s+{name},?$|^class {name}\b", code, re.MULTILINE) and not bound:
            return name if "model" in code else None
        if any("schema" in b for b in bound) or re.search(rf"\bas {name}\b", code):
            return None
        if not bound:
            self.work.imports.add((module, name))
        return name

    def _answer(self) -> str | None:
        """Return the class that rows are shown by."""
        for verb in ("get", "update", "create", "list"):
            for handler in (h for h in self.handlers if h.verb == verb):
                shown = handler.option("response_model")
                returned = handler.node.returns
                if shown is None and returned is not None:
                    shown = code_of(returned.annotation)
                listed = re.fullmatch(r"\w+\[([\w.]+)\]", shown or "") if verb == "list" else None
                shown = listed[1] if listed else shown
                if shown and re.fullmatch(r"[\w.]+", shown) and self._is_row(shown):
                    return shown
        return None

    def _is_row(self, shown: str) -> bool:
        """Tell whether a class shows a row, rather than saying that something was done."""
        name = shown.rpartition(".")[2]
        return name in self.bodies.rows or self.facts.new.pascal in name

    def _key(self) -> cst.Param | None:
        """Return the parameter by which a row is named: as others have it, else by its type."""
        for handler in self.handlers:
            word = re.search(r"\{(\w+)\}(?:/\w+)?/?$", handler.path) if handler.verb else None
            if word:
                found = [p for p in handler.params if p.name.value == word[1]]
                key = found[0].with_changes(comma=cst.MaybeSentinel.DEFAULT) if found else None
                return self._as_uuid(key) if key else None
        kind = re.search(r"^\s+id: (int|UUID|uuid\.UUID|str)\b", self._all_code(), re.MULTILINE)
        if kind is None or (kind[1] == "UUID" and "UUID" not in self.tree.code):
            return None
        name = cst.Name(f"{self.facts.new.snake}_id")
        return cst.Param(name, cst.Annotation(cst.parse_expression(kind[1])))

    def _as_uuid(self, key: cst.Param) -> cst.Param:
        """Return a key that is sent as text as the id that it is: a database refuses any other text."""
        is_text = key.annotation is not None and code_of(key.annotation) == "str"
        kept = rf"^\s+{self.facts.key}: (?:Mapped\[)?(?:uuid\.)?UUID\b"
        if not is_text or not re.search(kept, self._all_code(), re.MULTILINE):
            return key
        self.work.imports.add(("uuid", "UUID"))
        return key.with_changes(annotation=cst.Annotation(cst.Name("UUID")))

    def _all_code(self) -> str:
        return "\n".join(t.code for t in (self.tree, *self.others))

    def _option(self, answer: str) -> list[str]:
        """Return how the decorator says what is shown, unless annotations alone do."""
        return [] if self._converter(answer) else [f"response_model={answer}"]

    def _shown(self, answer: str, row: str) -> str:
        """Return the row as it is returned: itself, or made into what is shown."""
        converter = self._converter(answer)
        return f"{converter}({row})" if converter else row

    def _converter(self, answer: str) -> str | None:
        """Return what makes a row what is shown, where no decorator says what that is."""
        if any(h.option("response_model") for h in self.handlers):
            return None
        calls = (f"{answer}.{name}" for name in ("model_validate", "from_orm"))
        return next((c for c in calls if f"{c}(" in self._all_code()), None)

    # --- pieces of code

    def _head(
        self, method: str, like: Handler, verb: str, own: Sequence[cst.Param], *options: str
    ) -> str:
        """Return the decorator and the first line of a handler."""
        path = self._collection() if verb == "list" else self._by_key(own[0].name.value, verb)
        kept = [f"{name}={value}" for name in _KEPT if (value := like.option(name))]
        arguments = ", ".join([f'"{path}"', *options, *kept])
        params = [*own, *self._shared(like, path, own)]
        plain = [p for p in params if p.default is None]
        given = [p for p in params if p.default is not None]
        listed = [bare(p) for p in (*plain, *given)]
        is_async = "async " if like.node.asynchronous else ""
        returns = self._returns(verb, options)
        head = f"@{like.router}.{method}({arguments})\n"
        start = f"{is_async}def {self._name(verb)}("
        line = f"{start}{', '.join(listed)}){returns}:\n"
        if len(line) > _WIDTH:
            line = f"{start}\n{''.join(f'    {one},{chr(10)}' for one in listed)}){returns}:\n"
        return f"{head}{line}{self._docs(verb)}"

    def _returns(self, verb: str, options: Sequence[str]) -> str:
        """Return the annotation of what is returned, where the others have one."""
        if verb == "delete" or not all(h.node.returns for h in self.handlers):
            return ""
        shown = next((o.partition("=")[2] for o in options if o.startswith("response_model")), "")
        shown = shown or str(self._answer())
        said = [code_of(h.node.returns.annotation) for h in self.handlers if h.node.returns]
        return f" -> {shown}" if shown in said else " -> Any" if "Any" in said else ""

    def _shared(self, like: Handler, path: str, own: Sequence[cst.Param]) -> list[cst.Param]:
        """Return the parameters that are neither the body nor the key: of the path, dependencies."""
        named = {p.name.value: p for h in self.handlers for p in h.params}
        missing = set(re.findall(r"\{(\w+)\}", path)) - {p.name.value for p in own}
        made = (c for t in (self.tree, *self.others) for c in t.body if isinstance(c, cst.ClassDef))
        known = {*self.facts.known, *(c.name.value for c in made)}
        inherited = [p for p in like.params if is_dependency(p, known)]
        return [*(named[n] for n in sorted(missing) if n in named), *inherited]

    def _collection(self) -> str:
        """Return the path of all rows."""
        for verb in ("list", "get", "update", "delete", "create"):
            for handler in self.handlers:
                if handler.verb == verb:
                    return (
                        self._told(re.sub(r"/?\{\w+\}(/\w+)?/?$", "", handler.path), "list")
                        if verb != "list"
                        else handler.path
                    )
        return "/"

    def _by_key(self, key: str, verb: str) -> str:
        known = [h.path for h in self.handlers if f"{{{key}}}" in h.path and h.verb]
        plain = [p for p in known if not says_verb(p, self._nouns)]
        if plain or known:
            return (plain or [self._told(known[0], verb)])[0]
        return f"{self._collection().rstrip('/')}/{{{key}}}"

    def _told(self, path: str, verb: str) -> str:
        return in_words_of(path, verb, [h.path for h in self.handlers], self._nouns)

    @property
    def _nouns(self) -> set[str]:
        names = self.facts.new
        return {*names.snake.split("_"), *names.plural_snake.split("_")}

    def _name(self, verb: str) -> str:
        """Return a free name, made like those of the others."""
        names = self.facts.new
        reads = any(h.name.startswith("read") for h in self.handlers)
        word = {"get": "read" if reads else "get", "list": "read" if reads else "list"}.get(
            verb, verb
        )
        create = next(h.name for h in self.handlers if h.verb == "create")
        noun = names.plural_snake if verb == "list" else names.snake
        told = f"{word}_{noun}"
        if "create" in create:
            told = create.replace("create", word).replace(names.snake, noun)
        taken = set(re.findall(r"\w+", self.tree.code))
        return next(
            n for n in (told, f"{told}_by_id", f"{told}_endpoint", f"{told}_2") if n not in taken
        )

    def _docs(self, verb: str) -> str:
        """Return a docstring, where most others have one."""
        have = [h for h in self.handlers if h.node.get_docstring()]
        if len(have) * 2 <= len(self.handlers):
            return ""
        names = self.facts.new
        one = f"{article(names.human)} {names.human}"
        said = {"list": f"List {names.plural_human}", "get": f"Get {one}"}
        return f'    """{said.get(verb, f"{verb.capitalize()} {one}")}."""\n'

    def _found(self, store: Store, model: str, owner: str | None, key: str, name: str) -> str:
        """Return the statements that find a row, or refuse."""
        self.work.imports |= store.row_imports
        row = store.row(model, self._id, key)
        if store.way == "query":
            row = f"{store.session}.query({model}).filter({model}.{self._id} == {key}).first()"
        whose = f" or {name}.{self.facts.owner} != {owner}" if owner else ""
        return f"    {name} = {row}\n    if {name} is None{whose}:\n        {self._refusal(key)}\n"

    @property
    def _id(self) -> str:
        return self.facts.key

    def _refusal(self, key: str) -> str:
        """Return what this module says of a row that is not there."""
        names = self.facts.new
        parent = Parent(self.facts.home[1], names)
        found = missing([self.tree], names, parent, self.facts.known)
        if found:
            said = " ".join(found.code.split())
            names_in = set(re.findall(r"\{(\w+)", said)) | set(
                re.findall(r"[(=]\s*(\w+)\s*[,)]", said)
            )
            free = {n for n in names_in if n.endswith(("id", "pk", "uuid")) and n != key}
            for name in free:
                said = re.sub(rf"\b{name}\b", key, said)
            if not re.search(r"\{\w+\.", said):
                self.work.imports |= found.imports
                return said
        self.work.imports.add(("fastapi", "HTTPException"))
        status = "status.HTTP_404_NOT_FOUND" if "status.HTTP_" in self.tree.code else "404"
        text = f"{names.human[:1].upper()}{names.human[1:]} not found"
        return f'raise HTTPException(status_code={status}, detail="{text}")'

    def _list(self, like: Handler, store: Store, model: str, owner: str | None, answer: str) -> str:
        old = re.search(r"\bList\[", self._all_code())
        if old and not re.search(r"\bimport\b.*\bList\b", self.tree.code):
            self.work.imports.add(("typing", "List"))
        head = self._head(
            "get", like, "list", _page(), f"response_model={'List' if old else 'list'}[{answer}]"
        )
        if store.way == "query":
            where = f".filter({model}.{self.facts.owner} == {owner})" if owner else ""
            asked = f"{store.session}.query({model}){where}.order_by({model}.{self._id})"
            return f"{head}    return {asked}.offset(skip).limit(limit).all()\n"
        self.work.imports |= store.imports
        where = f".where({model}.{self.facts.owner} == {owner})" if owner else ""
        select = f"select({model}){where}.order_by({model}.{self._id}).offset(skip).limit(limit)"
        rows = f"{store.session}.{store.way}({select})"
        rows = f"(await {rows})" if store.is_async else rows
        rows += ".scalars()" if store.way == "execute" else ""
        return f"{head}    return {rows}{'.unique()' if store.distinct else ''}.all()\n"

    def _delete(self, like: Handler, store: Store, key: cst.Param, find: str) -> str:
        waits = "await " if store.is_async else ""
        code = "status.HTTP_204_NO_CONTENT" if "status.HTTP_" in self.tree.code else "204"
        self.work.imports.add(("fastapi", "Response"))
        head = self._head("delete", like, "delete", [key], f"status_code={code}")
        return (
            f"{head}{find}    {waits}{store.session}.delete({self._row})\n"
            f"    {waits}{store.session}.{self._kept}()\n    return Response(status_code={code})\n"
        )

    @property
    def _kept(self) -> str:
        return "commit" if self.facts.commits else "flush"

    def _body(self) -> cst.Param | None:
        """Return the parameter that a change is sent as: of what is given, else as a whole row."""
        create = next(h for h in self.handlers if h.verb == "create")
        known = set(re.findall(r"\w+", self.tree.code))
        partial = next((b for b in self.bodies.all if b in self.bodies.updates & known), None)
        for param in create.params:
            kind = code_of(param.annotation.annotation) if param.annotation else ""
            if not set(re.findall(r"\w+", kind)) & set(self.bodies.all):
                continue
            made = without_comma(param)
            return (
                made.with_changes(annotation=cst.Annotation(cst.Name(partial))) if partial else made
            )
        return None

    def _update(
        self, like: Handler, store: Store, key: cst.Param, body: cst.Param, find: str, row: str
    ) -> str:
        """Return the handler that changes a row."""
        kind = code_of(body.annotation.annotation) if body.annotation else ""
        is_partial = kind in self.bodies.updates
        code, answer = self._all_code(), str(self._answer())
        says_old = "model_dump" not in code and re.search(r"\.dict\(|orm_mode", code)
        is_old = bool(says_old) or self.facts.pydantic < 2
        dump = f"{'dict' if is_old else 'model_dump'}({'exclude_unset=True' if is_partial else ''})"
        waits = "await " if store.is_async else ""
        method = "patch" if is_partial else "put"
        head = self._head(method, like, "update", [key, body], *self._option(answer))
        return (
            f"{head}{find}    for field, value in {body.name.value}.{dump}.items():\n"
            f"        setattr({row}, field, value)\n"
            f"    {waits}{store.session}.{self._kept}()\n"
            f"    {waits}{store.session}.refresh({row})\n"
            f"    return {self._shown(answer, row)}\n"
        )


def _page() -> list[cst.Param]:
    code = "def f(skip: int = 0, limit: int = 100): ..."
    function = cst.ensure_type(cst.parse_statement(code), cst.FunctionDef)
    return [without_comma(p) for p in function.params.params]
