package dev.gitmemory.postgres;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who was granted what of ours at some moment.
 *
 * @param all one for each role, privilege and object
 * @param owners of all that there is, granted or not, by object
 */
record Grants(Set<Grant> all, Map<String, String> owners) {

    static final Grants NONE = new Grants(Set.of(), Map.of());

    /** So many objects are named. */
    private static final int NAMED = 6;

    private static final String QUERY = """
            WITH
            ours (object, owner, acl) AS (
                SELECT 'schema git_memory', n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
                FROM pg_namespace n
                WHERE n.nspname = 'git_memory'
                UNION ALL
                SELECT c.relname::text, c.relowner,
                       coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
                FROM pg_class c
                WHERE c.relnamespace = to_regnamespace('git_memory')
                  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                UNION ALL
                SELECT p.oid::regprocedure::text, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
                FROM pg_proc p
                WHERE p.pronamespace = to_regnamespace('git_memory')
                UNION ALL
                SELECT format('%s (%I)', c.relname, a.attname), c.relowner, a.attacl
                FROM pg_class c
                     JOIN pg_attribute a
                       ON a.attrelid = c.oid
                WHERE c.relnamespace = to_regnamespace('git_memory')
                  AND a.attacl IS NOT NULL
            )
            SELECT o.object,
                   CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END,
                   g.privilege_type,
                   pg_get_userbyid(o.owner)
            FROM ours o
                 LEFT JOIN LATERAL aclexplode(o.acl) AS g
                        ON g.grantee <> o.owner
            """;

    /** One privilege of one role. */
    record Grant(String grantee, String privilege, String object) {}

    static Grants of(Connection connection) throws SQLException {
        Set<Grant> all = new HashSet<>();
        Map<String, String> owners = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                owners.put(rows.getString(1), rows.getString(4));
                if (rows.getString(3) != null) {
                    all.add(new Grant(rows.getString(2), rows.getString(3), rows.getString(1)));
                }
            }
        }
        return new Grants(all, owners);
    }

    /** Those that are gone later from what is there still and is not the role's own by then, for each role and privilege {@code from ROLE: PRIVILEGE on OBJECT, OBJECT}. */
    List<String> missingFrom(Grants later) {
        TreeMap<String, TreeSet<String>> gone = all.stream()
                .filter(grant -> !later.all.contains(grant))
                .filter(grant -> later.owners.containsKey(grant.object())
                        && !grant.grantee().equals(later.owners.get(grant.object())))
                .collect(groupingBy(
                        grant -> "from %s: %s on ".formatted(grant.grantee(), grant.privilege()),
                        TreeMap::new,
                        mapping(Grant::object, toCollection(TreeSet::new))));
        return gone.entrySet().stream()
                .map(entry -> entry.getKey()
                        + String.join(
                                ", ", entry.getValue().stream().limit(NAMED).toList())
                        + (entry.getValue().size() > NAMED
                                ? " and %d more".formatted(entry.getValue().size() - NAMED)
                                : ""))
                .toList();
    }
}
