"""An error that is called after the field that rows are found by is called after the new one."""

from tests.transfer.carry.test_cases import facts_of
from tests.transfer.carry.writer import PlainWriter

from backwright.transfer.carry import Part, carry

ERRORS = '''\
class DuplicateSlugError(ConflictError):
    """Raised when slug already exists."""

    def __init__(self, slug: str) -> None:
        super().__init__(message=f"Slug '{slug}' is already taken")
'''
SERVICE = """\
class NoteService:
    async def create_note(self, data: NoteCreate) -> Note:
        if await self.repository.get_by_slug(data.slug):
            raise DuplicateSlugError(slug=data.slug)
        return await self.repository.create(data)
"""
TESTS = """\
def test_slug_is_taken() -> None:
    error = DuplicateSlugError(slug="first")
    assert error.message == "Slug 'first' is already taken"
"""


def test_an_error_tells_of_one_field_and_is_no_row() -> None:
    facts = facts_of(
        "old Note slug:str:unique\nnew Memo code:str:unique text:text amount:decimal:10,2\n"
    )
    parts = [
        Part("errors.py", ERRORS, "service"),
        Part("service.py", SERVICE, "service"),
        Part("test_errors.py", TESTS, "test"),
    ]
    codes = carry(parts, facts, PlainWriter(facts.new)).codes
    assert "def __init__(self, code: str)" in codes["errors.py"]
    assert "f\"Code '{code}' is already taken\"" in codes["errors.py"]
    assert "(code=data.code)" in codes["service.py"]
    assert "text" not in codes["service.py"]
    assert "== \"Code '" in codes["test_errors.py"]
