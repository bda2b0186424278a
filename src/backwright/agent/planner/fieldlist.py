"""Reading a list of fields: `title (string, max 200), notes is long text and optional`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.chunks import (
    Chunk,
    before,
    chunks_of,
    is_called_after,
    is_of_several,
    joined_compounds,
    leads,
    plain_noun,
    stands_in,
)
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.written import FIELD_WORD

_GROUP = re.compile(
    r"(?i)\b(both|all|each|every one|neither|none|either|everything|every field)\b(?! (?:task|user|row|one of))"
)
_LONGEST_NAME = 3
_ROWS = frozenset({"existing", "new", "old", "all", "every", "rows", "records", "present"})
# `where each review is linked to a product`
_RELATES = re.compile(
    r"(?i)\s*(?:where|so that|such that|and)?\s*(?:each|every|an?|the|all|it|they)\b(?: \w+){0,2} (?:is|are|belongs?|refers?|points?|links?)\b"
)
_WORDS = re.compile(r"[A-Za-z][\w'-]*")
_RECORDS = re.compile(
    r"(?i)(?<=[,a-z)]) (?:records|tracks|remembers|saves|takes|notes|mentions|knows|states) (?=(?:the|an?|its|their|who|when)\b)"
)
_CALLED = r"\b(?:an?|the|one)\s+(?P<type>(?:optional |unique |required |nullable |indexed )*(?:<TYPE>)(?: (?:flag|field|column|value))?),?\s+(?:called|named)\s+[`\"']?(?P<name>[a-z]\w*)[`\"']?"
_NAMED = re.compile(
    r"(?i)\s*(?:which is |that is |to be )?(?:called|named|name it|call it|with the name)\s+[`\"']?(?P<name>[a-z]\w*)[`\"']?"
)
_MAIL = ("email address", "e-mail address", "mail address")
_NAMING_TYPES = frozenset(
    {"url", "uri", "link", "email", "date", "datetime", "timestamp", "website"}
)
_NAMES_ITSELF = frozenset({"type", "money", "decimal", "enum", "ref", "many", "unit"})
_TELLING = frozenset({"type", "money", "decimal", "enum", "length"})
_MODIFYING = frozenset({"optional", "unique", "default", "cascade", "restrict"})


@dataclass
class FieldList:
    """What a part of a text says of fields.

    Attributes:
        drafts: The fields, those given before and new ones.
        remarks: Stretches that name no field.
        whole: Attributes that were said before any field.
        lost: Remarks that speak of types, and so of fields that were not understood.
        elsewhere: Stretches that say how another resource is related: `items belong to suppliers`.
    """

    drafts: list[Draft] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    whole: list[Attribute] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    fresh: int = 0


def read_list(
    text: str,
    things: Iterable[str],
    given: Sequence[Draft] = (),
    *,
    follows: bool = False,
    named: Collection[str] = (),
) -> FieldList:
    """Read a list of fields, or what is added to fields that were given before.

    Args:
        text: A part of a task, without the name of the resource.
        things: Every form of the names of models that can be referred to.
        given: The fields so far; the last one is still open.
        follows: Whether the text stands behind the name of that last one: `discount: integer percent`.
        named: What stands in code spans and is the name of a field, though it may be a word for a type.
    """
    result = FieldList(drafts=deepcopy(list(given)))
    text = _take_literals(text, result)
    text = joined_compounds(_in_order(text))
    forms = tuple(things)
    spotted = [one for one in spot(text, forms) if not _is_name(text, one, named)]
    reader = _Reader(result, {one.lower() for one in forms}, bool(given))
    for chunk in chunks_of(text, spotted, follows=follows):
        reader.read(chunk)
    result.fresh = len(result.drafts) - len(given)
    return result


def _is_name(text: str, one: Attribute, named: Collection[str]) -> bool:
    """Tell whether a word that could be a type is a name in a code span here."""
    span = text[max(0, one.start - 1) : one.end + 1]
    return span.startswith("`") and span.endswith("`") and span.strip("`").lower() in named


def _in_order(text: str) -> str:
    """Return a text with names before types (`a datetime called at`), and with plain verbs of having."""
    text = _RECORDS.sub(" has ", text)
    return pattern(_CALLED).sub(r"`\g<name>` \g<type>", text)


def _take_literals(text: str, result: FieldList) -> str:
    """Take out field words that are written as the command line takes them."""
    for match in FIELD_WORD.finditer(text):
        word = match[0]
        result.drafts.append(Draft(word.partition(":")[0], words=word, literal=word))
    return FIELD_WORD.sub(" ", text)


@dataclass
class _Reader:
    """Goes through the chunks, and knows which field is open."""

    result: FieldList
    things: set[str]
    continues: bool
    depth: int = 0
    group: str = ""
    group_depth: int = 0

    def read(self, chunk: Chunk) -> None:
        """Take one chunk: a new field, more of the open one, or a remark."""
        if self._is_about_another(chunk):
            self.result.elsewhere.append(chunk.text.strip())
        elif chunk.is_reason:
            self.result.remarks.append(chunk.text.strip())
        elif not self._names_reference(chunk):
            words = chunk.names()
            rows = self._is_about_rows(words) or self._is_about_rows(_WORDS.findall(before(chunk)))
            self._read(chunk, [] if rows else words)

    def _names_reference(self, chunk: Chunk) -> bool:
        """Take `called courier` for the reference that was spoken of just before."""
        named = _NAMED.match(chunk.text)
        if not named or not self.result.drafts or not self.result.drafts[-1].name.startswith("<"):
            return False
        self.result.drafts[-1].name = snake(named["name"])
        for one in chunk.attributes:
            self.result.drafts[-1].take(one)
        return True

    def _is_about_rows(self, words: list[str]) -> bool:
        """Tell whether words speak of rows: `all existing and new orders start as pending`."""
        low = [word.lower() for word in words]
        return any(one in _ROWS for one in low) and all(
            one in _ROWS or (one in self.things and one.endswith("s")) for one in low
        )

    def _read(self, chunk: Chunk, words: list[str]) -> None:
        if words and self._describes_open(chunk):
            self._give(self.result.drafts[-1], chunk)
        elif (
            not words
            and not self._is_inside(chunk)
            and (name := plain_noun(chunk, self.result.drafts))
        ):
            self._open(name, chunk)
        elif not words:
            self._attributes_only(chunk)
        elif known := self._known(words):
            self._reopen(known, chunk)
        elif self._is_inside(chunk) and re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", chunk.text.strip()):
            self.result.drafts[-1].name = chunk.text.strip()  # `starts on a date (lent_on)`
        elif self._is_remark(words, chunk):
            self.result.remarks.append(chunk.text.strip())
            self._defaults_from(chunk)
            if refs := [
                one for one in chunk.attributes if one.kind == "ref" and _RELATES.match(chunk.text)
            ]:
                self._refer(refs, chunk)
                return
            if (
                chunk.attributes
                and self.result.drafts
                and (chunk.depth > self.depth or leads(chunk))
            ):
                self._give(self.result.drafts[-1], chunk)
            elif any(
                one.kind in _TELLING | _MODIFYING and not one.weak for one in chunk.attributes
            ):
                self.result.lost.append(chunk.text.strip())
        else:
            self._open(snake(" ".join(words)), chunk)

    def _is_about_another(self, chunk: Chunk) -> bool:
        """Tell whether a chunk says what another resource has: `a note can be in several albums`."""
        links = [one for one in chunk.attributes if one.kind in ("ref", "many")]
        if not links or not self.things:
            return False
        names = "|".join(re.escape(one) for one in sorted(self.things, key=len, reverse=True))
        subject = re.match(
            rf"(?i)\s*(?:an?|each|every|the|one|same|single|any|and|of course|\s)*\b({names})\s+(?:also |then )?(?:can|may|could|is|are|has|have|belongs?|sits?|shows?|appears?|should|must|contains?|goes)\b",
            chunk.text,
        )
        if not subject:  # `and an author several books`
            subject = pattern(
                rf"\s*(?:an?|each|every|one|the)\s+({names})\s+(?:<MANYWORD>)\s"
            ).match(chunk.text)
        return bool(
            subject and any(subject[1].lower() != str(one.values["thing"]).lower() for one in links)
        )

    def _describes_open(self, chunk: Chunk) -> bool:
        """Tell whether a chunk behind `discount:` begins with a type: `integer percent, 0 to 60`."""
        strong = chunk.follows and not chunk.opens and chunk.attributes
        return bool(strong and self.result.drafts and leads(chunk) and not chunk.attributes[0].weak)

    def _is_inside(self, chunk: Chunk) -> bool:
        """Tell whether a chunk stands in parentheses behind the name of a field."""
        return bool(self.result.drafts) and chunk.depth > self.depth

    def _known(self, words: list[str]) -> Draft | None:
        name = snake(" ".join(words))
        return next((d for d in self.result.drafts if d.name == name), None)

    def _reopen(self, draft: Draft, chunk: Chunk) -> None:
        self.result.drafts.remove(draft)
        self.result.drafts.append(draft)
        self._give(draft, chunk)

    def _is_remark(self, words: list[str], chunk: Chunk) -> bool:
        prose = frozenset(lexicon("names")["filler"]["prose"])
        plain = re.sub("[`\"']", "", chunk.text)
        named = chunk.opens and len(words) == 1 and chunk.depth <= self.depth
        if (not named and any(w.lower() in prose for w in words)) or len(words) > _LONGEST_NAME:
            return True
        if not all(re.fullmatch(r"[`\"']?[A-Za-z][\w -]*[`\"']?", w) for w in words):
            return True
        in_order = " ".join(w.strip("`\"'") for w in words)
        if in_order.lower() not in plain.lower():
            return True
        return bool(self.result.drafts) and chunk.depth > self.depth

    def _attributes_only(self, chunk: Chunk) -> None:
        if not chunk.attributes:
            return
        group = _GROUP.search(chunk.text)
        if group and len(self.result.drafts) > 1 and not stands_in(group, chunk):
            self.group, self.group_depth = group[0].lower(), chunk.depth
        if self.group and chunk.depth < self.group_depth:
            self.group = ""  # `(strings, up to 60 each), email (unique)`
        if self.group:
            self._give_all(chunk, self.group)
        elif name := self._own_name(chunk):
            first, *rest = chunk.attributes
            chunk.attributes = [one for one in rest if one is not first]
            self._open(name, chunk)
        elif name := self._led_by(chunk):
            self._open(name, chunk)
        elif self.result.drafts:
            self._give(self.result.drafts[-1], chunk)
        elif refs := [one for one in chunk.attributes if one.kind in ("ref", "many")]:
            self._refer(refs, chunk)
            self._give_rest(refs, chunk)
        else:
            self.result.whole += chunk.attributes

    def _give_rest(self, refs: Sequence[Attribute], chunk: Chunk) -> None:
        """Give the field of a reference what else is said of it: `an optional reference to Courier`."""
        for one in chunk.attributes:
            if one not in refs:
                self.result.drafts[-1].take(one)

    def _led_by(self, chunk: Chunk) -> str | None:
        """Return the filler word that is a name here, since the open field has its type: `at datetime`."""
        lead = chunk.text[: chunk.attributes[0].start - chunk.start].strip()
        if not self.result.drafts or not re.fullmatch(
            r"(?!(?:type|an?|the|is|are|as|of)\b)[a-z]+", lead
        ):
            return None
        clashes = self.result.drafts[-1].contradicts(chunk.attributes[0])
        return lead if clashes and chunk.attributes[0].kind == "type" else None

    def _own_name(self, chunk: Chunk) -> str | None:
        """Return the name, where a word that could be a type names the field: `a number`, `email`."""
        first = chunk.attributes[0]
        said = chunk.text[first.start - chunk.start : first.end - chunk.start].strip()
        if first.kind not in _NAMES_ITSELF:
            return None  # `optionally`, `indexed`: no field is called so
        twice = len([one for one in chunk.attributes if one.kind in ("type", "money")]) > 1
        alone = len(chunk.attributes) == 1 and (chunk.opens or self._begins_as_name(said, chunk))
        if said.lower() in _MAIL and first.weak:
            said = "email"
        if not (first.weak or twice or alone) or not re.fullmatch(r"[A-Za-z_-]+", said):
            return None
        lead = chunk.text[: first.start - chunk.start].strip().lower()
        if lead in (
            "is",
            "is a",
            "is an",
            "as",
            "as a",
            "as an",
            "of type",
            "which is a",
            "which is an",
            "type",
            "must be a",
            "must be an",
            "a valid",
        ):
            return None
        if not self.result.drafts:
            return None if self.continues else snake(said)
        last = self.result.drafts[-1]
        if chunk.depth > self.depth or (chunk.follows and not (last.said or last.literal)):
            return None  # `name: string (1..80)`
        typed = (
            "type" in last.said
            or "length" in last.said
            or last.literal
            or known_kind(last.name)
            or last.name.replace("_", " ") in self.things  # `Booking (course, date)`
        )
        if alone and chunk.depth <= self.depth:
            return snake(said)
        fits = known_kind(last.name) == first.values.get("type")
        return snake(said) if typed and not fits else None

    def _begins_as_name(self, said: str, chunk: Chunk) -> bool:
        """Tell whether a list begins with a field that is called as its type: `url, alt text, …`."""
        first = not self.result.drafts and not self.continues and not chunk.follows
        return first and chunk.text.strip() == said and said.lower() in _NAMING_TYPES

    def _open(self, name: str, chunk: Chunk) -> None:
        draft = Draft(name)
        if self.result.drafts and (re.search(r"(?i)\bare\b", chunk.text) or is_of_several(chunk)):
            last = self.result.drafts[-1]
            if not last.said and not last.literal:  # `arrival and departure are dates`
                self._give(last, chunk)
        self.group = ""
        self.result.drafts.append(draft)
        self.depth = chunk.depth
        self._give(draft, chunk)

    def _give(self, draft: Draft, chunk: Chunk) -> None:
        draft.words = f"{draft.words}, {chunk.text.strip()}".strip(", ")
        for one in chunk.attributes:
            if one.kind in ("ref", "many") and self._stands_alone(one, draft, chunk):
                self._refer([one], chunk)
                draft = self.result.drafts[-1]  # `a foreign key to task with cascade delete`
            else:
                draft.take(one)

    def _stands_alone(self, one: Attribute, draft: Draft, chunk: Chunk) -> bool:
        """Tell whether a reference is a field of its own, and not the type of the open one."""
        if (chunk.follows or chunk.depth > self.depth) and "type" not in draft.said:
            return False
        named = bool(chunk.names()) and is_called_after(draft, one)
        if named and "type" not in draft.said:
            return False  # `songs many-to-many to Song`
        if "type" in draft.said or known_kind(draft.name) or one.kind == "many":
            return True
        said = chunk.text[one.start - chunk.start :]
        is_type = re.match(
            r"(?i)\W*(?:which |that |is |an? )*(?:ref|fk|foreign|pointer|link)|(?:is|being) (?:an?|the|one)\b",
            said,
        )
        return not chunk.names() and chunk.depth <= self.depth and not is_type

    def _refer(self, refs: Sequence[Attribute], chunk: Chunk) -> None:
        """Open a field for each model that is referred to, named as the model is."""
        for one in refs:
            draft = Draft(f"<{one.values['thing']}>", words=chunk.text.strip())
            draft.take(one)
            self.result.drafts.append(draft)
            self.depth = chunk.depth

    def _give_all(self, chunk: Chunk, group: str) -> None:
        drafts = self.result.drafts[-2:] if group == "both" else self.result.drafts
        for draft in drafts:
            for one in chunk.attributes:
                negated = group in ("neither", "none") and one.kind == "required"
                draft.take(Attribute("optional", 0, 0) if negated else one)

    def _defaults_from(self, chunk: Chunk) -> None:
        """Take `what exists came from the web, that is the default` for the field that has `web`."""
        for draft in self.result.drafts:
            values = draft.said.get("values")
            if isinstance(values, tuple) and "default" not in draft.said:
                named = [v for v in values if re.search(rf"(?i)\b{re.escape(v)}\b", chunk.text)]
                if len(named) == 1:
                    draft.said["candidate"] = named[0]
