"""Which dependencies give the caller: what is authenticated, and as a row of which model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from backwright.project.annotations import class_of, read_type
from backwright.project.dependencies import Dependency, dependencies_of, everything
from backwright.project.guards import SCHEMES
from backwright.project.interpret import ancestry
from backwright.project.interpret.values import Bound, Class, Function, Instance, settle
from backwright.project.routes import Route
from backwright.project.types import Model

CURRENT_USER = re.compile(r"(?i)(current|active|auth\w*|logged)_?\w*_?(user|account|member)")


class ModelIndex:
    """Models by the classes that declare them."""

    def __init__(self, models: Iterable[Model]) -> None:
        """Index `models` by their places."""
        self.models = tuple(models)
        self._methods: frozenset[str] | None = None
        self._by_place = {(one.file, one.line): one for one in self.models}
        self._by_class: dict[Class, Model | None] = {}

    def of(self, cls: object) -> Model | None:
        """Return the model that a class declares or inherits its table from."""
        if not isinstance(cls, Class):
            return None
        if cls not in self._by_class:
            self._by_class[cls] = self._declared(cls)
        return self._by_class[cls]

    def _declared(self, cls: Class) -> Model | None:
        line = (one for one in ancestry.ancestors(cls) if isinstance(one, Class))
        places = ((one.module.file, one.node.lineno) for one in line)
        return next((self._by_place[place] for place in places if place in self._by_place), None)

    def meant(self, cls: object) -> Model | None:
        """Return the model of a class, or the one that a schema is called like."""
        found = self.of(cls)
        if found is not None or not isinstance(cls, Class):
            return found
        return next((one for one in self.models if one.name == cls.name), None)

    def methods(self, classes: Iterable[Class]) -> frozenset[str]:
        """Return the names of the methods that models, or what they inherit from, have."""
        if self._methods is None:
            models = [one for one in classes if self.of(one) is not None]
            bodies = {id(b): b for one in models for b in ancestry.ancestors(one)}.values()
            self._methods = frozenset(
                name
                for body in bodies
                if isinstance(body, Class)
                for name, value in body.names.items()
                if isinstance(value, Function)
            )
        return self._methods

    def class_of(self, model: Model, classes: Iterable[Class]) -> Class | None:
        """Return the class that declares a model."""
        place = (model.file, model.line)
        return next((one for one in classes if (one.module.file, one.node.lineno) == place), None)


def rows_of_callers(routes: Iterable[Route], index: ModelIndex) -> Counter[str]:
    """Count the models whose rows the dependencies that take credentials are declared to give.

    What declares no answer is taken for what the parameter is declared as that gets it.
    """
    votes: Counter[str] = Counter()
    for route in routes:
        for one in everything(dependencies_of(route.endpoint, route.dependencies)):
            function = _function(one.target)
            if function is not None and (_takes_credentials(one) or _named_so(function)):
                declared = class_of(one.declared) if one.declared is not None else None
                model = index.meant(_returned(function) or declared)
                if model is not None:
                    votes[model.name] += 2 if _named_so(function) else 1
    return votes


def _function(target: object) -> Function | None:
    target = settle(target)
    target = target.function if isinstance(target, Bound) else target
    if isinstance(target, Instance) and isinstance(target.cls, Class):
        target = ancestry.find(target.cls, "__call__")
    return target if isinstance(target, Function) else None


def _named_so(function: Function) -> bool:
    return CURRENT_USER.search(function.name) is not None


def _takes_credentials(found: Dependency) -> bool:
    """Tell whether a dependency is given what a security scheme found."""
    schemes = (settle(one.target) for one in everything(found.inner))
    return any(
        isinstance(one, Instance) and ancestry.inherits(one.cls, *SCHEMES) for one in schemes
    )


def _returned(function: Function) -> object:
    """Return the class that a function is declared to return."""
    node = function.node
    annotation = getattr(node, "returns", None)
    return class_of(read_type(annotation, function.frame)) if annotation is not None else None
