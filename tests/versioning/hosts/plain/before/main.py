from fastapi import FastAPI

from routers import health, users

app = FastAPI()

app.include_router(health.router)
app.include_router(users.router, prefix='/users', tags=['Users'])


@app.get('/')
def home():
    return 'welcome'


@app.get('/words', operation_id='words')
@app.get('/vocabulary', include_in_schema=False)
def words():
    return ['a']
