from fastapi import FastAPI


async def health():
    return {"ok": True}


def register(app: FastAPI, *, prefix: str) -> None:
    app.add_api_route(prefix + "/health", health, methods=["GET", "HEAD"])

    @app.api_route(prefix + "/echo", methods=["PUT", "POST"])
    async def echo():
        return {}

    @app.websocket(prefix + "/feed")
    async def feed(websocket):
        await websocket.accept()

    @app.get(app.swagger_ui_oauth2_redirect_url, include_in_schema=False)
    async def redirect():
        return app.title
