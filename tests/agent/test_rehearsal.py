"""`backwright do --dry-run`: plan and diff of all steps, each on the one before; nothing is written."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import backwright.agent.rehearsal as rehearsal
from backwright.agent.delegate import Delegation, delegate
from backwright.agent.performing import Done, Setting, perform
from backwright.agent.planner import Step
from backwright.errors import VerificationError

HOSTS = Path(__file__).parents[1] / "hosts"
INVOICE = "Add a resource Invoice (number string max 20, total money, no owner)"
RELATED = f"{INVOICE}, then link products and invoices many-to-many, and then audit it"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with products, in the environment that the tests run in."""
    return host("layered", tmp_path)


def host(name: str, folder: Path) -> Path:
    root = Path(shutil.copytree(HOSTS / name / "before", folder / name))
    (root / ".venv").symlink_to(sys.prefix)
    return root


def do(task: str, root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = run(task, root, "--json", "--dry-run", *words)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def run(task: str, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "backwright", "do", task, "--project", str(root), *words]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(line, capture_output=True, text=True, check=False, env=variables)


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {".venv", ".git"} & set(path.relative_to(root).parts)
    }


def applied(diff: str, root: Path) -> Path:
    """Put a diff into a project, as git does."""
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=root, check=True)
    return root


def notes(document: dict[str, Any]) -> str:
    return "\n".join(note["text"] for note in document["notes"])


def test_one_change_shows_its_own_plan_and_diff(shop: Path) -> None:
    before = snapshot(shop)
    code, document = do("add a sku (string, max 32, optional) to products", shop)
    assert code == 0
    assert document["dry_run"]
    assert document["verified"] == []
    assert document["undo"] is None
    assert snapshot(shop) == before
    assert {"step": "add field: model", "files": ["shop/models/product.py"]} in document["plan"]
    paths = {file["path"] for file in document["files"]}
    assert {"shop/models/product.py", "shop/schemas/product.py"} <= paths
    assert "diff" not in document["results"][0]  # it is the whole's
    assert "sku" in (applied(document["diff"], shop) / "shop/models/product.py").read_text()


def test_a_change_stands_on_the_one_before_and_a_judge_in_the_plan_alone(shop: Path) -> None:
    before = snapshot(shop)
    code, document = do(RELATED, shop)
    assert code == 0, document
    assert snapshot(shop) == before
    assert len(document["commands"]) == 3
    assert [one["command"] for one in document["results"]] == ["add resource", "add relation"]
    assert document["plan"][-1] == {"step": "backwright audit", "files": []}
    assert "`backwright audit`, which runs on what there is by then" in notes(document)
    diff = document["diff"]
    touched = re.findall(r"^diff --git a/(\S+)", diff, re.MULTILINE)
    assert sorted(touched) == sorted(file["path"] for file in document["files"])
    assert len(set(touched)) == len(touched)
    invoice = (applied(diff, shop) / "shop/models/invoice.py").read_text()
    assert 'relationship(\n        secondary="product_invoices"' in invoice  # of the second step


def test_on_a_terminal_the_diff_follows_the_plan(shop: Path) -> None:
    done = run(f"{INVOICE}, and audit it", shop, "--dry-run")
    assert done.returncode == 0
    plan, _, rest = done.stdout.partition("diff --git ")
    assert "The same as commands:\n  backwright add resource Invoice" in plan
    assert "note not part of the dry run: `backwright audit`" in rest
    assert (applied(done.stdout, shop) / "shop/models/invoice.py").is_file()


def test_a_required_field_is_asked_about_and_the_answer_is_taken(shop: Path) -> None:
    before = snapshot(shop)
    task = "add a required warehouse (string, max 40) to products"
    code, document = do(task, shop)
    assert code == 3
    assert document["question"]["key"] == "existing-rows"
    code, document = do(task, shop, "--answer", "existing-rows=optional")
    assert code == 0
    assert "warehouse: Mapped[str | None]" in document["diff"]
    assert snapshot(shop) == before


def test_what_a_later_step_asks_is_asked(shop: Path) -> None:
    code, document = do(
        f"{INVOICE}, then add a required warehouse (string, max 40) to products", shop
    )
    assert code == 3
    assert document["question"]["key"] == "existing-rows"


def test_each_migration_follows_the_one_before(tmp_path: Path) -> None:
    root = host("domains", tmp_path)
    before = snapshot(root)
    code, document = do(f"{INVOICE}, then link notes and invoices many-to-many", root)
    assert code == 0, document
    assert snapshot(root) == before
    steps = {one["step"]: one["files"] for one in document["plan"]}
    [first], [second] = steps["add resource: migration"], steps["add relation: migration"]
    applied(document["diff"], root)
    revisions = {path: (root / path).read_text() for path in (first, second)}
    named = {
        path: re.search(r"^revision = '(\w+)'", text, re.M) for path, text in revisions.items()
    }
    assert named[first]
    assert f"down_revision = '{named[first][1]}'" in revisions[second]
    made = [re.findall(r"create_table\(\s+'(\w+)'", text) for text in revisions.values()]
    assert made == [["invoices"], ["note_invoices"]]


def test_a_migration_that_is_not_in_the_diff_is_told_of(tmp_path: Path) -> None:
    code, document = do(INVOICE, host("domains", tmp_path))
    assert code == 0
    assert "also writes a migration, which is not in this diff" in notes(document)


def test_what_follows_an_undo_is_not_planned(shop: Path) -> None:
    code, document = do(
        "take back the last change, then add an optional remark (text) to products", shop
    )
    assert code == 0
    assert [one["step"].split()[1] for one in document["plan"]] == ["undo", "add"]
    assert document["diff"] == ""
    assert "which stands on what `backwright undo` leaves" in notes(document)


def test_a_step_that_cannot_be_planned_yet_is_a_note(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(step: Step, setting: Setting) -> Done:
        if step.verb == "add relation":
            raise VerificationError("there is no such table yet", [])
        return perform(step, setting)

    monkeypatch.setattr(rehearsal, "perform", failing)
    change = delegate(Delegation(shop, RELATED, dry_run=True), lambda _: None).change
    assert "shop/models/invoice.py" in {file.path for file in change.files}
    told = [note.text for note in change.notes if "backwright add relation" in note.text]
    assert "there is no such table yet" in told[0]
    assert "which stands on what `backwright add relation" in told[1]  # the audit


@pytest.mark.slow
def test_a_new_project_and_a_step_in_it(tmp_path: Path) -> None:
    task = "backwright new shelf --resource 'Book title:str:1..60' --database sqlite\nbackwright add version v2"
    code, document = do(task, tmp_path)
    assert code == 0, document
    assert list(tmp_path.iterdir()) == []
    assert {file["action"] for file in document["files"]} == {"create"}
    made = tmp_path / "made"
    made.mkdir()
    applied(document["diff"], made)
    assert (made / "app/services/book_service.py").is_file()
    assert "/api/v2" in (made / "app/main.py").read_text()


@pytest.mark.slow
def test_what_is_asked_of_a_step_after_new_is_asked_before_anything_is_made(tmp_path: Path) -> None:
    task = "backwright new shelf --database sqlite\nbackwright add rate-limit --limit 5/minute"
    done = run(task, tmp_path, "--json")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["question"]["key"] == "existing"
    assert list(tmp_path.iterdir()) == []
