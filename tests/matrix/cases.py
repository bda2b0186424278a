"""The matrix: what `new` and `add resource` are asked for, each a whole project that must stand.

Between them they have every field word, both kinds of relation, owned and shared rows, with and
without authentication, both databases, irregular plurals, and names that are words of Python,
SQL or of the house itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A project to make, and resources to add to it afterwards."""

    name: str
    resources: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


EVERY_WORD = (
    "Sample title:str:1..200 code:str:12:unique label:str notes:text:optional story:text:3..5000 "
    "done:bool:default=false public:bool priority:int:1..5:default=3:index stock:int:0.. n:int "
    "price:decimal:10,2 rate:decimal:5,4:0..1:default=0.5 tax:decimal:optional "
    "status:enum:open,closed:default=open mood:enum:very-good,so_so mail:email:unique "
    "contact:email:optional due:date:optional made:date:default=today at:datetime "
    "seen:datetime:default=now key:uuid tag:uuid:unique site:url:optional home:url "
    "score:float share:float:0..1:default=0.25 meta:json extra:json:default={}"
)

CASES = (
    Case("exemplars"),
    Case("every-word", (EVERY_WORD,)),
    Case("every-word-shared", options=("--no-auth",), resources=(EVERY_WORD,)),
    Case("every-word-sqlite", options=("--database", "sqlite"), resources=(EVERY_WORD,)),
    Case(
        "shop",
        (
            "Product name:str:1..120 price:decimal:10,2 stock:int:0..",
            "Review rating:int:1..5 body:text product:ref:Product",
        ),
        added=("Category name:str:1..60:unique products:many:Product",),
    ),
    Case(
        "cascade",
        (
            "Board name:str:1..80",
            "Card title:str:1..200 board:ref:Board:cascade previous:ref:Card:optional",
        ),
        added=("Person name:str:1..80 cards:many:Card favorite:ref:Card:optional",),
    ),
    Case(
        "two-links",
        (
            "Color name:str:1..30:unique",
            "Size name:str:1..30:unique",
            "Shirt name:str:1..80 colors:many:Color sizes:many:Size trims:many:Color",
        ),
        added=("Order buyer:ref:Shirt seller:ref:Shirt:optional total:decimal:12,2",),
    ),
    Case(
        "keywords",
        (
            "Order total:decimal:12,2 select:bool table:str:40",
            "Class title:str:1..80 group:str:20 order:ref:Order",
            "Group name:str:1..80 limit:int:0..:default=10 classes:many:Class",
        ),
        added=("Status name:str:30:unique", "APIKey name:str:80 key:uuid:unique"),
    ),
    Case(
        "words-of-the-house",
        (
            "Client data:json query:text:optional cursor:str:20",
            "Item value:float items:int sort:int:optional",
            "Request title:str:1..80 client:ref:Client item:ref:Item:optional",
        ),
        added=("Page statement:text response:str:80", "Link href:url"),
    ),
    Case(
        "odd-names",
        (
            "Test name:str:1..80 type:str:1..20 path:str:1..40 client:str:1..20",
            "List title:str:1..80 limit:int:0.. cursor:str:1..20 sort:int",
            "Type name:str:1..40 filter:str:1..20 hash:str:1..40",
            "Schema version:int:1.. set:str:1..20 owner:str:1..40 password:str:1..40",
            "Property value:decimal:10,2 type:ref:Type tests:many:Test",
            "Page body:text time:datetime:default=now",
            "Import url:url:optional session:str:1..20 data:json statement:text:optional",
        ),
        ("--database", "sqlite"),
        added=(
            "Valid until:date",
            "License key:uuid:unique lists:many:List page:ref:Page:optional",
        ),
    ),
    Case(
        "files-of-the-house",
        (
            "Log line:text level:int:1..5:default=1",
            "Mail subject:str:1..80 log:ref:Log:optional",
            "Migration name:str:1..80 weight:decimal:6,2:0.5..",
            "Container image:str:1..200 mails:many:Mail",
        ),
        added=("Worker host:str:1..80 share:float:0..1 container:ref:Container",),
    ),
    Case(
        "no-auth",
        ("User name:str:1..80 email:email:unique", "Post title:str:1..200 author:ref:User"),
        ("--no-auth",),
        added=("Tag name:str:1..30:unique posts:many:Post",),
    ),
    Case("no-auth-exemplars", options=("--no-auth",)),
    Case("sqlite-exemplars", options=("--database", "sqlite")),
    Case(
        "sqlite",
        ("Note text:text done:bool:default=false", "Tag name:str:1..30:unique notes:many:Note"),
        ("--database", "sqlite"),
        added=("Category name:str:1..40 parent:ref:Category:optional",),
    ),
    Case(
        "sqlite-no-auth",
        ("Person name:str:1..80", "Address street:str:1..200 person:ref:Person:cascade"),
        ("--database", "sqlite", "--no-auth"),
        added=("City name:str:1..80:unique addresses:many:Address",),
    ),
)

ADDED_TO_EXEMPLARS = (
    ("Invoice number:str:1..40:unique total:decimal:12,2 project:ref:Project", ()),
    ("Country name:str:1..80:unique code:str:2..2:unique", ("--owner", "none")),
    ("Region name:str:1..80 labels:many:Label category:ref:Category", ("--owner", "none")),
    ("Meeting at:datetime tasks:many:Task category:ref:Category:optional", ()),
    ("News headline:str:1..200 body:text:1..10000", ()),
    ("Analysis summary:text task:ref:Task:cascade tags:many:Tag labels:many:Label", ()),
)
