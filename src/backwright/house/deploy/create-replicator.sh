#!/bin/bash
# Runs when the primary's data directory is made, and by hand before a first replica that comes later
# (docs/scaling.md). Replicas get a role that may copy everything; without a password there is none.
set -euo pipefail

if [[ -n "${REPLICATION_PASSWORD:-}" ]]; then
    psql --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv password REPLICATION_PASSWORD
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
SQL
    echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    psql --quiet --username=postgres --dbname=postgres --command="SELECT pg_reload_conf()" >/dev/null
fi
