"""Tests of a relation's endpoints in the house style, in the words of its own tests' helpers."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

from backwright.spec.names import article
from backwright.transfer.draft import Draft
from backwright.transfer.nested.ground import Nested, Relation, Side

_HEAD = '''"""$what."""

from httpx import AsyncClient

from tests.factories import $factories
from tests.helpers import UNKNOWN_ID, assert_not_found, read_all

PATH = "$path"


def below($one_id: str) -> str:
    """Return the path of what is below $a_one."""
    return f"{PATH}/{$one_id}/$segment"
'''
_LIST_OF_REFERRING = '''
async def test_list($who: AsyncClient) -> None:
    """Those of $a_one are listed, and no others."""
    $one = await make_$one($who)
    $other = await make_$other($who, $column=$one["id"])
    await make_$other($who, $column=(await make_$one($who))["id"])
    assert await read_all($who, below($one["id"])) == [$other]
'''
_LIST_OF_LINKED = '''
async def test_list($who: AsyncClient) -> None:
    """Those of $a_one are listed, and no others."""
    $other = await make_$other($who)
    await make_$other($who)
    $one = await make_$one($who, $column=[$other["id"]])
    assert await read_all($who, below($one["id"])) == [$other]
'''
_NONE = '''
async def test_list_of_none($who: AsyncClient) -> None:
    """What is not there has none to list."""
    assert_not_found(await $who.get(below(UNKNOWN_ID)), "$title")
'''
_FOREIGN = '''
async def test_list_of_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's $human is not found, exactly like one that never was."""
    $one = await make_$one(alice)
    assert_not_found(await bob.get(below($one["id"])), "$title")
    assert_not_found(await bob.get(below(UNKNOWN_ID)), "$title")
'''
_LINKS = '''
async def test_link_and_part($who: AsyncClient) -> None:
    """To link what is linked, or to part what is not, changes nothing."""
    $one = await make_$one($who, $column=[])
    $other = await make_$other($who)
    for method, expected in (("PUT", [$other]), ("DELETE", [])):
        for _ in range(2):
            response = await $who.request(method, f"{below($one['id'])}/{$other['id']}")
            assert response.status_code == 204, response.text
            assert await read_all($who, below($one["id"])) == expected
'''
_UNKNOWN = '''
async def test_link_what_is_not_there($who: AsyncClient) -> None:
    """Neither side may be missing."""
    $one = await make_$one($who)
    $other = await make_$other($who)
    for path in (f"{below($one['id'])}/{UNKNOWN_ID}", f"{below(UNKNOWN_ID)}/{$other['id']}"):
        response = await $who.put(path)
        assert response.status_code == 404, response.text
'''
_FOREIGN_LINKS = '''
async def test_link_what_is_another_users(alice: AsyncClient, bob: AsyncClient) -> None:
    """Nobody links, or parts, another user's $human."""
    $other = await make_$other(alice)
    $one = await make_$one(alice, $column=[$other["id"]])
    for method in ("PUT", "DELETE"):
        response = await bob.request(method, f"{below($one['id'])}/{$other['id']}")
        assert_not_found(response, "$title")
    assert await read_all(alice, below($one["id"])) == [$other]
'''
_FOREIGN_OTHERS = '''
async def test_link_to_what_is_another_users(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's $other_human is not found, exactly like one that never was."""
    $one = await make_$one(alice, $column=[])
    $other = await make_$other(bob)
    assert (await alice.put(f"{below($one['id'])}/{$other['id']}")).status_code == 404
    assert await read_all(alice, below($one["id"])) == []
'''
_STRANGERS = '''
async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in."""
    $one = await make_$one(alice)
    assert (await client.get(below($one["id"]))).status_code == 401
'''


@dataclass(frozen=True, slots=True)
class _Scopes:
    """Whether there are users, and which of both sides' rows are theirs."""

    users: bool
    parent: bool
    child: bool


def write_house_tests(
    draft: Draft, parent: Side, child: Side, relation: Relation, made: Nested
) -> str:
    """Write tests of a relation's endpoints; return their file, nothing where there are none.

    Args:
        draft: the project, with the endpoints; it is changed.
        parent: the side that they are below.
        child: the other one.
        relation: the relation.
        made: the endpoints.
    """
    lists = next((path for method, path in made.endpoints if method == "GET"), "")
    if not lists:
        return ""
    segment = lists.rpartition("/")[2]
    like = draft.text(f"tests/test_{parent.names.plural_snake}.py")
    scopes = _Scopes(
        "alice: AsyncClient" in like, parent.model.owner is not None, child.model.owner is not None
    )
    file = f"tests/test_{parent.names.snake}_{segment.replace('-', '_')}.py"
    has_links = any(method == "PUT" for method, _ in made.endpoints)
    tests = _tests(relation, scopes, has_links=has_links)
    told = _told(parent, child, relation, lists, scopes)
    draft.write(file, "\n".join(Template(test).substitute(told) for test in tests))
    return file


def _tests(relation: Relation, scopes: _Scopes, *, has_links: bool) -> list[str]:
    is_link = relation.field.kind == "many"
    found = [_HEAD, _LIST_OF_LINKED if is_link else _LIST_OF_REFERRING]
    found.append(_FOREIGN if scopes.parent else _NONE)
    if has_links:
        found += [_LINKS, _UNKNOWN]
        found += [_FOREIGN_LINKS] if scopes.parent else []
        found += [_FOREIGN_OTHERS] if scopes.parent and scopes.child else []
    return [*found, _STRANGERS] if scopes.users else found


def _told(
    parent: Side, child: Side, relation: Relation, lists: str, scopes: _Scopes
) -> dict[str, str]:
    human = parent.names.human
    a_one = f"{article(human)} {human}"
    below = relation.field.name if relation.field.kind == "many" else child.names.plural_snake
    what = f"The {below.replace('_', ' ')} of {a_one}"
    private = ", and that nobody gets at anybody else's" if scopes.parent else ""
    makers = sorted({f"make_{parent.names.snake}", f"make_{child.names.snake}"})
    return {
        "what": f"{what}: that they are found by it{private}",
        "factories": ", ".join(makers),
        "path": lists.partition("/{")[0],
        "segment": lists.rpartition("/")[2],
        "who": "alice" if scopes.users else "client",
        "one": parent.names.snake,
        "one_id": f"{parent.names.snake}_id",
        "a_one": a_one,
        "human": human,
        "title": f"{human[:1].upper()}{human[1:]}",
        "other": child.names.snake,
        "other_human": child.names.human,
        "column": relation.field.column,
    }
