from fastapi import FastAPI

from shop.routes import register


class Shop(FastAPI):
    pass


def create_app(testing: bool = False) -> FastAPI:
    app = Shop(title="Shop")
    register(app, prefix="/shop")
    return app
