#!/bin/sh
# Copies the primary the first time, then follows it. To make it the primary: docker compose exec standby pg_ctl promote.
set -eu
chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  pg_basebackup -h primary -U standby -D "$PGDATA" -R -X stream -S standby
fi
exec postgres -D "$PGDATA"
