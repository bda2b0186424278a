"""Renaming an exemplar: every form of its name, in identifiers, strings, docstrings and comments.

A name is renamed where it stands as whole words: `Task` in `TaskCreate`, `task` in `create_task`
and `/tasks/{task_id}`, but neither in `multitask` nor in an identifier that the project defines
elsewhere (`protected`), since such a name is the project's own vocabulary.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from backwright.source.alignment import aligned, with_marks
from backwright.spec.names import Names, article, capitalized, is_mass

_VERBS = frozenset({"get", "post", "put", "patch", "option", "options", "head"})
_ACRONYM = 4  # as many letters has one that a class may be called after: `Faq`, `Iban`
_OF_HTTP = re.compile(r"\s+(?:request|method|call|verb|endpoint)s?\b")


@dataclass(frozen=True, eq=False)
class Renaming:
    """Several names renamed at once: pairs of (old, new), and what must stay as it is.

    `exact` gives whole identifiers and strings a new name of their own; `verbatim` whole strings;
    `methods` whole identifiers, also where they are called of something; `modules` what the
    project's modules are imported by (`models.task`), those that keep their name as well.
    """

    pairs: tuple[tuple[Names, Names], ...]
    protected: frozenset[str] = frozenset()
    exact: Mapping[str, str] = field(default_factory=dict)
    verbatim: Mapping[str, str] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)

    def module(self, dotted: str) -> str:
        """Return the dotted name of a module renamed, as an import says it (`..models.task`)."""
        bare = dotted.lstrip(".")
        new = self.modules.get(bare)
        if new is None:
            new = ".".join(self.identifier(part) if part else part for part in bare.split("."))
        return dotted[: len(dotted) - len(bare)] + new

    def identifier(self, text: str) -> str:
        """Return an identifier renamed: `create_task` → `create_product`."""
        if text in self.methods:
            return self.methods[text]
        if text in self.exact:
            return self.exact[text]
        if text in self.protected:
            return text
        for old, new in self.pairs:
            if text == old.snake:
                return new.variable
            text = _in_camel_case(text, old, new)
        renamed = self._pattern.sub(lambda m: self._forms[m.group()], text)
        return _fix_articles_in_identifier(renamed) if renamed != text else text

    def finds(self, text: str) -> bool:
        """Tell whether a text holds any form of an old name as whole words."""
        return self._pattern.search(text) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where a text holds forms of an old name."""
        return [found.span() for found in self._pattern.finditer(text)]

    def path(self, text: str) -> str:
        """Return a file's path renamed; the words of its stem are in snake case."""
        return self._pattern.sub(lambda m: self._forms[m.group()], text)

    def string(self, text: str, *, in_tags: bool = False) -> str:
        """Return the text of a string, docstring or comment renamed, each word by its context."""
        bare = text.strip("\"'")
        if bare in self.protected:
            return text
        for known in (self.exact, self.verbatim):
            if bare in known:
                return text.replace(bare, known[bare])
        prose = " " in text.strip()
        if not prose:
            for old, new in self.pairs:
                text = _in_camel_case(text, old, new)

        def replace(match: re.Match[str]) -> str:
            before, after = text[: match.start()], text[match.end() :]
            if match.group().lower() in _VERBS and _OF_HTTP.match(after):
                return match.group()
            return self._in_string(match.group(), before, after, prose=prose, in_tags=in_tags)

        renamed = self._pattern.sub(replace, text)
        return self._fix_articles(renamed) if renamed != text else text

    def _in_string(self, word: str, before: str, after: str, *, prose: bool, in_tags: bool) -> str:
        old, new = self._owner[word]
        plurals = {form for spelled in _spellings(old) for form in _plurals(spelled)}
        plural = word in plurals and word not in _singulars(old)
        left, right = before[-1:], after[:1]
        if left == "`" or (left + right).strip("`") != left + right:
            return self._forms[word]
        if left == "_" or right in ("_", "(") or (left == "." and right) or left == "{":
            return self._forms[word]
        in_capitals = word.isupper() and _means_capitals(word, before, after, old)
        if left in ("/", "-") or right in ("/", "-") or (in_tags and not prose and word.islower()):
            kebab = new.plural_kebab if plural else new.kebab
            return kebab.upper() if in_capitals else kebab
        said = in_tags and not left.isalnum() and not right.isalnum()
        if (not prose and not said) or left.isalpha() or right.isalpha() or left.isdigit():
            return self._forms[word]
        human = new.plural_human if plural else new.human
        if in_capitals:
            return self._forms[word] if "_" in word else human.upper()
        if " " in word and word == _titled(word):
            return _titled(human)
        return capitalized(human) if _is_capital(word, before, old) else human

    def _fix_articles(self, text: str) -> str:
        for _, new in self.pairs:
            for form in {new.human, new.pascal}:
                text = _fix_article(text, form)
            if (capitals := new.human.upper()) != new.human:
                right = "" if is_mass(new.human) else f"{article(new.human).upper()} "
                text = re.sub(rf"\bAN? (?={re.escape(capitals)}\b)", right, text)
        return text

    @cached_property
    def _owner(self) -> dict[str, tuple[Names, Names]]:
        return {
            form: pair
            for pair in reversed(self.pairs)
            for spelled in _spellings(pair[0])
            for form in _forms(spelled)
        }

    @cached_property
    def _forms(self) -> dict[str, str]:
        """Every form of every old name, and the new one; a keyword is safe inside longer names."""
        forms: dict[str, str] = {}
        for old, new in self.pairs:
            for spelled in _spellings(old):
                for left, right in zip(_forms(spelled), _forms(new), strict=True):
                    forms.setdefault(left, right)
        return forms

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self._forms, key=len, reverse=True)
        titled = "|".join(w for w in words if w[0].isupper() and w[1:2].islower())
        pascal = "|".join(w for w in words if w[:2].isupper() and not w.isupper())
        snake = "|".join(w for w in words if w[0].islower())
        upper = "|".join(w for w in words if w.isupper())
        parts = [
            rf"(?:{titled})(?![a-z0-9])" if titled else "",  # a new word, also in `CRUDTask`
            rf"(?<![A-Z0-9])(?:{pascal})(?![a-z0-9])" if pascal else "",
            rf"(?<![A-Za-z0-9])(?:{snake})(?![A-Za-z0-9])" if snake else "",
            rf"(?<![A-Za-z0-9])(?:{upper})(?![A-Za-z0-9])" if upper else "",
        ]
        return re.compile("|".join(p for p in parts if p))


def _in_camel_case(text: str, old: Names, new: Names) -> str:
    """Return a text with a name that begins a word in camel case renamed: `taskService`."""
    for before, after in ((old.plural_pascal, new.plural_pascal), (old.pascal, new.pascal)):
        told = after[:1].lower() + after[1:]
        begin = before[:1].lower() + before[1:]
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(begin)}(?=[A-Z])", told, text)
    return text


def _spellings(names: Names) -> tuple[Names, ...]:
    """Return a name as it is spelt, and with the plain plural that people write: "heros"."""
    plain = dataclasses.replace(
        names,
        plural_pascal=f"{names.pascal}s",
        plural_snake=f"{names.snake}s",
        plural_human=f"{names.human}s",
    )
    return (names,) if plain == names else (names, plain)


def _forms(names: Names) -> tuple[str, ...]:
    return (
        names.plural_pascal,
        names.pascal,
        names.plural_snake,
        names.snake,
        names.plural_kebab,
        names.kebab,
        names.plural_constant,
        names.constant,
        *_as_words(names.plural_human),
        *_as_words(names.human),
    )


def _as_words(human: str) -> tuple[str, ...]:
    """Return how people write a noun: "API key", also without its capitals, or with more."""
    lower = human.lower()
    return capitalized(human), human, capitalized(lower), lower, _titled(human), human.upper()


def _titled(human: str) -> str:
    """Return a noun with a capital on each word, as in a heading."""
    return " ".join(capitalized(word) for word in human.split(" "))


def _is_capital(word: str, before: str, names: Names) -> bool:
    """Tell whether a noun begins with a capital because of where it stands."""
    if word in (names.human, names.plural_human):  # "API key" has one anywhere
        return re.search(r"(^|[.!?]\s+)[\s\"'#]*$", before) is not None and word[0].isupper()
    return word[0].isupper()


def _means_capitals(word: str, before: str, after: str, names: Names) -> bool:
    """Tell whether capitals are how a noun is written here (`# LIST TASKS`), and not its letters (`FAQ`).

    The plural of an acronym has a small letter; in its singular, what stands around it tells.
    """
    if word in (names.pascal, names.human, names.plural_human):  # of `API`: it is never small
        return False
    if len(word) > _ACRONYM or word == names.plural_constant:
        return True
    first, rest = before.rpartition("\n")[2], after.partition("\n")[0]
    is_heading = before.lstrip().startswith("#") and not re.search(r"\w", first)
    return is_heading or not re.search(r"[a-z]", first + rest)


def _singulars(names: Names) -> tuple[str, ...]:
    return names.pascal, names.snake, names.kebab, names.constant, *_as_words(names.human)


def _plurals(names: Names) -> tuple[str, ...]:
    return (
        names.plural_pascal,
        names.plural_snake,
        names.plural_kebab,
        names.plural_constant,
        *_as_words(names.plural_human),
    )


def _fix_article(text: str, noun: str) -> str:
    """`a order` → `an order`; `a new news` → `new news`."""
    if is_mass(noun):
        bare = rf"\b(an?|An?) (`{{0,2}}(?:(?:new|valid) )?{re.escape(noun)}\b)"
        return re.sub(bare, lambda m: capitalized(m[2]) if m[1][0] == "A" else m[2], text)
    right = article(noun)

    def replace(match: re.Match[str]) -> str:
        return right.capitalize() if match[1][0].isupper() else right

    return re.sub(rf"\b(an?|An?)(?=[ `]{{1,2}}{re.escape(noun)}\b)", replace, text)


def _fix_articles_in_identifier(text: str) -> str:
    """`test_a_order` → `test_an_order`, `make_a_news` → `make_news`."""

    def replace(match: re.Match[str]) -> str:
        before, noun = match[1], match[3]
        return f"{before}{noun}" if is_mass(noun) else f"{before}{article(noun)}_{noun}"

    return re.sub(r"(^|_)(an?)_([a-z]+)", replace, text)


class RenameCode(cst.CSTTransformer):
    """Apply a `Renaming` to every name, string and comment of a tree."""

    def __init__(self, renaming: Renaming) -> None:
        """Keep the renaming."""
        super().__init__()
        self.renaming = renaming
        self._tags = 0
        self._methods: set[cst.Name] = set()
        self._said: set[cst.SimpleString] = set()

    def visit_Call(self, node: cst.Call) -> None:
        """Note what is FastAPI's own: in `column.label("x")` the word is not the exemplar's.

        Nor is it in `APIRouter(tags=["x"])`, whatever the exemplar is called.
        """
        if isinstance(node.func, cst.Attribute):
            self._methods.add(node.func.attr)
        for argument in node.args:
            if _is_tags(argument) and argument.keyword and _is_listed(argument.value):
                self._methods.add(argument.keyword)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        """Rename the module that something is imported from."""
        if original_node.module is None:
            return updated_node
        return updated_node.with_changes(module=self._module(original_node.module))

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:
        """Rename the modules that are imported."""
        names = [
            new.with_changes(name=self._module(old.name))
            for old, new in zip(original_node.names, updated_node.names, strict=True)
        ]
        return updated_node.with_changes(names=names)

    def leave_ImportAlias(
        self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias
    ) -> cst.ImportAlias:
        """Import the object, where a name is to become something that an object has."""
        name = updated_node.name
        if not isinstance(original_node.name, cst.Name) or not isinstance(name, cst.Attribute):
            return updated_node
        return updated_node.with_changes(name=name.value)

    def _module(self, node: cst.BaseExpression) -> cst.BaseExpression:
        dotted = cst.Module([]).code_for_node(node)
        new = self.renaming.module(dotted)
        return node if new == dotted else cst.parse_expression(new)

    def visit_Arg(self, node: cst.Arg) -> None:
        """Note that strings inside `tags=` are words of URLs and headings."""
        self._tags += _is_tags(node)
        if isinstance(node.value, cst.SimpleString):
            self._said.add(node.value)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        """Leave the argument; a keyword is an identifier and was renamed as a Name."""
        self._tags -= _is_tags(original_node)
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        """Rename an identifier, unless it is a method with the bare name of the exemplar."""
        bare = {form for old, _ in self.renaming.pairs for form in (old.snake, old.plural_snake)}
        bare |= set(self.renaming.exact)
        if original_node in self._methods and original_node.value in bare:
            return updated_node
        renamed = self.renaming.identifier(original_node.value)
        if "." in renamed:  # what an object has
            return cst.parse_expression(renamed)
        return updated_node.with_changes(value=renamed)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        """Rename inside a string or docstring."""
        if original_node in self._said and original_node.raw_value not in self.renaming.verbatim:
            for old, new in self.renaming.pairs:
                if original_node.raw_value == old.pascal:  # a noun that is said, not a class
                    said = original_node.value.replace(old.pascal, capitalized(new.human))
                    return updated_node.with_changes(value=said)
        text = self.renaming.string(original_node.value, in_tags=self._tags > 0)
        return updated_node.with_changes(value=text)

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        """Rename inside the literal text of an f-string."""
        return updated_node.with_changes(value=self.renaming.string(original_node.value))

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        """Rename inside a comment."""
        return updated_node.with_changes(value=self.renaming.string(original_node.value))


def _is_tags(node: cst.Arg) -> bool:
    return node.keyword is not None and node.keyword.value == "tags"


def _is_listed(node: cst.BaseExpression) -> bool:
    """Tell whether a value is a list of texts, as FastAPI takes tags."""
    elements = node.elements if isinstance(node, cst.List) else ()
    return bool(elements) and all(
        isinstance(e.value, cst.SimpleString | cst.Attribute) for e in elements
    )


def rename_code(source: str, renaming: Renaming) -> str:
    """Return Python source with the renaming applied everywhere."""
    return aligned(cst.parse_module(with_marks(source)).visit(RenameCode(renaming)).code)
