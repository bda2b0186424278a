from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="login")


class UserCRUD:
    pass


def get_user_crud() -> UserCRUD:
    return UserCRUD()


def get_jwt(token: str = Depends(scheme)) -> dict[str, str]:
    if token != "known":
        raise HTTPException(401)
    return {"sub": "1"}


@app.get("/users")
def list_users(users: UserCRUD = Depends(get_user_crud), claims=Depends(get_jwt)):
    return []


@app.get("/count")
def count(users: UserCRUD = Depends(get_user_crud), claims=Depends(get_jwt)):
    return 0
