-- The three database roles of capweb and its database. A database administrator runs this once, as a superuser:
--
--     CAPWEB_OWNER_PASSWORD=… CAPWEB_APP_PASSWORD=… CAPWEB_PLATFORM_PASSWORD=… psql -v ON_ERROR_STOP=1 -f database_roles.sql
--
-- owner     owns the tables and runs the migrations            (DATABASE_OWNER_URL)
-- app       acts for one insurer at a time, row by row         (DATABASE_URL)
-- platform  envelopes, the night, seals, the reinsurer's view  (DATABASE_PLATFORM_URL)
--
-- None is a superuser and none may pass by row security. The tables' own rights are given by the migrations.
-- A machine that runs the tests lets the owner create databases: ALTER ROLE … CREATEDB.

\set owner capweb_owner
\set app capweb_app
\set platform capweb_platform
\set database capweb
\getenv owner_password CAPWEB_OWNER_PASSWORD
\getenv app_password CAPWEB_APP_PASSWORD
\getenv platform_password CAPWEB_PLATFORM_PASSWORD

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE :"platform" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'platform_password';

CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;

-- Only these three may connect; temporary tables carry the bulk copies.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"app", :"platform";
