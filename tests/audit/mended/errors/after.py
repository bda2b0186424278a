import logging

from fastapi import FastAPI, HTTPException
from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

app = FastAPI()


def read(db: Session, key: int) -> str:
    try:
        if key > 9:
            raise HTTPException(404, "no such row")
        return str(key)
    except HTTPException:
        db.rollback()
        raise
    except Exception as error:
        db.rollback()
        raise HTTPException(500, "failed") from error


def tidy(paths: list[str]) -> None:
    for path in paths:
        try:
            open(path).close()
        except Exception:
            logger.exception("tidy() failed")
            continue
    try:
        open("last").close()
    except Exception: logger.exception("tidy() failed")


def version() -> str:
    try:
        import nothing_of_this_name
    except Exception:
        pass
    return "1"
