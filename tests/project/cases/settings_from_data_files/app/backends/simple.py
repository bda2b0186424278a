from fastapi import FastAPI


class SimpleBackend:
    def application(self):
        app = FastAPI()

        @app.post("/token")
        def token():
            return {}

        return app
