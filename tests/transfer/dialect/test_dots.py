"""Where dots lead from one module to another, and where they cannot."""

import pytest

from backwright.transfer.dialect.bound import relative_module, share_a_package


@pytest.mark.parametrize(
    ("importer", "imported", "root", "module"),
    [
        ("app/routes/pets.py", "app/models/pet.py", "", "..models.pet"),
        ("backend/app/routes.py", "backend/app/models.py", "backend/", ".models"),
        ("api/pets.py", "app/models.py", "", None),
        ("backend/api/pets.py", "backend/app/models.py", "backend/", None),
        ("main.py", "models.py", "", None),
    ],
)
def test_dots_lead_within_a_package_only(
    importer: str, imported: str, root: str, module: str | None
) -> None:
    assert share_a_package(importer, imported, root) is (module is not None)
    if module:
        assert relative_module(importer, imported) == module
