from jose import jwt

KEY = "…"
ALGORITHM = "HS256"


def sign(claims: dict[str, str]) -> str:
    return jwt.encode(claims, KEY, algorithm=ALGORITHM)


def read(token: str) -> dict[str, str]:
    return jwt.decode(token, KEY)


def also(token: str) -> dict[str, str]:
    header = jwt.get_unverified_header(token)
    return jwt.decode(
        token,
        KEY,
        algorithms=[header["alg"]],
    )
