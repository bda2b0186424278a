"""Settings, from the environment."""

import os

DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:///desk.db")
SECRET_KEY = os.environ["SECRET_KEY"]
ORIGINS = os.environ.get("ORIGINS", "http://localhost:3000").split(",")
TOKEN_MINUTES = 30
BCRYPT_ROUNDS = int(os.environ.get("BCRYPT_ROUNDS", "12"))
