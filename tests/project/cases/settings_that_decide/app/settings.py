"""Settings that are looked up by their old names, through a context and a cache."""

from contextvars import ContextVar
from functools import cache
from typing import Any

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Part(BaseSettings):
    pass


class Metrics(Part):
    model_config = SettingsConfigDict(env_prefix="APP_METRICS_")
    enabled: bool = False
    path: str = "/metrics"


class Settings(Part):
    model_config = SettingsConfigDict(env_prefix="APP_")
    metrics: Metrics = Field(default_factory=Metrics)
    base_path: str = Field("/v1", validation_alias=AliasChoices("app_base_path", "old_base_path"))


current: ContextVar[Settings] = ContextVar("current")
fallback: ContextVar[str] = ContextVar("fallback", default="/fallback")


@cache
def names(cls: type[Part], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, field in cls.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Part):
            found.update(names(field.annotation, f"{above}{name}."))
        elif field.validation_alias:
            for alias in field.validation_alias.choices:
                found[alias.upper()] = above + name
        else:
            found[f"{cls.model_config.get('env_prefix')}{name.upper()}"] = above + name
    return found


def __getattr__(name: str) -> Any:
    known = set()
    known.update(names(Settings))
    if name not in known:
        raise AttributeError(name)
    value = current.get()
    for part in names(Settings)[name].split("."):
        value = getattr(value, part)
    return value


current.set(Settings())
