"""Resources that cannot be made are refused before anything is written."""

import pytest

from backwright.errors import UsageError
from backwright.spec.resource import read_resource_line
from backwright.tasks.house import Features, house_draft
from backwright.transfer.resource import transfer_resource


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
