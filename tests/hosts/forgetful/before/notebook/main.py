from fastapi import Depends, FastAPI

from notebook import notes
from notebook.models import User
from notebook.security import get_current_user

app = FastAPI()
app.include_router(notes.router)


@app.get("/me")
def me(user: User = Depends(get_current_user)) -> dict[str, str]:
    return {"email": user.email}
