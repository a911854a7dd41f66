package dev.gitmemory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rooms of the sidecar, the one direction between them, and which library may enter which room. */
@AnalyzeClasses(packages = "dev.gitmemory", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** The rooms from the top down. */
    private static final List<Room> ROOMS = List.of(
            new Room("cli", Set.of()),
            new Room("http", Set.of("cli")),
            new Room("service", Set.of("cli", "http")),
            new Room("postgres", Set.of("cli", "http", "service")),
            new Room("repo", Set.of("cli", "http", "service")),
            new Room("log", Set.of("cli", "http", "service", "repo")),
            new Room("store", Set.of("cli", "http", "service", "repo", "log")),
            new Room("agentfile", Set.of("cli", "http", "service")),
            new Room("block", Set.of("cli", "http", "service", "postgres", "repo", "agentfile")));

    @ArchTest
    static final ArchRule arrowsBetweenRoomsPointDownward = layers();

    @ArchTest
    static final ArchRule everyClassIsInARoom = classes()
            .that()
            .resideInAPackage("dev.gitmemory..")
            .should()
            .resideInAnyPackage(
                    ROOMS.stream().map(room -> packagesOf(room.name())).toArray(String[]::new));

    @ArchTest
    static final ArchRule roomsFormNoCycles =
            slices().matching("dev.gitmemory.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule gitIsKnownToTheRoomsThatHoldRepositories =
            only(rooms("log", "repo", "http"), "org.eclipse.jgit..");

    @ArchTest
    static final ArchRule theDatabaseIsReachedThroughPostgres = only(
            rooms("postgres", "cli"),
            "java.sql..",
            "javax.sql..",
            "org.jdbi..",
            "org.flywaydb..",
            "com.zaxxer..",
            "org.postgresql..");

    @ArchTest
    static final ArchRule theWebServerStaysInHttp =
            only(rooms("http"), "io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule theCloudStaysInItsAdapter = only(
            rooms("store.gcs"), "com.google.cloud..", "com.google.auth..", "com.google.api..", "org.apache.http..");

    @ArchTest
    static final ArchRule commandLineOptionsStayInCli = only(rooms("cli"), "picocli..");

    @ArchTest
    static final ArchRule yamlStaysInBlock = only(rooms("block"), "org.snakeyaml..");

    @ArchTest
    static final ArchRule theDomainDoesNoInputOrOutput = noClasses()
            .that()
            .resideInAnyPackage(rooms("block", "agentfile"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.nio.file..", "java.nio.channels..", "java.net..", "java.util.concurrent..", "org.slf4j..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    private static ArchRule only(String[] allowed, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }

    private static ArchRule layers() {
        LayeredArchitecture rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (Room room : ROOMS) {
            rule = rule.layer(room.name()).definedBy(packagesOf(room.name()));
        }
        for (Room room : ROOMS) {
            LayeredArchitecture.LayerDependencySpecification access = rule.whereLayer(room.name());
            rule = room.users().isEmpty()
                    ? access.mayNotBeAccessedByAnyLayer()
                    : access.mayOnlyBeAccessedByLayers(room.users().toArray(String[]::new));
        }
        return rule.as("arrows between rooms point downward, and log and store know no blocks");
    }

    private static String[] rooms(String... names) {
        return Stream.of(names).map(ArchitectureTest::packagesOf).toArray(String[]::new);
    }

    private static String packagesOf(String room) {
        return "dev.gitmemory." + room + "..";
    }

    /** A room and the rooms that may use it. */
    private record Room(String name, Set<String> users) {}
}
