"""What is doomed goes with everything that speaks of it, and nothing else goes."""

from textwrap import dedent

import pytest

from backwright.transfer.prune import prune


def pruned(before: str, *doomed: str, gone: tuple[str, ...] = ()) -> str:
    """Prune one module."""
    return prune({"app/thing.py": dedent(before)}, doomed, gone)["app/thing.py"]


def words(code: str) -> str:
    """Return code without regard to how it is laid out."""
    return " ".join(code.split())


CASES = {
    "a parameter, and the argument it was passed as": (
        """
        def get(session: Session, caller: Caller, row: int) -> int:
            return session.one(row, caller=caller)
        """,
        """
        def get(session: Session, row: int) -> int:
            return session.one(row)
        """,
    ),
    "the only keyword parameter, with its star": (
        """
        def get(row: int, *, caller: Caller | None = None) -> int:
            return find(row, caller)
        """,
        """
        def get(row: int) -> int:
            return find(row)
        """,
    ),
    "an entry of a docstring, and its section if nothing else stands in it": (
        '''
        def get(caller: Caller, row: int) -> int:
            """Return a row.

            Args:
                caller: Who asks,
                    and from where.
                row: Its number.

            Raises:
                CallerError: If nobody asks.
            """
            return row
        ''',
        '''
        def get(row: int) -> int:
            """Return a row.

            Args:
                row: Its number.
            """
            return row
        ''',
    ),
    "an import, or a name of one": (
        """
        from app.auth import Caller
        from app.errors import CallerError, NotFoundError
        """,
        """
        from app.errors import NotFoundError
        """,
    ),
    "one condition of several": (
        """
        statement = select(Row).where(Row.owner == caller.id, Row.id == 1)
        """,
        """
        statement = select(Row).where(Row.id == 1)
        """,
    ),
    "a whole call, if all of its conditions go": (
        """
        statement = select(Row).where(Row.owner == caller.id)
        """,
        """
        statement = select(Row)
        """,
    ),
    "a variable, and what is made of it": (
        """
        def get() -> int:
            name = caller.name
            greeting = f(name)
            greet(greeting)
            return 1
        """,
        """
        def get() -> int:
            return 1
        """,
    ),
    "a branch that depends on it, in favor of the other": (
        """
        if caller:
            one()
        else:
            two()
        if caller is None:
            three()
        a = guard(caller) if caller else plain
        b = plain if caller is None else 2
        """,
        """
        two()
        three()
        a = plain
        b = plain
        """,
    ),
    "a kind of error that is caught": (
        """
        try:
            one()
        except (CallerError, OSError):
            two()
        except CallerError:
            three()
        """,
        """
        try:
            one()
        except OSError:
            two()
        """,
    ),
    "rows of a table as a whole, never one of their cells": (
        """
        CASES = [
            ("limit", 0),
            ("caller", 1),
        ]
        """,
        """
        CASES = [
            ("limit", 0),
        ]
        """,
    ),
    "a class whose base goes, and a function that uses it": (
        """
        class Special(Caller):
            x = 1

        def make() -> int:
            return Special().x

        def other() -> int:
            return 1
        """,
        """
        def other() -> int:
            return 1
        """,
    ),
    "a test that speaks of it": (
        """
        def test_a(client: Client) -> None:
            assert client

        def test_b(client: Client) -> None:
            assert caller
        """,
        """
        def test_a(client: Client) -> None:
            assert client
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_what_goes(before: str, after: str) -> None:
    """The smallest whole thing."""
    result = pruned(before, "caller", "Caller", "CallerError")
    assert result.split() == dedent(after).split()
    assert result.count("\n") >= dedent(after).count("\n") - 1


def test_attributes_and_keywords_go_if_they_are_doomed_as_such() -> None:
    """A name alone says nothing about attributes of that name."""
    before = "a = f(settings.key, other=1, key=2)\nb = thing.key\n"
    assert pruned(before, "key") == before
    assert pruned(before, ".other") == "a = f(settings.key, key=2)\nb = thing.key\n"
    assert pruned(before, ".key").strip() == ""


def test_headings_of_sections_stay_while_something_stands_in_them() -> None:
    """And go with the last thing."""
    before = "# --- A\n\n\nOne = 1\n\n\nTwo = 2\n\n\n# --- B\n\n\nThree = 3\n"
    assert words(pruned(before, "One")) == "# --- A Two = 2 # --- B Three = 3"
    assert words(pruned(before, "Three")) == "# --- A One = 1 Two = 2"


def test_what_is_lost_in_one_module_is_lost_wherever_it_is_imported() -> None:
    """But a name that another module has for itself stays there."""
    sources = {
        "app/tools.py": "def helper() -> int:\n    return caller.id\n",
        "app/user.py": "from app.tools import helper\n\nvalue = helper()\n",
        "app/other.py": "def helper() -> int:\n    return 1\n\n\nvalue = helper()\n",
    }
    result = prune(sources, {"caller"})
    assert result["app/tools.py"].strip() == result["app/user.py"].strip() == ""
    assert result["app/other.py"] == sources["app/other.py"]


def test_what_comes_from_a_module_that_is_gone_goes() -> None:
    """Whatever it is called there."""
    before = """
    from app.routes.auth import router as auth_router
    from app.routes.tasks import router as tasks_router
    from app.services import auth_service, task_service

    app.include_router(auth_router)
    app.include_router(tasks_router)
    auth_service.start()
    task_service.start()
    """
    after = """
    from app.routes.tasks import router as tasks_router
    from app.services import task_service

    app.include_router(tasks_router)
    task_service.start()
    """
    result = pruned(before, gone=("app.routes.auth", "app.services.auth_service"))
    assert result.split() == dedent(after).split()


def test_modules_that_say_nothing_of_it_are_not_touched() -> None:
    """Not even what could be written more neatly."""
    odd = "x  =  [ 1,2 ]   # odd\n"
    assert prune({"app/odd.py": odd}, {"caller"}) == {"app/odd.py": odd}
