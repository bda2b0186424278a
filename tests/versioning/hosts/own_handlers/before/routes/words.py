from fastapi import APIRouter

router = APIRouter(prefix="/api/v1/words", tags=["words"])


@router.get("")
def list_words() -> list[str]:
    return ["tide"]


@router.get("/{word}")
def get_word(word: str) -> str:
    return word
