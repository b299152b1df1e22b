#!/bin/sh
# Run once by the postgres image when its volume is new: the ledger's own user and database.
set -eu

psql --set ON_ERROR_STOP=1 --set "password=$WAYPOST_DB_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE waypost LOGIN PASSWORD :'password';
CREATE DATABASE waypost OWNER waypost ENCODING 'UTF8' TEMPLATE template0;
SQL
