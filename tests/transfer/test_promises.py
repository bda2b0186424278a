"""A route promises 404 for what a new row refers to, and only then."""

import pytest

from backwright.transfer.promises import promising

ROUTES = '''
@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=errors({codes}),
)
async def create_pet(data: PetCreate) -> Response:
    """Create a pet."""


@router.patch("/{{pet_id}}", responses=errors(400, 404, 409, 413))
async def update_pet(pet_id: UUID, data: PetUpdate) -> Response:
    """Change a pet."""
'''
WITH, WITHOUT = "400, 404, 409, 413", "400, 409, 413"


@pytest.mark.parametrize("before", [WITH, WITHOUT])
@pytest.mark.parametrize(("refers", "after"), [(True, WITH), (False, WITHOUT)])
def test_creating_promises_404_just_where_rows_refer(before: str, refers: bool, after: str) -> None:
    made = promising(ROUTES.format(codes=before), refers=refers)
    assert made == ROUTES.format(codes=after)


def test_routes_that_promise_otherwise_are_left_alone() -> None:
    code = ROUTES.replace("errors(", "described(").format(codes=WITH)
    assert promising(code, refers=False) == code
