#!/bin/bash
set -euo pipefail
data=${PGDATA:-/var/lib/postgresql/18/docker}
if [ ! -e "$data/PG_VERSION" ]; then
    initdb --pgdata="$data" --username=postgres --auth=scram-sha-256 --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
