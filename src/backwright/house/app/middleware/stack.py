"""The order in which the middlewares stand around the application."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.config import Settings
from app.middleware.auth import user_reader
from app.middleware.body_limit import BodyLimitMiddleware
from app.middleware.rate_limit import RateLimitMiddleware
from app.middleware.request_log import RequestLogMiddleware
from app.middleware.security_headers import SecurityHeadersMiddleware
from app.middleware.unhandled_errors import UnhandledErrorMiddleware
from app.rate_limit import get_rate_limiter

_EXPOSED_HEADERS = (
    "Location",
    "RateLimit",
    "RateLimit-Limit",
    "RateLimit-Policy",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
)


def add_middlewares(app: FastAPI, settings: Settings) -> None:
    """Put the middlewares around `app`: the last one added sees a request first.

    Everything that can answer by itself (limits, unexpected errors) stands inside CORS, so that
    a browser may read these answers too; the log and the headers stand outside and see all.
    """
    app.add_middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes)
    app.add_middleware(
        RateLimitMiddleware,
        limiter=get_rate_limiter(),
        per_address=settings.rate_limit_per_address,
        per_user=settings.rate_limit_per_user,
        user_of=user_reader(settings.secret_key.get_secret_value()),
    )
    app.add_middleware(UnhandledErrorMiddleware)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=settings.cors_allow_credentials,
        allow_methods=("DELETE", "GET", "PATCH", "POST"),
        allow_headers=("Authorization", "Content-Type", "X-Request-ID"),
        expose_headers=_EXPOSED_HEADERS,
    )
    docs_paths = {app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url}
    app.add_middleware(
        SecurityHeadersMiddleware, docs_paths=frozenset(path for path in docs_paths if path)
    )
    app.add_middleware(RequestLogMiddleware)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
