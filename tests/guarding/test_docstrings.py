"""The caller stands in a docstring where the other parameters do, and in their style."""

import ast

import pytest

from backwright.transfer.grow.sources import FunctionNode
from backwright.transfer.guarding.docstrings import describe
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Function

CODE = '''def page_of(session, page_id):
    """Get a page.
{text}
    """
    return session.get(page_id)
'''
SAID = {
    "with types": (
        "\n    Args:\n        session (Session): The session.\n        page_id (int): The page,\n"
        "            by its key.\n\n    Returns:\n        Page: It.",
        "            by its key.\n        user (User): Who is signed in.\n\n    Returns:",
    ),
    "without types": (
        "\n    Args:\n        page_id: The page.",
        "        page_id: The page.\n        user: Who is signed in.\n    ",
    ),
    "by fields": (
        "\n    :param session: The session.\n    :param page_id: The page,\n        by its key.\n"
        "    :return: It.",
        "        by its key.\n    :param user: Who is signed in.\n    :return: It.",
    ),
}
SILENT = {
    "no section": "\n    It is looked up by its key.",
    "a section of something else": "\n    Args:\n        other: Is no parameter.",
}


def described(text: str) -> str:
    code = CODE.format(text=text)
    node = ast.parse(code).body[0]
    assert isinstance(node, FunctionNode)
    edits = Edits(code)
    describe(Function("pages.py", node), edits, "user", "User")
    return edits.made()


@pytest.mark.parametrize("name", SAID)
def test_the_caller_is_said(name: str) -> None:
    text, wanted = SAID[name]
    assert wanted in described(text)


@pytest.mark.parametrize("name", SILENT)
def test_where_no_parameter_is_said_nothing_is_added(name: str) -> None:
    assert described(SILENT[name]) == CODE.format(text=SILENT[name])
