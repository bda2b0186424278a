#!/bin/bash
# Runs once, when the primary's data directory is made. The application gets a role that owns its
# database and nothing else. The superuser loses its password: it is reached in the container only
# (docker compose exec db psql --username postgres).
set -euo pipefail

psql --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv password POSTGRES_PASSWORD
CREATE ROLE app LOGIN PASSWORD :'password';
CREATE DATABASE app OWNER app;
REVOKE CONNECT ON DATABASE app FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
