#!/bin/bash
# Makes the database's roles with the names and passwords of their secrets: PostgreSQL's image runs it once, when the
# database is new. After new passwords run it again: docker compose exec db /docker-entrypoint-initdb.d/roles.sh
set -euo pipefail
folder=${SECRETS_FOLDER:-/run/secrets}

part() { sed -E "s|^postgres://([^:]+):([^@]+)@[^/]+/([^?]+).*|\\$2|" "$folder/DATABASE_URL_$1"; }
sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$1" "${@:2}"; }

database=$(part owner 3)
for role in owner public admin worker; do
    sql "$database" --set name="$(part $role 1)" --set password="$(part $role 2)" --set database="$database" <<'SQL'
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"name";
SQL
done
# A public page that takes longer than this has been made to.
sql "$database" --set public="$(part public 1)" --set owner="$(part owner 1)" --set database="$database" <<'SQL'
ALTER ROLE :"public" SET statement_timeout = '5s';
ALTER ROLE :"public" SET lock_timeout = '3s';
ALTER ROLE :"public" SET idle_in_transaction_session_timeout = '10s';
ALTER DATABASE :"database" OWNER TO :"owner";
ALTER SCHEMA public OWNER TO :"owner";
SQL
