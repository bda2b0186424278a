"""Which resource a new one is learnt from."""

import pytest

from backwright.errors import UsageError
from backwright.spec.resource import read_resource, read_resource_line
from backwright.tasks.house import house_draft, without_exemplars
from backwright.transfer.draft import Draft
from backwright.transfer.resource import transfer_resource


@pytest.fixture
def host() -> Draft:
    """A project whose one resource is its own plural."""
    draft = house_draft()
    without_exemplars(draft, set())
    transfer_resource(draft, house_draft(), read_resource_line("News headline:str"))
    return draft


def test_a_resource_that_is_its_own_plural_is_not_learnt_from(host: Draft) -> None:
    spec = read_resource_line("Person name:str:80")
    assert (
        transfer_resource(host, house_draft(), spec).exemplar
        == "the Project of the built-in example project"
    )
    assert "class PersonCreate(Input):" in host.text("app/schemas.py")
    assert 'prefix="/people"' in host.text("app/routes/people.py")


def test_and_says_so_where_it_is_asked_for(host: Draft) -> None:
    spec = read_resource("Person", ["name:str:80"], like="News")
    with pytest.raises(UsageError, match="News is its own plural"):
        transfer_resource(host, house_draft(), spec)


def test_a_resource_of_the_projects_own_is_learnt_from(host: Draft) -> None:
    transfer_resource(host, house_draft(), read_resource_line("Person name:str:80"))
    transfer = transfer_resource(host, house_draft(), read_resource_line("City name:str:80"))
    assert transfer.exemplar == "Person"
