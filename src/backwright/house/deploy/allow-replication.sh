#!/bin/bash
# Runs once, when the primary's data directory is made: replicas may copy it and follow it.
set -euo pipefail

echo "host replication $POSTGRES_USER all scram-sha-256" >>"$PGDATA/pg_hba.conf"
