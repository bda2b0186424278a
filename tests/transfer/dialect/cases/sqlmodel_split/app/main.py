from app.db import engine
from app.models.hero import Hero
from app.models.label import Label
from app.models.team import Team
from app.schemas.hero import HeroCreate, HeroRead, HeroUpdate
from fastapi import FastAPI

app = FastAPI()
MODELS = (Label, Team, engine)


@app.post("/heroes", response_model=HeroRead)
def create_hero(hero: HeroCreate) -> Hero:
    return Hero(**hero.model_dump())


@app.patch("/heroes/{hero_id}", response_model=HeroRead)
def update_hero(hero: HeroUpdate) -> Hero:
    return Hero(**hero.model_dump())
