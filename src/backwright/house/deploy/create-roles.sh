#!/bin/bash
# Runs once, when the primary's data directory is made. The application gets a role that owns its
# database and nothing else. The superuser loses its password: it is reached in the container only
# (docker compose exec db psql --username postgres).
set -euo pipefail

if [[ ! "$POSTGRES_PASSWORD" =~ ^[A-Za-z0-9]+$ ]]; then
    echo "POSTGRES_PASSWORD becomes a part of a URL: take letters and digits only, then begin" >&2
    echo "again without the half-made volume: docker compose down --volumes" >&2
    exit 1
fi
psql --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv password POSTGRES_PASSWORD
CREATE ROLE app LOGIN PASSWORD :'password';
CREATE DATABASE app OWNER app;
REVOKE CONNECT ON DATABASE app FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
