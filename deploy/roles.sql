-- Two roles for the database of Todo Chat: "todo-chat-owner" has the tables and changes them
-- (manage.py migrate), "todo-chat" reads and writes rows, which is all that the server needs.
-- A superuser runs it in that database, as often as they like (docs/operations.md):
--     sudo -u postgres psql --set=ON_ERROR_STOP=1 --file=deploy/roles.sql todo-chat

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['todo-chat-owner', 'todo-chat']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- What a single role has made so far.
REASSIGN OWNED BY "todo-chat" TO "todo-chat-owner";
ALTER DATABASE :"DBNAME" OWNER TO "todo-chat-owner";
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC, "todo-chat";
GRANT CONNECT ON DATABASE :"DBNAME" TO "todo-chat";
REVOKE ALL ON SCHEMA public FROM PUBLIC, "todo-chat";
GRANT USAGE, CREATE ON SCHEMA public TO "todo-chat-owner";
GRANT USAGE ON SCHEMA public TO "todo-chat";

-- The tables that are there, and those that a migration makes later.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "todo-chat";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "todo-chat";
ALTER DEFAULT PRIVILEGES FOR ROLE "todo-chat-owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "todo-chat";
ALTER DEFAULT PRIVILEGES FOR ROLE "todo-chat-owner" IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO "todo-chat";
