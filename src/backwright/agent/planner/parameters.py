"""What a capability is to be like, in lines with labels: `- Origin: https://…`, `- key: client IP`, a table of `limit` and `offset`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.lexicon import first

_METHOD = r"`?(?:GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD)`?(?! ?`?/)"
_AND = r"(?:,? (?:and|or) |, ?| ?/ ?)"
# What every answer to a browser allows anyway.
_METHODS = re.compile(
    rf"(?i)(?:^[ \t]*(?:[-*•] )?|(?:[;,.] ?| and | with )(?:the )?)\**(?:allowed |http )?methods\**:?\**:? (?:are )?(?-i:{_METHOD}(?:{_AND}{_METHOD})+)(?: (?:are|is|will be) (?:enough|sufficient|fine|all (?:i|we) need|needed|used))?",
    re.MULTILINE,
)
_LINE = r"(?im)^[ \t]*(?:[-*•] )?\**(?:%s)\**:\**[ \t]*(?P<said>.+?)[ \t]*$"
_ORIGINS = re.compile(_LINE % "(?:allowed )?origins?")
_CREDENTIALS = re.compile(_LINE % "(?:allow )?credentials|cookies")
# `Allow this origin in CORS. It sends credentials, so this must be allowed too.`
_SENDS = re.compile(
    r"(?i)\.\s+(?:it|they|(?:the|our) (?:\w+ )?(?:client|frontend|front-end|app|ui|browser|site)) (?:also )?(?:sends?|uses?|needs?|works? with) (?:the |session )?(?:credentials|cookies)"
    r"(?:,? (?:so|and|which) (?:(?:this|that|it|these|they|credentials|cookies) )?(?:must|should|has to|have to|needs? to|is|are)(?: also)?(?: be)? (?:allowed|enabled|needed|required)(?: too| as well| also)?)?(?=\s*(?:[.;\n]|\Z))"
)
_URL = re.compile(r"https?://[^\s`\"',;)]+")
_KEY = re.compile(_LINE % "key|keyed by|counted by|counted per|per|identified by|scope")
_IP = re.compile(r"(?i)`?(?:the )?(?:client(?:'s)? |remote )?ip(?: address)?`?\.?")
_OVER = re.compile(
    _LINE
    % "over (?:the )?limit|above(?: that)?|when exceeded|on exceed(?:ing)?|beyond(?: that)?|exceeded|response|answer"
)
_OFTEN = re.compile(
    r"(?i)\d+`?(?: \w+)?(?: per |/| an? |/ )`?(?:second|minute|hour|day|min|sec|[smhd]\b)"
)
_LIMIT = re.compile(
    r"(?im)^[ \t]*(?:[-*•] )?(?:\**(?:limit|rate|rate limit|max(?:imum)?(?: requests)?|requests)\**:\**[ \t]*)?"
    r"(?P<said>`?\d+`?(?: \w+)?(?: per |/| an? |/ )`?(?:second|minute|hour|day|min|sec)`?)"
    r"(?:,? (?:per|for each|by) (?:client|ip|address|client ip|ip address))?[. \t]*$"
)
_SCOPE = re.compile(
    r"(?im)^[ \t]*(?:[-*•] )?\**(?:scope|applies to|where|target|on|endpoint|route|path)\**:\**[ \t]*(?:only )?`?(?P<said>(?-i:GET|POST|PUT|PATCH|DELETE) /[\w/{}.-]*[\w}])`?(?: only| alone)?[. \t]*$"
)
_SIZE = re.compile(
    r"(?im)^[ \t]*(?:[-*•] )?\**(?:default(?: (?:page ?size|limit|size))?|page ?size|per page)\**:\**[ \t]*(?P<said>\d+)(?: (?:rows|items|per page))?[. \t]*$"
)
_MOST = re.compile(
    r"(?im)^[ \t]*(?:[-*•] )?\**max(?:imum)?(?: (?:page ?size|limit|size))?\**:\**[ \t]*(?P<said>\d+)(?: (?:rows|items|per page))?[. \t]*$"
)
_PAGES = {_SCOPE: " on {}", _SIZE: ", default {}", _MOST: ", maximum {}"}
_ENDPOINT = re.compile(_LINE % "endpoint|route|path")
_LIMITS = re.compile(
    r"(?im)^[ \t]*\|[ \t]*(?:name|param(?:eter)?)[ \t]*\|[ \t]*default[ \t]*\|[ \t]*max(?:imum)?[ \t]*\|[ \t]*\n[ \t|:-]+\n"
    r"[ \t]*\|[ \t]*`?(?:limit|page_?size|per_page|size)`?[ \t]*\|[ \t]*`?(?P<default>\d+)`?[ \t]*\|[ \t]*`?(?P<most>\d+)`?[ \t]*\|[ \t]*(?:\n[ \t]*\|[ \t]*`?(?:offset|page|skip)`?[ \t]*\|.*\|[ \t]*$)?"
)


def without_parameters(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text in which what a capability is to be like is said in its sentence, and what is so anyway."""
    aside: list[str] = []
    for cue, change in (("cors", _of_cors), ("rate", _of_rate), ("pagination", _of_pages)):
        if first(text, "cues", cue, "cues"):
            text = change(text, aside)
    return text, tuple(aside)


def _leave(aside: list[str]) -> Callable[[re.Match[str]], str]:
    def left(found: re.Match[str]) -> str:
        aside.append(found[0].strip(" \t\n;,.-*"))
        return ""

    return left


def _of_cors(text: str, aside: list[str]) -> str:
    text = _SENDS.sub(", with credentials", text)
    text = _METHODS.sub(_leave(aside), text)
    origins = _ORIGINS.search(text)
    urls = _URL.findall(origins["said"]) if origins else []
    if origins is None or not urls or re.search(r"(?i)\bor\b", _URL.sub("", origins["said"])):
        return text
    with_cookies = _CREDENTIALS.search(text)
    yes = with_cookies and re.match(r"(?i)`?(?:yes|true|on|allowed|y)\b", with_cookies["said"])
    no = with_cookies and re.match(r"(?i)`?(?:no|false|off|none)\b", with_cookies["said"])
    told = f"CORS for {' and '.join(urls)}{' with credentials' if yes else ' without credentials' if no else ''}."
    if yes or no:
        text = _CREDENTIALS.sub("", text)
    return text.replace(origins[0], told)


def _of_rate(text: str, aside: list[str]) -> str:
    """Leave aside that addresses are counted, and what is answered beyond the limit: both are so anyway."""

    def by_address(found: re.Match[str]) -> str:
        return _leave(aside)(found) if _IP.fullmatch(found["said"]) else found[0]

    def refused(found: re.Match[str]) -> str:
        usual = re.search(r"\b429\b", found["said"]) and not describes(
            found["said"], ("type", "length")
        )
        return _leave(aside)(found) if usual else found[0]

    return _with_limit(_OVER.sub(refused, _KEY.sub(by_address, text)))


def _with_limit(text: str) -> str:
    """Return a text in which the sentence that asks for a limit says how high it is and where, if only lines below it do."""
    if len(_OFTEN.findall(text)) > 1:
        return text
    return _in_sentence(text, "rate", {_SCOPE: " on {}", _LIMIT: ", {}"}, _LIMIT)


def _in_sentence(
    text: str, cue: str, told: Mapping[re.Pattern[str], str], needed: re.Pattern[str]
) -> str:
    """Return a text in which the line that asks for a capability says itself what lines with labels say of it."""
    found = {form: line for form in told if (line := form.search(text))}
    if needed not in found:
        return text
    rest = text
    for one in found.values():
        rest = rest.replace(one[0], "")
    lines = rest.split("\n")
    for at, written in enumerate(lines):
        said = written.rstrip(" .:")
        if first(said, "cues", cue, "cues") and not re.search(r"\d", said):
            more = "".join(
                told[form].format(found[form]["said"].replace("`", "")) for form in found
            )
            lines[at] = f"{said}{more}."
            return "\n".join(lines)
    return text


def _of_pages(text: str, aside: list[str]) -> str:
    limits, endpoint = _LIMITS.search(text), _ENDPOINT.search(text)
    if limits is None or endpoint is None:
        return _in_sentence(text, "pagination", _PAGES, _SIZE)
    request = endpoint["said"].strip("` .")
    told = f"Paginate {request}: default {limits['default']}, maximum {limits['most']}."
    aside.append(endpoint[0].strip())
    return text.replace(limits[0], told).replace(endpoint[0], "")
