package dev.gitmemory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the sidecar and the arrows between them: only downward. */
@AnalyzeClasses(packages = "dev.gitmemory", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWNWARD = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("dev.gitmemory.cli..")
            .layer("http")
            .definedBy("dev.gitmemory.http..")
            .layer("service")
            .definedBy("dev.gitmemory.service..")
            .layer("postgres")
            .definedBy("dev.gitmemory.postgres..")
            .layer("repo")
            .definedBy("dev.gitmemory.repo..")
            .layer("log")
            .definedBy("dev.gitmemory.log..")
            .layer("store")
            .definedBy("dev.gitmemory.store..")
            .layer("agentfile")
            .definedBy("dev.gitmemory.agentfile..")
            .layer("block")
            .definedBy("dev.gitmemory.block..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("service")
            .mayOnlyBeAccessedByLayers("cli", "http")
            .whereLayer("postgres")
            .mayOnlyBeAccessedByLayers("cli", "http", "service")
            .whereLayer("repo")
            .mayOnlyBeAccessedByLayers("cli", "http", "service")
            .whereLayer("log")
            .mayOnlyBeAccessedByLayers("service", "repo")
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers("cli", "repo", "log")
            .whereLayer("agentfile")
            .mayOnlyBeAccessedByLayers("cli", "http", "service")
            .whereLayer("block")
            .mayOnlyBeAccessedByLayers("cli", "http", "service", "postgres", "repo", "agentfile")
            .ensureAllClassesAreContainedInArchitecture()
            .because("a room knows what is below it, and the log of bundles does not know what its files mean");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.gitmemory.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule BLOCKS_ARE_PURE = noClasses()
            .that()
            .resideInAPackage("dev.gitmemory.block..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.net..", "java.sql..", "org.eclipse.jgit..")
            .orShould()
            .accessClassesThat()
            .haveFullyQualifiedName("java.lang.System")
            .because("the domain does no I/O: what it does depends on its arguments only");

    @ArchTest
    static final ArchRule SQL_STAYS_IN_POSTGRES = noClasses()
            .that()
            .resideOutsideOfPackage("dev.gitmemory.postgres..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jdbi..", "org.postgresql..", "org.flywaydb..", "com.zaxxer..");

    @ArchTest
    static final ArchRule HTTP_STAYS_IN_HTTP = noClasses()
            .that()
            .resideOutsideOfPackage("dev.gitmemory.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule OPTIONS_STAY_IN_CLI = noClasses()
            .that()
            .resideOutsideOfPackage("dev.gitmemory.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "ch.qos.logback..");
}
