#!/bin/bash
set -euo pipefail
data=${PGDATA:-/var/lib/postgresql/18/docker}
password=${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}
if [ ! -e "$data/PG_VERSION" ]; then
    initdb --pgdata="$data" --username=postgres --auth=scram-sha-256 --pwfile=<(printf '%s\n' "$password") --encoding=UTF8
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
    for statements in /docker-entrypoint-initdb.d/*.sql; do
        [ ! -e "$statements" ] || postgres --single -D "$data" postgres <"$statements"
    done
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
