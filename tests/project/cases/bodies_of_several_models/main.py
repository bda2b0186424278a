from typing import Annotated, Literal, Optional, Union
from fastapi import Body, FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


Pet = Union[Cat, Dog]
Pets = Cat | Dog
Told = Annotated[Cat | Dog, Field(discriminator="kind")]


@app.post("/a")
def a(pet: Pet): ...
@app.post("/b")
def b(pet: Pets): ...
@app.post("/c")
def c(pet: Told): ...
@app.post("/d")
def d(pet: Annotated[Union[Cat, Dog], Body(discriminator="kind")]): ...
@app.post("/e")
def e(pet: Optional[Cat] = None): ...
@app.post("/f")
def f(pet: Cat | None = None): ...
@app.post("/g")
def g(pet: list[Pets]): ...
@app.post("/h")
def h(pet: Cat | Dog | None = Body(None)) -> Pets: ...
@app.post("/i", response_model=Pet)
def i(pet: "Pet"): ...
@app.post("/j", response_model=Pets)
def j(pet: Annotated[Pets, Body()], other: Dog): ...


class Bird(BaseModel):
    kind: Literal["bird"]


Any3 = Cat | Dog | Bird


@app.post("/k")
def k(pet: Any3) -> Any3 | None: ...
