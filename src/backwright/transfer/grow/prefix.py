"""The prefix that a host's URLs have in common, for those of the new resource as well."""

from __future__ import annotations

from collections import Counter

from backwright.project.types import Project
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.grow.growth import Growth

_MOSTLY = 0.6  # of the endpoints about the project's models
_FEWEST = 3


def common_prefix(project: Project) -> str:
    """Return what most URLs about the project's models begin with, such as `/api/v1`."""
    nouns = read_nouns(project.models)
    found: Counter[str] = Counter()
    for endpoint in project.endpoints:
        lead: list[str] = []
        for segment in endpoint.path.strip("/").split("/"):
            if nouns.owner(segment):
                found["".join(f"/{one}" for one in lead)] += 1
                break
            if segment.startswith("{"):
                break
            lead.append(segment)
    if not found:
        return ""
    prefix, count = found.most_common(1)[0]
    return prefix if count >= max(_FEWEST, _MOSTLY * found.total()) else ""


def put_under(growth: Growth, prefix: str) -> bool:
    """Let the new router begin with a prefix; tell whether its module could be changed."""
    path = growth.homes.routes
    code = growth.draft.text(path)
    own = f'prefix="/{growth.spec.names.plural_kebab}"'
    changed = code.replace(own, f'prefix="{prefix}/{growth.spec.names.plural_kebab}"', 1)
    growth.draft.write(path, changed)
    return changed != code
