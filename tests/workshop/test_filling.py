"""Rows for every table: the schemas that people have, and the ones that cannot be filled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backwright.host.postgres import Cluster
from backwright.workshop.bench import Database
from backwright.workshop.catalog import read_catalog
from backwright.workshop.filling import ROWS, checksums, fill

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE "user" (
    id uuid PRIMARY KEY, email varchar(60) NOT NULL UNIQUE CHECK (email = lower(email)),
    mood mood NOT NULL, "select" text, created timestamptz NOT NULL DEFAULT now(), tags text[] NOT NULL,
    settings jsonb NOT NULL, address inet NOT NULL, picture bytea NOT NULL, born date NOT NULL,
    wakes time NOT NULL, rest interval NOT NULL, period tstzrange NOT NULL, level positive NOT NULL);
CREATE TABLE project (
    owner_id uuid NOT NULL REFERENCES "user" ON DELETE CASCADE, id uuid NOT NULL,
    name varchar(3) NOT NULL, PRIMARY KEY (owner_id, id), UNIQUE (owner_id, name));
CREATE TABLE task (
    owner_id uuid NOT NULL REFERENCES "user", id uuid NOT NULL, project_id uuid NOT NULL,
    priority integer NOT NULL CHECK (priority BETWEEN 10 AND 12),
    title text NOT NULL CHECK (char_length(title) >= 20), state varchar NOT NULL
        CHECK (state IN ('open', 'shut')), price numeric(8, 2) NOT NULL CHECK (price > 100.5),
    ratio double precision NOT NULL CHECK (ratio >= 0 AND ratio <= 1),
    starts date NOT NULL, ends date NOT NULL, CHECK (starts < ends),
    low integer NOT NULL, high integer NOT NULL, CHECK (low <= high),
    total integer GENERATED ALWAYS AS (low + high) STORED,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, project_id) REFERENCES project (owner_id, id));
CREATE TABLE tag (id serial PRIMARY KEY, name text NOT NULL, flag boolean NOT NULL);
CREATE UNIQUE INDEX tag_name ON tag (lower(name));
CREATE TABLE task_tag (
    owner_id uuid, task_id uuid, tag_id integer REFERENCES tag, PRIMARY KEY (owner_id, task_id, tag_id),
    FOREIGN KEY (owner_id, task_id) REFERENCES task (owner_id, id));
CREATE TABLE page (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint REFERENCES page);
CREATE TABLE attachment (
    id serial PRIMARY KEY, page_id bigint REFERENCES page, tag_id integer REFERENCES tag,
    CHECK (num_nonnulls(page_id, tag_id) = 1));
CREATE TABLE chicken (id serial PRIMARY KEY, egg_id integer);
CREATE TABLE egg (id serial PRIMARY KEY, chicken_id integer NOT NULL REFERENCES chicken);
ALTER TABLE chicken ADD FOREIGN KEY (egg_id) REFERENCES egg;
CREATE TABLE billing.invoice ("Weird Name" text NOT NULL PRIMARY KEY, user_id uuid NOT NULL REFERENCES "user");
CREATE TABLE one_column (id serial PRIMARY KEY);
CREATE TABLE parted (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE impossible (code text NOT NULL CHECK (code ~ '^[A-Z]{3}[0-9]{9}$'));
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
"""


@pytest.fixture
def database(cluster: Cluster) -> Database:
    return Database({}, cluster.create_database(cluster.fresh_name("filling")))


def test_every_table_that_can_be_filled_is(cluster: Cluster, database: Database) -> None:
    assert database.address is not None
    cluster.execute(SCHEMA, database=database.address.database)
    catalog = read_catalog(database, cluster)
    names = {table.name for table in catalog.tables}
    assert {'"user"', "billing.invoice", "parted"} <= names
    assert not {"alembic_version", "parted_2024"} & names
    filled = fill(database, catalog, cluster)
    assert set(filled.empty) == {"impossible"}
    assert "impossible_code_check" in filled.empty["impossible"]
    counts = checksums(database, {name: () for name in names if name != "one_column"}, cluster)
    assert {name for name, (rows, _) in counts.items() if rows < ROWS} == {"impossible"}
    owners = cluster.query(
        "SELECT json_agg(t.owner_id = p.owner_id) FROM task t JOIN project p ON p.id = t.project_id",
        database=database.address.database,
    )
    assert owners == [True] * ROWS


def test_checksums_see_every_change(cluster: Cluster, database: Database) -> None:
    assert database.address is not None
    name = database.address.database
    cluster.execute(
        "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, NULL), (2, 'x')", database=name
    )
    columns = {"t": ("a", "b")}
    first = checksums(database, columns, cluster)
    assert first["t"][0] == 2
    cluster.execute("UPDATE t SET b = '' WHERE a = 1", database=name)
    second = checksums(database, columns, cluster)
    assert second != first
    assert checksums(database, {"t": ("a",)}, cluster) == checksums(
        database, {"t": ("a",)}, cluster
    )
    cluster.execute("UPDATE t SET a = 3 WHERE a = 1", database=name)
    assert checksums(database, {"t": ("b",)}, cluster) != checksums(
        database, {"t": ("a",)}, cluster
    )


def test_the_schema_tells_every_difference(cluster: Cluster, database: Database) -> None:
    assert database.address is not None
    name = database.address.database
    cluster.execute("CREATE TABLE t (a int)", database=name)
    seen = {read_catalog(database, cluster).schema}
    for change in (
        "ALTER TABLE t ADD b text",
        "ALTER TABLE t ALTER b SET NOT NULL",
        "ALTER TABLE t ALTER b SET DEFAULT 'x'",
        "CREATE INDEX i ON t (a)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
        "CREATE TYPE e AS ENUM ('x')",
        "ALTER TYPE e ADD VALUE 'y'",
        "CREATE SEQUENCE s",
        "CREATE VIEW v AS SELECT 1 AS one",
    ):
        cluster.execute(change, database=name)
        schema = read_catalog(database, cluster).schema
        assert schema not in seen, change
        seen.add(schema)


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(4) NOT NULL UNIQUE,
                key CHAR(32) NOT NULL, at DATETIME NOT NULL, age INTEGER NOT NULL CHECK (age >= 18),
                "rank" BIGINT NOT NULL CONSTRAINT in_range CHECK ("rank" BETWEEN 1 AND 5),
                kind VARCHAR(3) NOT NULL CHECK (kind IN ('cat', 'dog')), data JSON NOT NULL);
            CREATE TABLE pet (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
                price NUMERIC(8, 2) NOT NULL, raw BLOB NOT NULL, active BOOLEAN NOT NULL);
            CREATE INDEX ix ON pet (person_id);
            """
        )
    connection.close()
    database = Database({}, None, path)
    catalog = read_catalog(database, None)
    filled = fill(database, catalog, None)
    assert (filled.rows, filled.tables, filled.empty) == (2 * ROWS, 2, {})
    first = checksums(database, {"pet": ("id", "price")}, None)
    assert first["pet"][0] == ROWS
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE pet SET price = 1 WHERE id = 2")
    connection.close()
    assert checksums(database, {"pet": ("id", "price")}, None) != first
