package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.strings;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Everything that a database defines, one line each, as a dump of its schema would list it. */
final class SchemaSnapshot {
    private static final String[] QUERIES = {
        "SELECT 'schema ' || nspname || ' ' || coalesce((SELECT string_agg(acl::text, ',' ORDER BY acl::text)"
                + " FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) acl), '') FROM pg_namespace"
                + " WHERE nspname NOT LIKE 'pg\\_%'",
        "SELECT 'extension ' || extname FROM pg_extension",
        "SELECT 'relation ' || oid::regclass || ' ' || relkind::text || ' ' || relrowsecurity || ' '"
                + " || (SELECT string_agg(acl::text, ',' ORDER BY acl::text)"
                + " FROM unnest(coalesce(relacl, acldefault('r', relowner))) acl)"
                + " FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND :theirs",
        "SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '"
                + " || attnotnull || ' ' || coalesce(nullif(attacl::text, '{}'), '') || ' '"
                + " || coalesce(pg_get_expr(adbin, adrelid), '') || ' '"
                + " || coalesce(col_description(attrelid, attnum), '')"
                + " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
                + " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
                + " WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v') AND :theirs",
        "SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)"
                + " FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE contype <> 't' AND :theirs",
        "SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
                + " WHERE :theirs",
        "SELECT 'trigger ' || pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger"
                + " JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND :theirs",
        "SELECT 'function ' || oid::regprocedure FROM pg_proc"
                + " WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'sqlj')"
    };

    private SchemaSnapshot() {}

    static List<String> of(GuardedDatabase db) throws SQLException {
        List<String> lines = new ArrayList<>();
        for (String query : QUERIES) {
            lines.addAll(strings(
                    db.admin(),
                    query.replace(
                                    ":theirs",
                                    "relnamespace::regnamespace::text NOT IN"
                                            + " ('pg_catalog', 'information_schema', 'pg_toast', 'sqlj')")
                            + " ORDER BY 1"));
        }
        return lines;
    }
}
