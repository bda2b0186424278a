"""Renaming: every form of a name, in code, strings, docstrings and comments, by its context."""

import pytest

from backwright.spec.names import names_of
from backwright.transfer.rename import Renaming, rename_code

SOURCE = '''
"""Tasks: a task of a user. Every task is read by `Task`."""
router = APIRouter(prefix="/tasks", tags=["tasks"])
class TaskCreate(Base):
    """What a client sends to create a task."""
@router.get("/{task_id}")
async def read_task(task_id: UUID) -> TaskPublic:
    task = await task_service.get_task(task_id)
    raise NotFoundError("Task not found")  # a task of another user
    location = f"/api/v1/tasks/{task.id}"
TASKS = list["Task"]
async def test_a_task_is_made(): pass
multitask = subtask_of(tasking)
'''


def renamed(new: str, source: str = SOURCE, **options: object) -> str:
    return rename_code(source, Renaming(((names_of("Task"), names_of(new)),), **options))  # type: ignore[arg-type]


def test_one_word() -> None:
    code = renamed("Order")
    assert '"""Orders: an order of a user. Every order is read by `Order`."""' in code
    assert 'APIRouter(prefix="/orders", tags=["orders"])' in code
    assert "order = await order_service.get_order(order_id)" in code
    assert 'NotFoundError("Order not found")  # an order of another user' in code
    assert 'ORDERS = list["Order"]' in code
    assert "test_an_order_is_made" in code


def test_a_path_of_several_words_gives_a_plural() -> None:
    words = Renaming(((names_of("BlogPost"), names_of("Review")),))
    assert words.string('"/api/v1/blog-posts"') == '"/api/v1/reviews"'
    assert words.string('"/blog-post/draft"') == '"/review/draft"'


def test_several_words_take_the_form_of_their_place() -> None:
    code = renamed("APIKey")
    assert 'APIRouter(prefix="/api-keys", tags=["api-keys"])' in code
    assert '@router.get("/{api_key_id}")' in code
    assert "class APIKeyCreate(Base):" in code
    assert '"API key not found"' in code
    assert 'f"/api/v1/api-keys/{api_key.id}"' in code


def test_a_name_in_capitals_stays_in_capitals() -> None:
    words = Renaming(((names_of("Task"), names_of("CallNote")),))
    assert words.string("# LIST TASKS") == "# LIST CALL NOTES"
    assert words.string("# ---- TASK ROUTES ----") == "# ---- CALL NOTE ROUTES ----"
    assert words.string("# TASKS: what a task is") == "# CALL NOTES: what a call note is"
    assert words.string("# TASK-SPECIFIC") == "# CALL-NOTE-SPECIFIC"
    assert (
        words.string('"""Reads `TASKS` by TASK_KEY."""')
        == '"""Reads `CALL_NOTES` by CALL_NOTE_KEY."""'
    )
    back = Renaming(((names_of("CallNote"), names_of("Order")),))
    assert back.string("# A CALL NOTE") == "# AN ORDER"
    assert back.string("# LIST CALL NOTES") == "# LIST ORDERS"


def test_an_acronym_is_not_said_in_capitals() -> None:
    words = Renaming(((names_of("Faq"), names_of("Label")),))
    assert words.string('"FAQ not found"') == '"Label not found"'
    assert words.string("# ALL FAQS") == "# ALL LABELS"
    words = Renaming(((names_of("APIKey"), names_of("Label")),))
    assert words.string("# every API key") == "# every label"
    assert words.string("# API KEYS") == "# LABELS"
    words = Renaming(((names_of("API"), names_of("Label")),))
    assert words.string("# every API") == "# every label"


def test_an_irregular_plural() -> None:
    code = renamed("Person")
    assert 'prefix="/people"' in code
    assert "PEOPLE = " in code


def test_a_plural_is_known_though_it_is_misspelt() -> None:
    words = Renaming(((names_of("Hero"), names_of("Category")),))
    assert words.path("heros.py") == words.path("heroes.py") == "categories.py"
    assert words.identifier("read_heros") == "read_categories"
    assert words.string('"/heros/"') == '"/categories/"'
    assert words.string("# all heros and heroes") == "# all categories and categories"


def test_the_nouns_of_an_exemplar_of_several_words_are_found() -> None:
    renaming = Renaming(((names_of("APIKey"), names_of("BlogPost")),))
    source = '''
"""API keys: an API key of a user. An API key is found by `APIKey`, or by its api key hash."""
assert_error(answer, "API key not found")
raise NotFoundError("Api key not found")
'''
    assert (
        rename_code(source, renaming)
        == '''
"""Blog posts: a blog post of a user. A blog post is found by `BlogPost`, or by its blog post hash."""
assert_error(answer, "Blog post not found")
raise NotFoundError("Blog post not found")
'''
    )


def test_what_is_not_counted_has_no_article() -> None:
    source = '''
"""A task as its owner sees it. Create a task, or a new task; a `Task` is a thing."""
async def test_a_task_is_made(): pass
'''
    assert (
        renamed("News", source)
        == '''
"""News as its owner sees it. Create news, or new news; `News` is a thing."""
async def test_news_is_made(): pass
'''
    )


def test_a_keyword_is_no_variable() -> None:
    code = renamed("Class")
    assert "class_ = await class_service.get_class(class_id)" in code
    compile(code.replace("await ", ""), "renamed", "exec")


def test_a_part_of_a_longer_word_stays() -> None:
    assert "multitask = subtask_of(tasking)" in renamed("Order")


def test_what_the_project_defines_elsewhere_stays() -> None:
    source = 'items = page["items"]\nitem = make_item(items)\n'
    renaming = Renaming(((names_of("Item"), names_of("Order")),), protected=frozenset({"items"}))
    assert rename_code(source, renaming) == 'items = page["items"]\norder = make_order(items)\n'


def test_several_names_at_once_do_not_chase_each_other() -> None:
    renaming = Renaming(((names_of("Task"), names_of("Tag")), (names_of("Tag"), names_of("Label"))))
    assert rename_code("TaskTag(task_id, tag_id)\n", renaming) == "TagLabel(tag_id, label_id)\n"


@pytest.mark.parametrize("new", ["Order", "APIKey", "Class", "News", "BlogPost", "Status"])
def test_what_is_renamed_still_parses_and_keeps_its_lines(new: str) -> None:
    code = renamed(new)
    compile(code, "renamed", "exec", flags=0x2000)
    assert len(code.splitlines()) == len(SOURCE.splitlines())


def test_a_noun_that_a_call_says_is_prose_and_a_type_is_not() -> None:
    code = renamed("APIKey", 'assert_not_found(answer, "Task")\nkeys: list["Task"] = []\n')
    assert code == 'assert_not_found(answer, "API key")\nkeys: list["APIKey"] = []\n'


def test_lines_under_a_bracket_stay_under_it() -> None:
    code = (
        "app.include_router(tasks.router,\n                   tags=TASKS)\nadd(task_id,\n    db)\n"
    )
    made = rename_code(code, Renaming(((names_of("Task"), names_of("CallNote")),)))
    assert made == (
        "app.include_router(call_notes.router,\n                   tags=CALL_NOTES)\n"
        "add(call_note_id,\n    db)\n"
    )
    made = rename_code("task(a,\n     b)\n", Renaming(((names_of("Task"), names_of("CallNote")),)))
    assert made == "call_note(a,\n          b)\n"
