from fastapi import FastAPI, HTTPException
from sqlalchemy.orm import Session

app = FastAPI()


def read(db: Session, key: int) -> str:
    try:
        if key > 9:
            raise HTTPException(404, "no such row")
        return str(key)
    except Exception as error:
        db.rollback()
        raise HTTPException(500, "failed") from error


def tidy(paths: list[str]) -> None:
    for path in paths:
        try:
            open(path).close()
        except:
            continue
    try:
        open("last").close()
    except Exception: pass


def version() -> str:
    try:
        import nothing_of_this_name
    except Exception:
        pass
    return "1"
