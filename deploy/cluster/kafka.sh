#!/bin/bash
set -euo pipefail
settings=/tmp/server.properties
env | sed -n 's/^KAFKA_\([A-Z_]*\)=\(.*\)/\1 \2/p' | grep -v '^HEAP_OPTS ' | while read -r name value; do
    printf '%s=%s\n' "$(tr A-Z_ a-z. <<<"$name")" "$value"
done >$settings
java() { command java ${KAFKA_HEAP_OPTS:--Xmx512m} -cp '/opt/kafka/libs/*' "$@"; }
java kafka.tools.StorageTool format --ignore-formatted --standalone -t "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" -c $settings ||
    java kafka.tools.StorageTool format --ignore-formatted -t "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" -c $settings
exec java ${KAFKA_HEAP_OPTS:--Xmx512m} -cp '/opt/kafka/libs/*' kafka.Kafka $settings
