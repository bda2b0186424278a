from fastapi import APIRouter as Base


class BothSlashes(Base):
    """Answers with and without a slash at the end."""

    def __init__(self, *args, hidden: bool = False, **kwargs):
        self.hidden = hidden
        super().__init__(*args, **kwargs)

    def add_api_route(self, path, endpoint, **kwargs):
        path = path.rstrip("/")
        super().add_api_route(path, endpoint, **kwargs)
        super().add_api_route(path + "/", endpoint, include_in_schema=False, **kwargs)
