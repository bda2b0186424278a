#!/bin/bash
# The replica: copies the primary once, then follows it and answers reads.
set -euo pipefail

if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    # -R writes where the primary is; -C makes a slot there, so that it keeps what we have not read yet.
    pg_basebackup -h "$PRIMARY_HOST" -D "$PGDATA" -X stream -C -S replica -R
fi
exec postgres -c hot_standby_feedback=on
