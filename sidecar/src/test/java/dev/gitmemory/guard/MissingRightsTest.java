package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A role that lacks rights is told all of them at once, as SQL that works as printed. */
@OnEveryTarget
class MissingRightsTest extends GuardTest {
    private static final List<String> TABLES =
            List.of("organizations", "agents", "block", "blocks_agents", "agents_tags", "blocks_tags");

    MissingRightsTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private static void giveTables(GuardedDatabase own, String owner) throws SQLException {
        run(own.admin(), Resources.existingApplication());
        for (String table : TABLES) {
            run(own.admin(), "ALTER TABLE " + table + " OWNER TO " + owner);
        }
        run(own.admin(), "GRANT ALL ON SCHEMA public TO " + owner + " WITH GRANT OPTION");
    }

    private Migrations as(GuardedDatabase own, String role) {
        return new Migrations(own.source(role), TableNames.DEFAULT, target.engine());
    }

    /** What a superuser has to run, by migrating and by a dry run. */
    private SuperuserNeededException needed(GuardedDatabase own, String role) throws SQLException {
        List<String> before = SchemaSnapshot.of(own);
        SuperuserNeededException needed = catchThrowableOfType(SuperuserNeededException.class, as(own, role)::migrate);
        SuperuserNeededException foreseen =
                catchThrowableOfType(SuperuserNeededException.class, as(own, role)::preview);
        assertThat(foreseen.remedies()).isEqualTo(needed.remedies());
        assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
        return needed;
    }

    private void runAll(GuardedDatabase own, String role, List<String> remedies) throws SQLException {
        for (String remedy : remedies) {
            run(own.admin(), remedy);
        }
        try (Connection connection = own.source(role).getConnection()) {
            assertThat(as(own, role).migrate().defects()).isEmpty();
            assertThat(connection.isValid(0)).isTrue();
        }
        assertThat(as(own, role).uninstall(true, false))
                .filteredOn(line -> line.startsWith("Rights on PL/Java"))
                .allMatch(line -> line.endsWith(
                        ": REVOKE USAGE ON LANGUAGE java FROM %1$s; REVOKE USAGE ON SCHEMA sqlj FROM %1$s;"
                                .formatted(role)))
                .hasSize(plJava(role).isEmpty() ? 0 : 1);
    }

    private List<String> plJava(String role) {
        return target.engine() == GuardEngine.PLJAVA
                ? List.of(
                        "CREATE EXTENSION pljava;",
                        "GRANT USAGE ON SCHEMA sqlj TO " + role + ", git_memory_owner;",
                        "GRANT USAGE ON LANGUAGE java TO " + role + ";")
                : List.of();
    }

    @Test
    void theTablesOwnerWhoDoesNotOwnTheDatabase() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "");
            giveTables(own, owner);

            SuperuserNeededException needed = needed(own, owner);

            List<String> expected = new ArrayList<>(List.of(
                    "GRANT git_memory_owner TO " + owner + ";",
                    "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner + ";"));
            expected.addAll(plJava(owner));
            assertThat(needed.remedies()).isEqualTo(expected);
            assertThat(needed).hasMessageContaining(owner + " lacks rights that migrating takes");
            runAll(own, owner, needed.remedies());
        }
    }

    @Test
    void theLanguageOfTheScripts() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "");
            giveTables(own, owner);
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            run(own.admin(), "REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC");

            SuperuserNeededException needed = needed(own, owner);

            assertThat(needed.remedies())
                    .contains(
                            "GRANT USAGE ON LANGUAGE plpgsql TO " + owner + ";",
                            "GRANT USAGE ON LANGUAGE sql TO " + owner + ";",
                            "GRANT git_memory_owner TO " + owner + ";");
            runAll(own, owner, needed.remedies());
        }
    }

    @Test
    void theDatabasesOwnerWhoDoesNotOwnTheTables() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "");
            giveTables(own, owner);
            String migrating = own.createRole("migrating", "CREATEROLE");
            run(own.admin(), "ALTER DATABASE " + own.name() + " OWNER TO " + migrating);

            SuperuserNeededException needed = needed(own, migrating);

            assertThat(needed)
                    .hasMessageContaining("The application's tables in schema public belong to " + owner
                            + ": migrate as that role (--db-user), or " + migrating + " as a member of it");
            assertThat(needed.remedies()).contains("GRANT " + owner + " TO " + migrating + ";");
            runAll(own, migrating, needed.remedies());
            run(own.admin(), "ALTER DATABASE " + own.name() + " OWNER TO CURRENT_USER");
        }
    }

    @Test
    void whereTheTablesAreASuperusersNoSqlIsToldThatGivesThemAway() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            String role = own.createRole("migrating", "IN ROLE git_memory_owner");
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + role);

            SuperuserNeededException needed = needed(own, role);

            assertThat(needed).hasMessageContaining("belong to " + own.server().user() + ": migrate as that role");
            assertThat(needed.remedies())
                    .noneMatch(line -> line.contains(own.server().user()));
        }
    }

    /** As pg_restore --no-owner by the owner leaves it: the schema is made, CREATE EXTENSION is refused. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSchemaOfPlJavaThatTheOwnerHasRestored(boolean isFull) throws SQLException {
        if (target.engine() != GuardEngine.PLJAVA) {
            return; // nothing is asked for
        }
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            giveTables(own, owner);
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            try (Connection connection = own.source(owner).getConnection()) {
                run(connection, "CREATE SCHEMA sqlj");
                run(connection, "GRANT USAGE ON SCHEMA sqlj TO git_memory_owner");
                if (isFull) {
                    run(connection, "CREATE TABLE sqlj.of_the_owner ()");
                }
            }

            SuperuserNeededException needed = needed(own, owner);

            List<String> expected = new ArrayList<>(plJava(owner));
            expected.add(0, isFull ? "ALTER SCHEMA sqlj RENAME TO sqlj_before_pljava;" : "DROP SCHEMA sqlj;");
            assertThat(needed.remedies()).isEqualTo(expected);
            assertThat(needed).hasMessageNotContaining("superuser runs"); // said once, by the remedies
            assertThat(new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.AUTO)
                            .preview()
                            .changes())
                    .last(InstanceOfAssertFactories.STRING)
                    .startsWith("Installs the guard in PL/pgSQL: ")
                    .endsWith("; a superuser runs: " + String.join(" ", expected));
            runAll(own, owner, needed.remedies());
        }
    }

    @Test
    void aSuperuserPutsPlJavaIntoASchemaOfHisOwn() throws SQLException {
        if (target.engine() != GuardEngine.PLJAVA) {
            return; // nothing is asked for
        }
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "");
            giveTables(own, owner);
            run(own.admin(), "CREATE SCHEMA sqlj AUTHORIZATION " + owner);

            new Migrations(own.source(own.server().user()), TableNames.DEFAULT, GuardEngine.PLJAVA).migrate();

            assertThat(strings(own.admin(), "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'sqlj'"))
                    .containsExactly(own.server().user());
        }
    }
}
