from pydantic import BaseModel, ConfigDict


class Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int


class AnimalCreate(BaseModel):
    name: str
    weight: int = 0


class AnimalUpdate(BaseModel):
    name: str | None = None
    weight: int | None = None


class AnimalRead(Read):
    name: str
    weight: int


class VisitCreate(BaseModel):
    note: str
    animal_id: int


class VisitUpdate(BaseModel):
    note: str | None = None


class VisitRead(Read):
    note: str
    animal_id: int


class LabelCreate(BaseModel):
    word: str


class LabelRead(Read):
    word: str


class AnimalLabelBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    animal_id: int
    label_id: int


class SpeciesRead(Read):
    name: str
