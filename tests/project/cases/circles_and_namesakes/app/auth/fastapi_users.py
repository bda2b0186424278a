from fastapi_users import FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy

from app.things.model import Thing

transport = BearerTransport(tokenUrl="auth/jwt/login")


def strategy() -> JWTStrategy[Thing, int]:
    return JWTStrategy(secret="s", lifetime_seconds=60)


backend = AuthenticationBackend(name="jwt", transport=transport, get_strategy=strategy)
users = FastAPIUsers[Thing, int](None, [backend])
current_active_user = users.current_user(active=True)
