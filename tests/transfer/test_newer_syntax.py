"""Definitions in a syntax that is newer than the interpreter's are put behind what they need."""

from backwright.transfer.example.placing import place

MODULE = (
    "import os\n\n\ndef test_one(client):\n    assert client\n\n\ndef helper():\n    return 1\n"
)
NEW = (
    "def test_two(client):\n"
    '    headers = {"Authorization": f"Bearer {os.environ["TOKEN"]}"}\n'
    "    assert client.get('/', headers=headers)\n"
)


def test_an_f_string_with_its_own_quotes_inside_is_placed() -> None:
    made = place(MODULE, NEW, ["test_one"])
    assert made == MODULE.replace("\n\n\ndef helper", f"\n\n\n{NEW}\n\ndef helper")
