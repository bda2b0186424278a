#!/bin/bash
# The replica: copies the primary once, then follows it and answers reads.
set -euo pipefail
: "${PGPASSWORD:?set REPLICATION_PASSWORD in .env}"

if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
    # The slot makes the primary keep what this replica has not read yet. One that it has given up,
    # since the replica was away for too long (max_slot_wal_keep_size), is of no use any more.
    psql --quiet --host="$PRIMARY_HOST" --dbname=postgres --command="
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE slot_name = 'replica' AND wal_status = 'lost' AND NOT active" --command="
        SELECT pg_create_physical_replication_slot('replica')
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'replica')"
    # Copied beside its place, so that a copy that broke off is never taken for a whole one.
    rm -rf "$PGDATA" "$PGDATA.part"
    mkdir -p "$(dirname "$PGDATA")"
    pg_basebackup --host="$PRIMARY_HOST" --pgdata="$PGDATA.part" --slot=replica \
        --checkpoint=fast --wal-method=stream --write-recovery-conf
    chmod 700 "$PGDATA.part"
    mv "$PGDATA.part" "$PGDATA"
fi
exec postgres -c hot_standby_feedback=on
