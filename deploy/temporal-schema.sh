#!/bin/sh
# Brings the engine's two databases to the schema of this server version. Running it again changes nothing.
# Needs temporal-sql-tool and its variables SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD.
set -eu

for name in temporal:temporal temporal_visibility:visibility; do
    database=${name%:*}
    schema=/etc/temporal/schema/postgresql/v12/${name#*:}/versioned
    temporal-sql-tool --db "$database" create
    temporal-sql-tool --db "$database" setup-schema --version 0.0
    temporal-sql-tool --db "$database" update-schema --schema-dir "$schema"
done
