"""Entity diagrams: every table once, no two on top of each other, references where they belong."""

import itertools
import re
import xml.etree.ElementTree as ElementTree

import pytest
from tests.inspect.documents import column, model, reference

from backwright.report.inspect_layout import Box, find_hubs, lay_out
from backwright.report.inspect_mermaid import mermaid_diagram
from backwright.report.inspect_svg import svg_diagram

SVG = "{http://www.w3.org/2000/svg}"


def overlap(one: Box, other: Box) -> bool:
    return not (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def chain(count: int) -> list:
    """Tables that each refer to the two before, and some that refer to none."""
    models = [model("t0")]
    for number in range(1, count):
        before = {max(0, number - 1), max(0, number - 2)} if number % 5 else set()
        models.append(model(f"t{number}", *(reference(f"t{one}") for one in sorted(before))))
    return models


@pytest.mark.parametrize("count", [1, 2, 20, 60, 106])
def test_no_two_tables_overlap_and_all_lie_inside(count: int) -> None:
    diagram = lay_out(chain(count))
    assert [box.model["table"] for box in diagram.boxes] == [f"t{n}" for n in range(count)]
    assert not any(overlap(a, b) for a, b in itertools.combinations(diagram.boxes, 2))
    for box in diagram.boxes:
        assert box.x >= -1
        assert box.y >= -1
        assert box.x + box.width <= diagram.width + 1
        assert box.y + box.height <= diagram.height + 1


def test_a_line_ends_at_the_row_of_its_column() -> None:
    diagram = lay_out([model("user"), model("item", column("title"), reference("user"))])
    (line,) = diagram.lines
    user, item = diagram.boxes
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", line.path)]
    row = [one.name for one in item.rows].index("user_id")
    assert numbers[0] == pytest.approx(user.x + user.width, abs=2)
    assert numbers[1] == pytest.approx(user.y + 15, abs=2)
    assert numbers[-2] == pytest.approx(item.x, abs=2)
    assert numbers[-1] == pytest.approx(item.y + 30 + 20 * row + 10, abs=2)


def test_each_line_belongs_to_its_reference() -> None:
    models = [model("a"), model("b", reference("a")), model("c", reference("b"), reference("a"))]
    diagram = lay_out(models)
    named = {(one.parent, one.child, one.column) for one in diagram.lines}
    assert named == {(0, 1, "a_id"), (1, 2, "b_id"), (0, 2, "a_id")}
    for line in diagram.lines:
        start = float(re.findall(r"-?[\d.]+", line.path)[0])
        parent = diagram.boxes[line.parent]
        assert start == pytest.approx(parent.x + parent.width, abs=2)


def test_kinds_of_references() -> None:
    models = [
        model("user"),
        model("profile", reference("user", unique=True)),
        model("post", reference("user", nullable=True)),
        {**model("extra"), "columns": [reference("user", primary_key=True)]},
    ]
    found = {one.child: (one.unique, one.optional) for one in lay_out(models).lines}
    assert found == {1: (True, False), 2: (False, True), 3: (True, False)}


def test_hubs_are_named_and_not_drawn() -> None:
    models = [model("tenant"), *(model(f"t{n}", reference("tenant")) for n in range(12))]
    assert find_hubs(models) == {"tenant"}
    assert lay_out(models).lines == ()
    text = svg_diagram(models)
    assert "References to tenant are named in the tables, not drawn." in text
    assert text.count("→ tenant") >= 12


def test_a_reference_to_itself_and_to_nothing_known() -> None:
    diagram = lay_out([model("node", reference("node", nullable=True), reference("elsewhere"))])
    assert [(one.parent, one.child) for one in diagram.lines] == [(0, 0)]


def test_many_tables_show_their_keys_only() -> None:
    models = [model(f"t{n}", column("one"), column("two")) for n in range(21)]
    rows = lay_out(models).boxes[0].rows
    assert [one.name for one in rows] == ["id", "+ 2 columns"]


def test_two_tables_of_one_name_are_both_drawn() -> None:
    diagram = lay_out([model("item"), model("item", line=40), model("part", reference("item"))])
    assert len(diagram.boxes) == 3
    assert [(one.parent, one.child) for one in diagram.lines] == [(0, 2)]


def test_svg_is_well_formed_and_escapes() -> None:
    tree = ElementTree.fromstring(svg_diagram([model('x<"&', column("<b>", "Dict[str, '<i>']"))]))
    names = [one.text for one in tree.iter(f"{SVG}text")]
    assert "<b>" in names
    assert tree.find(f".//{SVG}a") is not None


def test_no_tables_is_an_empty_picture() -> None:
    ElementTree.fromstring(svg_diagram([]))
    assert mermaid_diagram([]) == "erDiagram\n"


def test_mermaid() -> None:
    models = [
        model("user", column("email", "String(255)", unique=True)),
        model("order", reference("user", nullable=True), column("kind", "Enum(Kind, name='kind')")),
    ]
    assert mermaid_diagram(models).splitlines() == [
        "erDiagram",
        "    user {",
        "        int id PK",
        "        String(255) email UK",
        "    }",
        "    order {",
        "        int id PK",
        '        int user_id FK "nullable"',
        "        Enum kind",
        "    }",
        "    user |o--o{ order : user_id",
    ]


def test_mermaid_words_are_words() -> None:
    models = [model("auth.user-1"), model("2fa", column("a b", "list[dict[str, Any]]"))]
    lines = mermaid_diagram(models).splitlines()
    assert "    auth_user_1 {" in lines
    assert "    t_2fa {" in lines
    assert "        list[dict[str_Any]] a_b" in lines
