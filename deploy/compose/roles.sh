#!/bin/sh
# What PostgreSQL's image runs once, in a new database: the two roles, with their passwords.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /roles.sql
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=owner="$(cat /run/secrets/owner_password)" --set=server="$(cat /run/secrets/server_password)" << 'SQL'
ALTER ROLE "todo-chat-owner" PASSWORD :'owner';
ALTER ROLE "todo-chat" PASSWORD :'server';
SQL
