#!/bin/bash
# In place of pg_isready and kafka-broker-api-versions.sh, which are not among what Maven brings: does the server take
# connections?
set -euo pipefail
host=127.0.0.1 port=5432
while [ $# -gt 0 ]; do
    case $1 in
    --host=*) host=${1#*=} ;;
    --bootstrap-server) host=${2%:*} port=${2##*:} && shift ;;
    esac
    shift
done
exec 3<>"/dev/tcp/$host/$port"
