-- Runs once, on an empty volume, as the superuser: two roles, neither of which row-level security lets through.
\getenv owner_password ACCORDO_OWNER_PASSWORD
\getenv application_password ACCORDO_APPLICATION_PASSWORD

CREATE ROLE accordo_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
CREATE ROLE accordo_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'application_password';

REVOKE ALL ON DATABASE accordo FROM PUBLIC;
ALTER DATABASE accordo OWNER TO accordo_owner;
GRANT CONNECT ON DATABASE accordo TO accordo_app;
