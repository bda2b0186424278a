revision: str = "a1"
down_revision = None
