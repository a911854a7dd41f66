-- Before every script: a migration runs with the rights of a superuser or of the tables' owner, and others may have made
-- functions and operators in the schemas of the search_path whose types fit better than those of PostgreSQL's own.
SET search_path = pg_catalog, pg_temp;
