"""Resources that cannot be made are refused before anything is written."""

import pytest

from backwright.errors import UsageError
from backwright.spec.names import names_of
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features, house_draft, without_exemplars
from backwright.transfer.exemplar import Exemplar, chain_of
from backwright.transfer.resource import transfer_resource
from backwright.transfer.survey import survey


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Pet owner:ref:Tag", "would be called owner_id"),
        ("Pet owners:many:Tag", "would be called owner_id"),
        ("Person people:many:Person", "both sides of the link would be called person_id"),
        ("Person parent:ref:Person", "the first person could never be made"),
        ("Pet tag:ref:Tga", "is no model of this project"),
    ],
)
def test_a_reference_that_cannot_be_is_refused(line: str, reason: str) -> None:
    host = house_draft()
    with pytest.raises(UsageError, match=reason):
        transfer_resource(host, house_draft(), read_resource_line(line))
    assert host.changes() == house_draft().changes()


def test_an_owner_that_is_no_user_is_possible_without_users() -> None:
    features = Features(auth=False, database="sqlite")
    host = house_draft(features)
    transfer_resource(host, house_draft(features), read_resource_line("Pet owner:ref:Label"))
    assert "owner_id: UUID" in host.text("app/models.py")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Decimal name:str:1..80 value:decimal", "the name Decimal means something else"),
        ("Offer filter:enum:a,b", "OfferFilter would mean two things in app/schemas.py"),
        ("Offer create:enum:a,b", "OfferCreate would mean two things in app/schemas.py"),
        ("Field name:str", "the name Field means something else"),
        ("Health name:str", "app/routes/health.py is there already"),
    ],
)
def test_a_name_that_would_mean_two_things_is_refused(line: str, reason: str) -> None:
    host = house_draft()
    without_exemplars(host, {"Label", "Tag"})
    with pytest.raises(UsageError, match=reason) as caught:
        transfer_resource(host, house_draft(), read_resource_line(line))
    assert caught.value.remedy


def test_what_is_called_as_a_role_of_others_is_not_taken_for_theirs() -> None:
    """Where there are resources called Page, Test and Valid, a comment's page is a comment's."""
    host = house_draft()
    for line in ("Page body:text", "Test name:str", "Valid until:date", "Email address:email"):
        transfer_resource(host, house_draft(), read_resource_line(line))
    facts = survey(host)
    table = facts.table("Comment")
    assert table is not None
    comment = Exemplar(host, facts, table)
    factories = [n for s in comment.definitions("tests/factories.py") for n in s.names]
    assert factories == ["valid_comment", "changed_comment", "make_comment"]
    assert "CommentPage" in [n for s in comment.definitions("app/schemas.py") for n in s.names]


@pytest.mark.parametrize("odd", ["Test", "List", "Page", "Router", "Valid", "Order", "Email"])
def test_nothing_is_learnt_from_a_noun_that_means_much_else(odd: str) -> None:
    """What follows it is what it would be without it."""
    made = []
    for lines in ([f"{odd} name:str:1..80 code:str:9:unique"], []):
        host = house_draft()
        without_exemplars(host, set())
        for line in [*lines, "Invoice number:str:1..40:unique total:decimal"]:
            transfer_resource(host, house_draft(), read_resource_line(line))
        made.append([host.text(path) for path in chain_of(names_of("Invoice"))])
        assert host.text("tests/factories.py").count("def email(") == 1
    assert made[0] == made[1]


def test_nothing_is_learnt_about_a_noun_that_is_its_own_plural() -> None:
    """`mail` is one and many, so tests about a mail, or of one, cannot be told as of another."""
    host = house_draft()
    without_exemplars(host, set())
    for line in (
        "Log line:text",
        "Mail subject:str log:ref:Log:optional",
        "Container image:str mails:many:Mail",
        "Worker host:str container:ref:Container",
    ):
        transfer_resource(host, house_draft(), read_resource_line(line))
    code = host.text("tests/test_workers.py")
    assert "make_worker(" in code
    assert "make_workers" not in code
