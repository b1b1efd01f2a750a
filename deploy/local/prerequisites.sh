#!/bin/sh
# Says in one sentence what this machine lacks: `prerequisites.sh python`, `prerequisites.sh java maven`.
# In sh, since it must run where there is no fitting Python yet.
set -eu

missing() {
    echo "$1" >&2
    exit 1
}

for need in "$@"; do
    case $need in
    python)
        python=${PYTHON:-python3}
        command -v "$python" >/dev/null ||
            missing "Python is missing: install Python 3.11 or newer (Debian and Ubuntu: the packages python3 and python3-venv)."
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
            missing "The Python found is too old: install Python 3.11 or newer, or name one with \`make PYTHON=python3.12 ...\`."
        "$python" -c 'import ensurepip, venv, lzma' 2>/dev/null ||
            missing "Python's venv module is missing: install it (Debian and Ubuntu: the package python3-venv)."
        command -v setpriv >/dev/null ||
            missing "The program setpriv is missing: install it (Debian and Ubuntu: the package util-linux)."
        ;;
    java)
        java=${JAVA_HOME:+$JAVA_HOME/bin/}java
        advice="install Java 17 or newer (Debian and Ubuntu: the package openjdk-17-jre-headless)"
        command -v "$java" >/dev/null || missing "Java is missing, which Kafka runs on: $advice."
        version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
        [ "${version:-0}" -ge 17 ] || missing "The Java found is ${version:-unknown}, which is too old for Kafka: $advice."
        ;;
    container)
        [ -n "${CONTAINER:-}" ] || command -v docker >/dev/null || command -v podman >/dev/null ||
            missing "Neither docker nor podman is here, one of which builds the image: install one, or name another with \`make CONTAINER=... image\`."
        ;;
    maven)
        command -v mvn >/dev/null ||
            missing "Maven is missing, which fetches Kafka and PostgreSQL: install it (Debian and Ubuntu: the package maven)."
        ;;
    esac
done
