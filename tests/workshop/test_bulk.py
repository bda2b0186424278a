"""Many rows in the database itself: of every type, within bounds, with references that lead somewhere."""

from __future__ import annotations

import pytest

from backwright.host.postgres import Cluster
from backwright.workshop.bench import Database
from backwright.workshop.bulk import fill_many
from backwright.workshop.catalog import read_catalog

TABLES = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE person (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(40) NOT NULL UNIQUE,
    manager_id int REFERENCES person,
    code char(6) NOT NULL,
    age smallint NOT NULL CHECK (age >= 18 AND age <= 99),
    upper_email text GENERATED ALWAYS AS (upper(email)) STORED
);
CREATE TABLE note (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id int NOT NULL REFERENCES person,
    mood mood NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    price numeric(5, 2) NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    tags text[] NOT NULL,
    meta jsonb NOT NULL,
    done boolean NOT NULL DEFAULT false
);
CREATE TABLE likes (
    person_id int REFERENCES person, note_id uuid REFERENCES note,
    PRIMARY KEY (person_id, note_id)
);
CREATE TABLE lonely (id int PRIMARY KEY, CHECK (id < 0 AND id > 0));
"""


@pytest.fixture
def database(cluster: Cluster) -> Database:
    address = cluster.create_database(cluster.fresh_name("bulk"))
    cluster.execute(TABLES, database=address.database)
    return Database({}, address)


def counted(cluster: Cluster, database: Database, expression: str) -> object:
    assert database.address is not None
    return cluster.query(f"SELECT to_json(({expression}))", database=database.address.database)


def test_rows_of_every_type(cluster: Cluster, database: Database) -> None:
    catalog = read_catalog(database, cluster)
    assert fill_many(database, catalog, cluster, {"note", "likes"}, 3_000) == {}
    count = "SELECT count(*) FROM"
    assert counted(cluster, database, f"{count} note") == 3_000
    assert counted(cluster, database, f"{count} person") == 100
    assert counted(cluster, database, f"{count} likes") == 3_000
    assert counted(cluster, database, f"{count} note JOIN person p ON p.id = owner_id") == 3_000
    assert counted(cluster, database, f"{count} likes JOIN note n ON n.id = note_id") == 3_000
    assert counted(cluster, database, "SELECT count(DISTINCT owner_id) FROM note") == 100
    assert counted(cluster, database, "SELECT count(DISTINCT mood) FROM note") == 2
    assert (
        counted(cluster, database, "SELECT min(age) >= 18 AND max(age) <= 99 FROM person") is True
    )


def test_what_cannot_be_filled_says_why(cluster: Cluster, database: Database) -> None:
    catalog = read_catalog(database, cluster)
    problems = fill_many(database, catalog, cluster, {"lonely"}, 10)
    assert list(problems) == ["lonely"]
    assert "lonely_id_check" in problems["lonely"]
