from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi_crudrouter import SQLAlchemyCRUDRouter
from fastapi_utils import Api, Resource
from fastapi_utils.cbv import cbv
from fastapi_utils.inferring_router import InferringRouter
from fastapi_versioning import VersionedFastAPI, version
from fastcrud import crud_router
from pydantic import BaseModel
from sqladmin import Admin, BaseView, ModelView, action, expose
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_engine("sqlite://")


class Base(DeclarativeBase):
    pass


class Potato(Base):
    __tablename__ = "potato"
    code: Mapped[int] = mapped_column(primary_key=True)


class PotatoRead(BaseModel):
    code: int


def signed_in(request: Request):
    if "authorization" not in request.headers:
        raise HTTPException(status_code=401)


app = FastAPI()
admin = Admin(app, engine, base_url="/backstage", authentication_backend=object())


class PotatoView(ModelView, model=Potato):
    @action(name="peel_all")
    async def peel(self, request: Request):
        return None


class Reports(BaseView):
    @expose("/reports", methods=["GET", "POST"])
    async def reports(self, request: Request):
        return None


admin.add_view(PotatoView)
admin.add_view(Reports)
app.include_router(
    SQLAlchemyCRUDRouter(
        schema=PotatoRead,
        db_model=Potato,
        db=None,
        prefix="Potatoes",
        create_route=[Depends(signed_in)],
        delete_all_route=False,
    ),
    prefix="/crud",
)
app.include_router(
    crud_router(
        session=None,
        model=Potato,
        create_schema=PotatoRead,
        update_schema=PotatoRead,
        path="/fast",
        delete_deps=[signed_in],
        endpoint_names={"read_multi": "all"},
    )
)
views = InferringRouter()


@cbv(views, "/views/{key}")
class Views:
    user: dict = Depends(signed_in)

    def get(self, key: int) -> int:
        return key

    def delete(self, key: int) -> None:
        return None


class Resources(Resource):
    def post(self, one: PotatoRead) -> PotatoRead:
        return one


app.include_router(views)
Api(app).add_resource(Resources(), "/resources")

plain = FastAPI()


@plain.get("/")
def home():
    return "one"


@plain.get("/")
@version(2, 1)
def newer_home():
    return "two"


@plain.post("/things")
def things():
    return []


versions = VersionedFastAPI(plain)
