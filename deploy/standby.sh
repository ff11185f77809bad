#!/bin/sh
# Copies the primary the first time, then follows it. To make it the primary, see docs/operators.md.
set -eu
# A copy is whole when it has its name: one that was broken off is begun anew and never started.
if [ ! -d "$PGDATA" ]; then
  rm -rf "$PGDATA.part"
  # After a switch the new primary has no slot yet.
  psql "host=$PRIMARY user=standby replication=true dbname=postgres" -c 'CREATE_REPLICATION_SLOT standby PHYSICAL' 2>/dev/null || true
  pg_basebackup -h "$PRIMARY" -U standby -D "$PGDATA.part" -R -c fast -X stream -S standby
  chmod 700 "$PGDATA.part"
  mv "$PGDATA.part" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c max_slot_wal_keep_size=10GB
