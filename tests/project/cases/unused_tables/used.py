from sqlmodel import Field, SQLModel


class Used(SQLModel, table=True):
    id: int = Field(primary_key=True)
