from fastapi import FastAPI

from app.lib import db

app = FastAPI()
app.state.engine = db.engine
