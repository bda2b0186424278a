from fastapi import FastAPI, Response
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from . import config

middleware = [
    Middleware(GZipMiddleware, minimum_size=500),
]


def make_app():
    return FastAPI(title=config.SHOP_NAME, middleware=middleware)


app = make_app()


@app.post('/visits')
def visit(response: Response):
    response.set_cookie('visited', 'yes')
    return {'opens': config.OPEN_AT}
