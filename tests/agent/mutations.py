"""Mutations of a definition file: every one says less, or nothing that is understood.

None of them plainly allows another tool; whatever reads one as allowing more has been misled.
"""

from collections.abc import Iterator

LINES = (
    "---",
    "name: reviewer",
    "description: Looks and reports.",
    "tools:",
    "  allow:",
    "    - Read",
    "    - Grep",
    "  permissions:",
    "    network: false",
    "    mcp: false",
    "---",
    "",
    "Look, then report.",
    "",
)
ORIGINAL = "\n".join(LINES)
ALLOWED = frozenset({"Read", "Grep"})
FRONT = range(1, 10)
WORDS = ("name", "description", "tools", "allow", "Read", "Grep", "permissions", "network", "mcp")
NO_BOOLEANS = (
    "true", "True", "TRUE", "yes", "no", "on", "off", "y", "n", '"false"', "'false'", "0", "1", "null",
    "~", "", "[]", "{}", "[false]", "!!bool false", "!!str false", "&a false", "False", "FALSE", "fals",
    "false false", "- false", "|\n      false", ">\n      false", "deny", "none",
)  # fmt: skip
NO_TOOLS = (
    "*", '"*"', "all", "Read*", "Read(*)", "Read(**)", "Read, Bash", "Read,Bash", "Read Bash", "Read|Bash",
    "[Read, Bash]", "{Read: Bash}", "mcp__db__query", "mcp__*", "Bash(*)", "Bash(git:*)", "bash", "BASH",
    "\u0412ash", "Bash\u200b", "B\u0430sh", "Task", "WebFetch", "Agent", "1", "true", "null", "~", "", "!!str Bash",
    "&a Read", "*a", '"Read"', "'Bash'", '"\\x42ash"', "|\n      Bash", ">\n      Bash", "? Bash", "Read: Bash",
    "Read # , Bash\n    -", "Read\n      Bash", "- Bash",
)  # fmt: skip
EXTRA = (
    "allowed-tools: Bash", "allowedTools: [Bash]", "allow: Bash", "disallowedTools: Read", "model: opus",
    "hooks: none", "mcpServers: {}", "permissionMode: bypassPermissions", "network: true", "mcp: true",
    "permissions: all", "? [a, b]", "? tools", "<<: {allow: [Bash]}", "&anchor key: value", "key: &anchor value",
    "key: *anchor", "!!map key: value", '"allow": [Bash]', "'tools': all", "key: !!python/object:os.system x",
    "%YAML 1.1", "%TAG ! tag:x,2000:", "---", "--- # again", "...", "... # end", "\tallow: Bash", "key:\tvalue",
    "\ufeffallow: Bash", "key: a\x00b", "key: a\x85allow: Bash", "key: a\u2028allow: Bash", "key: \u202eBash",
    "key: a\rallow: Bash", "key: [", "key: {", 'key: "', "key: '", "key: @x", "key: `x`", "key: %x", ": x",
    "- x", "key", "x: y: z", "tools: {allow: [Bash]}", "tools: !!omap []", "=: x", "null: x", "1: x", "true: x",
)  # fmt: skip
WHOLE = (
    "tools:\n  allow: [Read, Bash]\n  permissions: {network: true, mcp: true}",
    "tools: [Read, Bash]", "tools: Read, Bash", 'tools: "*"', "tools: all", "tools:", "tools: null",
    "tools:\n  - Read\n  - Bash", "tools:\n  allow:\n    - Bash", "tools:\n  Allow:\n    - Bash",
    "tools:\n  allow:\n  permissions:\n    network: false\n    mcp: false",
    "tools:\n  allow: []\n  permissions:\n    network: false\n    mcp: false",
    "tools:\n  allow: {}\n  permissions:\n    network: false\n    mcp: false",
    'tools:\n  allow: "*"\n  permissions:\n    network: false\n    mcp: false',
    "tools:\n  allow:\n    Read: true\n    Bash: true\n  permissions:\n    network: false\n    mcp: false",
    "tools:\n  allow:\n    - - Bash\n  permissions:\n    network: false\n    mcp: false",
    "tools:\n  allow:\n    - Read\n  permissions: {network: false, mcp: false}",
    "tools:\n  allow:\n    - Read\n  permissions:\n    - network: false\n    - mcp: false",
    "tools:\n  allow:\n    - Read\npermissions:\n  network: false\n  mcp: false",
    "allow:\n  - Bash\npermissions:\n  network: false\n  mcp: false",
    "tools: &t\n  allow: &l\n    - Read\n  permissions: *t",
    "base: &b {allow: [Bash]}\ntools:\n  <<: *b\n  permissions:\n    network: false\n    mcp: false",
)  # fmt: skip


def mutations() -> Iterator[tuple[str, bytes]]:
    """Give each mutation with what was done."""
    yield from ((what, text.encode()) for what, text in _texts())
    yield "a byte order mark", b"\xef\xbb\xbf" + ORIGINAL.encode()
    yield "UTF-16", ORIGINAL.encode("utf-16")
    yield "no UTF-8", ORIGINAL.encode().replace(b"Looks", b"L\xf6oks")
    yield "empty", b""
    yield "too long", ORIGINAL.encode() + b"x" * 70_000
    yield "too deep", ORIGINAL.replace("false", "[" * 5_000).encode()


def _texts() -> Iterator[tuple[str, str]]:
    yield from _lines()
    yield from _words()
    for value in NO_BOOLEANS:
        for name in ("network", "mcp"):
            yield f"{name}: {value!r}", ORIGINAL.replace(f"{name}: false", f"{name}: {value}")
    for tool in NO_TOOLS:
        yield f"- {tool!r}", ORIGINAL.replace("- Read", f"- {tool}")
        yield f"- {tool!r} besides", ORIGINAL.replace("- Grep", f"- Grep\n    - {tool}")
    for extra in EXTRA:
        for number, indent in ((2, ""), (5, "  "), (8, "    "), (10, "")):
            yield f"{extra!r} at {number}", _with(number, f"{indent}{extra}")
    begin, end = "\n".join(LINES[:3]), "\n".join(LINES[10:])
    for tools in WHOLE:
        yield tools, f"{begin}\n{tools}\n{end}"
        yield f"{tools} twice", f"{begin}\n{tools}\n" + "\n".join(LINES[3:])
        yield f"twice {tools}", "\n".join(LINES[:10]) + f"\n{tools}\n{end}"


def _lines() -> Iterator[tuple[str, str]]:
    for number in range(len(LINES) - 3):
        line = LINES[number]
        yield f"without line {number + 1}", "\n".join((*LINES[:number], *LINES[number + 1 :]))
        yield f"line {number + 1} twice", _with(number, line)
        yield f"line {number + 1} a comment", _instead(number, f"# {line}")
        for prefix in (" ", "  ", "\t", "- ", "? ", "\u00a0", "\ufeff", ">", "&a ", "! "):
            yield f"{prefix!r} before line {number + 1}", _instead(number, prefix + line)
        for suffix in (" ", ":", " :", ": x", " #", "\t", " &a", "\x00", "\x0b", "\u200b", "\r"):
            yield f"{suffix!r} after line {number + 1}", _instead(number, line + suffix)
        if line.startswith(" "):
            yield f"line {number + 1} further out", _instead(number, line.removeprefix("  "))
        swapped = (*LINES[:number], LINES[number + 1], line, *LINES[number + 2 :])
        yield f"line {number + 1} and the next", "\n".join(swapped)


def _words() -> Iterator[tuple[str, str]]:
    for word in WORDS:
        changed = {word.upper(), word.lower(), word.title(), word[::-1], f"{word}s", f"x-{word}"}
        changed |= {word[:at] + word[at + 1 :] for at in range(len(word))}
        changed |= {f"'{word}'", f'"{word}"', f"!{word}", f"{word}\u0301", f"\u2062{word}"}
        for other in sorted(changed - {word, ""}):
            yield f"{word} as {other!r}", ORIGINAL.replace(word, other, 1)


def _with(number: int, line: str) -> str:
    return "\n".join((*LINES[:number], line, *LINES[number:]))


def _instead(number: int, line: str) -> str:
    return "\n".join((*LINES[:number], line, *LINES[number + 1 :]))
