from fastapi import FastAPI


def create_application(router, **options):
    application = FastAPI(**options)
    application.include_router(router, prefix=options.get("base", "") + "/v1")
    return application
