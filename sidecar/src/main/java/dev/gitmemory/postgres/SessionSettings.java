package dev.gitmemory.postgres;

import dev.gitmemory.block.BlockMarkdown;

/**
 * Settings that a database or a role may have changed for all its sessions, and that scripts and comparisons stand on.
 * {@code beforeEachMigrate.sql} and {@code afterMigrate.sql} set the same.
 */
final class SessionSettings {

    /** Of any session of ours: what a statement means. */
    private static final String STATEMENTS = """
            SET quote_all_identifiers = off;
            SET standard_conforming_strings = on;
            SET array_nulls = on;
            SET transform_null_equals = off""";

    /**
     * Of a sidecar's: nothing but PostgreSQL's own is found by name, so that no operator or function runs as the sidecar that
     * somebody has made in {@code public}, or in a schema of the login's name. Who gives the login, or the URL, a search_path
     * has decided otherwise. The ledger is told which edition of the rules for files this sidecar knows.
     */
    static final String SERVING = STATEMENTS + ";\nSET git_memory.reading = " + BlockMarkdown.READING + """
            ;
            SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)
              FROM pg_catalog.pg_settings s
             WHERE s.name OPERATOR(pg_catalog.=) 'search_path'
               AND s.source OPERATOR(pg_catalog.<>) ALL ('{user,database user,client}')""";

    /**
     * Of one that migrates or compares: nothing but PostgreSQL's own is found by name, for the role that migrates has many rights,
     * and others may have made functions and operators in schemas of the search_path, whose types fit better. Plain PL/pgSQL
     * means what it means everywhere.
     */
    private static final String SCRIPTS = STATEMENTS + """
            ;
            SET search_path = pg_catalog, pg_temp;
            SET plpgsql.extra_errors = 'none';
            SET plpgsql.extra_warnings = 'none';
            SET check_function_bodies = on;
            SET row_security = on;
            SET bytea_output = hex;
            SET DateStyle = ISO, MDY;
            SET jit = off""";

    /**
     * Of a session that migrates, besides: the catalogue is read as it is after locks were had, new tables are PostgreSQL's
     * ordinary ones, and what bounds an application's statements does not bound a migration, whose waits are bounded
     * otherwise.
     */
    static final String MIGRATING = SCRIPTS + """
            ;
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_read_only = off;
            SET default_transaction_deferrable = off;
            SET default_table_access_method = heap;
            SET statement_timeout = 0;
            SET idle_in_transaction_session_timeout = 0""";

    private SessionSettings() {}
}
