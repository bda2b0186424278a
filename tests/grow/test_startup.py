"""Tables are created when the application starts, however it says what it does then."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.startup import create_at_start

NEW = """from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fastapi import FastAPI
from database import create_tables

@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    \"\"\"Prepare what the application needs before the first request.\"\"\"
    await create_tables()
    yield


app = FastAPI(lifespan=lifespan)
"""
CASES = {
    "nothing": ("from fastapi import FastAPI\n\napp = FastAPI()\n", NEW),
    "arguments": (
        'from fastapi import FastAPI\n\napp = FastAPI(\n    title="é",\n)\n',
        NEW.replace("FastAPI(lifespan", 'FastAPI(\n    title="é",\n    lifespan').replace(
            "=lifespan)", "=lifespan,\n)"
        ),
    ),
    "lifespan": (
        "from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n\n\n"
        "@asynccontextmanager\nasync def life(app):\n    '''Live.'''\n    yield\n\n\n"
        "app = FastAPI(lifespan=life)\n",
        "from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n"
        "from database import create_tables\n\n\n"
        "@asynccontextmanager\nasync def life(app):\n    '''Live.'''\n    await create_tables()\n"
        "    yield\n\n\napp = FastAPI(lifespan=life)\n",
    ),
    "startup event": (
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.on_event("startup")\nasync def begin():\n    print("up")\n',
        "from fastapi import FastAPI\nfrom database import create_tables\n\napp = FastAPI()\n\n\n"
        '@app.on_event("startup")\nasync def begin():\n    await create_tables()\n'
        '    print("up")\n',
    ),
    "shutdown event": (
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.on_event("shutdown")\ndef end():\n    print("down")\n',
        "from fastapi import FastAPI\nfrom database import create_tables\n\napp = FastAPI()\n\n\n"
        '@app.on_event("startup")\nasync def create_missing_tables() -> None:\n'
        '    """Create the tables that are not there yet."""\n    await create_tables()\n\n\n\n'
        '@app.on_event("shutdown")\ndef end():\n    print("down")\n',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_create_at_start(name: str, tmp_path: Path) -> None:
    before, after = CASES[name]
    (tmp_path / "main.py").write_text(before)
    draft = Draft(tmp_path)
    sources = Sources(draft, read_project(tmp_path))
    assert create_at_start(sources, ("database", "create_tables"), waits=True) == "main.py"
    assert _lines(draft.text("main.py")) == _lines(after)


def _lines(code: str) -> list[str]:
    """Return the lines with something on them: the host's formatter sees to the rest."""
    return [line for line in code.splitlines() if line.strip()]
