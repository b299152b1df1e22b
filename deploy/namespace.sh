#!/bin/sh
# Creates the namespace; `waypost migrate` gives it its search attributes. Running it again changes nothing.
# Needs the temporal command and its variables TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    # How long the engine keeps a closed journey's history; the ledger keeps what was sent for ever.
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 400d
fi

# The server reads its list of namespaces every few seconds.
tries=60
until temporal operator search-attribute list >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "The namespace $TEMPORAL_NAMESPACE did not appear in a minute." >&2; exit 1; }
    sleep 1
done
