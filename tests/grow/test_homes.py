"""Where the parts of a grown resource go."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.spec.names import names_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.homes import read_homes
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.wiring import read_wiring, wire

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("there", "service", "routes"),
    [
        ((), "app/services/note_service.py", "app/routes/notes.py"),
        (("services.py",), "app/note_service.py", "app/routes/notes.py"),
        (("routes.py",), "app/services/note_service.py", "app/notes_routes.py"),
    ],
)
def test_no_folder_hides_a_module(
    tmp_path: Path, there: tuple[str, ...], service: str, routes: str
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "main.py").write_text(MAIN)
    for name in there:
        (app / name).write_text("VALUE = 1\n")
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert (homes.service, homes.routes) == (service, routes)


def test_what_is_there_has_more_to_come(tmp_path: Path) -> None:
    """Nothing goes to the root where the application's file alone stands there."""
    for path, text in {
        "main.py": "from fastapi import FastAPI\nfrom app.api.todo import router\n\n"
        "app = FastAPI()\napp.include_router(router)\n",
        "app/api/todo.py": "from fastapi import APIRouter\nfrom app.todo.models.shared_todo "
        "import SharedTodo\n\nrouter = APIRouter()\n\n\n"
        "@router.get('/todo')\ndef todo():\n    return 1\n",
        "app/todo/models/shared_todo.py": "from sqlalchemy import Column, Integer\n"
        "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n\n\n"
        "class SharedTodo(Base):\n    __tablename__ = 'shared'\n"
        "    id = Column(Integer, primary_key=True)\n",
        "app/todo/services/shared_todo.py": "VALUE = 1\n",
        "tests/shared_todo/test_one.py": "def test_one():\n    assert True\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.service == "app/todo/services/note_service.py"
    assert homes.models == "app/todo/models/note.py"
    assert homes.exceptions == "app/exceptions.py"
    assert homes.tests == "tests/test_notes.py"


def test_routes_are_apart_from_what_has_their_name(tmp_path: Path) -> None:
    """Models and routes of a project may stand in one folder, each file called after its noun."""
    for path, text in {
        "app/main.py": "from fastapi import FastAPI\nfrom app.models.user import router\n\n"
        "app = FastAPI()\napp.include_router(router)\n",
        "app/models/user.py": "from fastapi import APIRouter\n"
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\n"
        "Base = declarative_base()\nrouter = APIRouter()\n\n\nclass User(Base):\n"
        "    __tablename__ = 'users'\n    id = Column(Integer, primary_key=True)\n\n\n"
        "@router.get('/users')\ndef users():\n    return []\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.models == "app/models/note.py"
    assert homes.routes not in (homes.models, homes.schemas)


def test_the_folder_of_most_models_has_the_new_one(tmp_path: Path) -> None:
    """One model of a library's own, in a folder that is read first, does not draw it there."""
    model = (
        "from sqlalchemy import Column, Integer\nfrom app.core.db.database import Base\n\n\n"
        "class {0}(Base):\n    __tablename__ = '{0}'\n    id = Column(Integer, primary_key=True)\n"
    )
    for path, text in {
        "app/main.py": MAIN,
        "app/core/db/database.py": "from sqlalchemy.orm import declarative_base\n\n"
        "Base = declarative_base()\n",
        "app/core/db/blacklist.py": model.format("Blacklist"),
        "app/models/post.py": model.format("Post"),
        "app/models/tier.py": model.format("Tier"),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.models == "app/models/note.py"


def test_a_domain_whose_handlers_are_parted_among_files_has_a_folder(tmp_path: Path) -> None:
    """`apis/menu/services/get_menu.py`: the router of a domain stands above its handlers."""
    main = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    for domain in ("menu", "orders"):
        main += f"from apis.{domain}.service import router as {domain}\n"
        main += f"app.include_router({domain})\n"
        handler = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
        handler += f"@router.get('/{domain}')\ndef get_{domain}():\n    return []\n"
        service = f"from apis.{domain}.services.get_{domain} import router as one\n"
        service += "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
        service += "router.include_router(one)\n"
        for path, text in {
            f"apis/{domain}/services/get_{domain}.py": handler,
            f"apis/{domain}/service.py": service,
            f"tests/modules/{domain}/test_{domain}.py": "def test_one():\n    assert True\n",
        }.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
    (tmp_path / "main.py").write_text(main)
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.routes == "apis/notes/service.py"
    assert homes.service == "apis/notes/crud.py"
    assert homes.schemas == "apis/notes/schemas.py"
    assert homes.tests == "tests/modules/notes/test_notes.py"


PAGES = {
    "settings.py": "class Api:\n    users: str = '/users'\n\n\nclass Settings:\n"
    "    api: Api = Api()\n\n\nsettings = Settings()\n",
    "main.py": "from fastapi import FastAPI\nfrom api import router as api\n"
    "from views.users.views import router as views\n\napp = FastAPI()\n"
    "app.include_router(views)\napp.include_router(api)\n",
    "api/__init__.py": "from fastapi import APIRouter\nfrom settings import settings\n"
    "from .users import router as users_router\n\nrouter = APIRouter(prefix='/api')\n"
    "router.include_router(users_router, prefix=settings.api.users)\n",
    "api/users.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
    "@router.get('')\ndef users():\n    return []\n",
    "views/users/views.py": "from fastapi import APIRouter, Request\n"
    "from templates import templates\n\nrouter = APIRouter()\n\n\n@router.get('/')\n"
    "def home(request: Request):\n    return templates.TemplateResponse(request, 'home.html')\n",
}


def test_data_goes_where_data_is_and_not_to_pages(tmp_path: Path) -> None:
    """It is registered with its neighbours, whose own prefix it does not get."""
    for path, text in PAGES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    homes = read_homes(sources, names_of("Note"))
    assert homes.routes == "api/notes.py"
    wiring = read_wiring(sources, names_of("Note"), homes.routes)
    assert wiring is not None
    assert (wiring.file, wiring.keywords) == ("api/__init__.py", ', prefix="/notes"')


@pytest.mark.parametrize(
    ("there", "called"), [("tag_router", "auth_router"), ("auth_router", "account_router")]
)
def test_a_router_is_not_called_as_another_one(tmp_path: Path, there: str, called: str) -> None:
    (tmp_path / "tags.py").write_text(f"from fastapi import APIRouter\n\n{there} = APIRouter()\n")
    (tmp_path / "account_routes.py").write_text(
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
    )
    (tmp_path / "main.py").write_text(
        f"from fastapi import FastAPI\nfrom tags import {there}\n\n"
        f"app = FastAPI()\napp.include_router({there})\n"
    )
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    names = names_of("auth", plural="auth")
    wiring = read_wiring(sources, names)
    assert wiring is not None
    code = wire(sources, wiring, "account_routes", names)
    assert f"from account_routes import router as {called}\n" in code
    assert code.endswith(f"app.include_router({there})\napp.include_router({called})\n")


def test_a_router_that_is_registered_by_name_is_one_like_others(tmp_path: Path) -> None:
    (tmp_path / "tags.py").write_text("from fastapi import APIRouter\n\ntag_router = APIRouter()\n")
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom tags import tag_router\n\n"
        'app = FastAPI()\napp.include_router(router=tag_router, prefix="/api")\n'
    )
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    wiring = read_wiring(sources, names_of("Note"))
    assert wiring is not None
    assert wiring.keywords == ', prefix="/api"'
    assert wiring.own_prefix


@pytest.mark.parametrize(
    ("prefix", "keywords"),
    [
        ('f"{api}/tags"', ', prefix=f"{api}/notes"'),
        ('api + "/tags"', ', prefix=api + "/notes"'),
        ('f"{api}/v1"', ', prefix=f"{api}/v1"'),
    ],
)
def test_a_prefix_that_is_put_together_is_the_new_routers_own(
    tmp_path: Path, prefix: str, keywords: str
) -> None:
    (tmp_path / "tags.py").write_text("from fastapi import APIRouter\n\ntag_router = APIRouter()\n")
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom tags import tag_router\n\n"
        f'api = "/api"\napp = FastAPI()\napp.include_router(tag_router, prefix={prefix})\n'
    )
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    wiring = read_wiring(sources, names_of("Note"))
    assert wiring is not None
    assert wiring.keywords.replace("'", '"') == keywords
    assert wiring.own_prefix == ("v1" in prefix)


@pytest.mark.parametrize(
    ("files", "home"),
    [
        ({"app/core/errors.py": "class AppError(Exception): ...\n"}, "app/core/errors.py"),
        ({"app/core/errors.py": "class NotFoundError(Exception): ...\n"}, "app/exceptions.py"),
        (
            {"app/core/errors.py": "import app.main\n\nclass E(Exception): ...\n"},
            "app/exceptions.py",
        ),
        ({"app/tags/errors.py": "class TagError(Exception): ...\n"}, "app/exceptions.py"),
    ],
)
def test_errors_go_where_the_projects_are(tmp_path: Path, files: dict[str, str], home: str) -> None:
    """Unless they are one domain's, need what needs them, or are called as ours are."""
    main = "from fastapi import FastAPI\nfrom app.tags.routes import router\n\napp = FastAPI()\n"
    routes = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/tags')\ndef tags(): ...\n"
    files |= {"app/main.py": f"{main}app.include_router(router)\n", "app/tags/routes.py": routes}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    assert read_homes(sources, names_of("Note")).exceptions == home


MODEL = """\
from sqlmodel import Field, SQLModel


class {name}(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""
ROUTES = """\
from fastapi import APIRouter
from models.{name}.main import {model}

router = APIRouter()


@router.get("/{name}")
def read() -> list[{model}]:
    return []
"""


@pytest.mark.parametrize(("word", "home"), [("", "note"), ("s", "notes")])
def test_each_model_may_have_a_folder(tmp_path: Path, word: str, home: str) -> None:
    main = "from fastapi import FastAPI\n"
    for name in ("post", "tag"):
        folder = tmp_path / "models" / f"{name}{word}"
        folder.mkdir(parents=True)
        (folder / "main.py").write_text(MODEL.format(name=name.title()))
        (tmp_path / "api").mkdir(exist_ok=True)
        routes = ROUTES.format(name=f"{name}{word}", model=name.title())
        (tmp_path / "api" / f"{name}.py").write_text(routes)
        main += f"from api.{name} import router as {name}\n"
    (tmp_path / "main.py").write_text(
        f"{main}\napp = FastAPI()\napp.include_router(post)\napp.include_router(tag)\n"
    )
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.models == f"models/{home}/main.py"


@pytest.mark.parametrize(("word", "home"), [("", "note"), ("s", "notes")])
def test_a_domain_is_called_as_its_siblings_are(tmp_path: Path, word: str, home: str) -> None:
    main = "from fastapi import FastAPI\n"
    for name in (f"post{word}", f"tag{word}"):
        (tmp_path / "apps" / name).mkdir(parents=True)
        (tmp_path / "apps" / name / "route.py").write_text(
            "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
            f"@router.get('/{name}')\ndef read() -> list[int]:\n    return []\n"
        )
        main += f"from apps.{name}.route import router as {name}\n"
    included = "".join(f"app.include_router({n}{word})\n" for n in ("post", "tag"))
    (tmp_path / "main.py").write_text(f"{main}\napp = FastAPI()\n{included}")
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.routes == f"apps/{home}/route.py"


def test_files_that_bear_the_name_of_their_folder_are_renamed_with_it(tmp_path: Path) -> None:
    main = "from fastapi import FastAPI\n"
    for noun in ("event", "user"):
        folder = tmp_path / "app" / "domains" / noun
        folder.mkdir(parents=True)
        (folder / f"{noun}_schema.py").write_text(
            "from sqlmodel import Field, SQLModel\n\n\n"
            f"class {noun.title()}(SQLModel, table=True):\n"
            "    id: int | None = Field(default=None, primary_key=True)\n"
        )
        (folder / f"{noun}_route.py").write_text(
            f"from fastapi import APIRouter\nfrom app.domains.{noun}.{noun}_schema import "
            f"{noun.title()}\n\nrouter = APIRouter()\n\n\n"
            f"@router.get('/{noun}s')\ndef read_{noun}s():\n    return []\n"
        )
        main += f"from app.domains.{noun}.{noun}_route import router as {noun}s\n"
    wired = "".join(f"app.include_router({noun}s)\n" for noun in ("event", "user"))
    (tmp_path / "app" / "main.py").write_text(f"{main}\napp = FastAPI()\n{wired}")
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert homes.models == "app/domains/note/note_schema.py"
    assert homes.routes == "app/domains/note/note_route.py"
    assert homes.service == "app/domains/note/note_service.py"
