from importlib import resources

from fastapi import FastAPI

from app import settings

app = FastAPI()


@app.get(settings.OLD_BASE_PATH + "/items")
def items() -> list[str]:
    return []


@app.get(settings.fallback.get() + "/items")
def more() -> list[str]:
    return []


if settings.APP_METRICS_ENABLED:

    @app.get(settings.APP_METRICS_PATH)
    def metrics() -> str:
        return ""


if resources.files("app").joinpath("pages").is_dir():

    @app.get("/pages")
    def pages() -> str:
        return ""

else:

    @app.get("/no-pages")
    def no_pages() -> str:
        return ""
