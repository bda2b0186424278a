import os

DATABASE_URL = os.environ.get(
    "DATABASE_URL", "postgresql+psycopg://shelter:shelter@localhost:5432/shelter"
)
