package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says before it does anything. */
class UsageTest {

    private static final String URL = "--db-url=jdbc:postgresql://127.0.0.1:1/none";

    @Test
    void versionNamesTheBuildAndItsJava() {
        Cli.Run run = Cli.run("--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("(?s)git-memory \\d+\\.\\d+\\.\\d+\\S*\\RJava \\d+.*");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void helpListsTheCommandsAndTheRuleForTheEnvironment() {
        Cli.Run run = Cli.run("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("migrate", "--log-format is GIT_MEMORY_LOG_FORMAT", "Exit codes: 0 done");
    }

    @Test
    void helpOfACommandTeachesEverySettingWithMeaningAndDefault() {
        Cli.Run run = Cli.run("migrate", "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("--db-url=URL", "jdbc:postgresql://localhost:5432/letta", "Examples:")
                .containsPattern("--blocks-table=NAME +Memory blocks\\. Default: as installed, block the first time\\.")
                .contains("Database:", "Names of the application's tables:");
    }

    @Test
    void helpNeverShowsASecretFromTheEnvironment() {
        Cli.Run run = Cli.run(Map.of("GIT_MEMORY_DB_PASSWORD", "s3cret"), "migrate", "--help");
        assertThat(run.out() + run.err()).doesNotContain("s3cret");
    }

    @Test
    void withoutACommandTheUsageIsAnError() {
        Cli.Run run = Cli.run();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("Usage: git-memory");
    }

    @Test
    void anUnknownCommandIsMetWithTheOneMeant() {
        Cli.Run run = Cli.run("migrat");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("unknown command 'migrat': did you mean migrate?");
    }

    @Test
    void anUnknownOptionIsMetWithTheOneMeant() {
        Cli.Run run = Cli.run("migrate", URL, "--db-usr", "letta");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("""
                git-memory migrate: unknown option --db-usr: did you mean --db-user?
                Try 'git-memory migrate --help'.
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--db-pasword=s3cret", "--db-pasword s3cret"})
    void theValueOfAMistypedOptionIsNotShownAsItMayBeASecret(String mistyped) {
        Cli.Run run = Cli.run(("migrate " + URL + " " + mistyped).split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("did you mean --db-password?").doesNotContain("s3cret");
    }

    @Test
    void anUnknownVariableIsMetWithTheOneMeant() {
        Cli.Run run = Cli.run(Map.of("GIT_MEMORY_DB_PASWORD", "s3cret"), "migrate", URL);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("unknown environment variable GIT_MEMORY_DB_PASWORD: did you mean GIT_MEMORY_DB_PASSWORD?")
                .doesNotContain("s3cret");
    }

    @Test
    void variablesThatAPlatformSetsForAServiceOfOurNameAreLeftAlone() {
        Map<String, String> ofKubernetes = Map.of(
                "GIT_MEMORY_SERVICE_HOST", "10.0.0.1",
                "GIT_MEMORY_SERVICE_PORT", "8284",
                "GIT_MEMORY_SERVICE_PORT_HTTP", "8284",
                "GIT_MEMORY_PORT", "tcp://10.0.0.1:8284",
                "GIT_MEMORY_PORT_8284_TCP", "tcp://10.0.0.1:8284",
                "GIT_MEMORY_PORT_8284_TCP_PROTO", "tcp",
                "GIT_MEMORY_PORT_8284_TCP_PORT", "8284",
                "GIT_MEMORY_PORT_8284_TCP_ADDR", "10.0.0.1",
                "GIT_MEMORY_SIDECAR_PORT", "tcp://10.0.0.1:8284");
        assertThat(Cli.run(ofKubernetes, "--help").exitCode()).isZero();
        assertThat(Cli.run(ofKubernetes, "migrate").err())
                .contains("missing --db-url")
                .doesNotContain("unknown environment variable");
        for (String mistyped : List.of("GIT_MEMORY_PORT", "GIT_MEMORY_DB_PORT", "GIT_MEMORY_SERVICE_PORT")) {
            assertThat(Cli.run(Map.of(mistyped, "54x32"), "migrate").err())
                    .contains("unknown environment variable " + mistyped);
        }
    }

    @Test
    void anAddressThatOthersReachHasToBeMeant() {
        for (String address : List.of("0.0.0.0:0", "[::]:0", "192.0.2.1:0", "host.invalid:0")) {
            Cli.Run run = Cli.run("serve", "--embedded", "--listen", address);
            assertThat(run.exitCode()).as(address).isEqualTo(2);
            assertThat(run.err())
                    .contains("--listen " + address + " is reached by other machines", "--allow-unauthenticated");
        }
        assertThat(Cli.run("serve", "--listen", "127.8.8.8:0").err()).doesNotContain("--allow-unauthenticated");
        assertThat(Cli.run("serve", "--public-host", "a.example,http://b").err())
                .contains("--public-host must be host names without port")
                .contains("is 'http://b'");
    }

    @Test
    void variablesOfOthersAreLeftAlone() {
        assertThat(Cli.run(Map.of("GIT_DIR", "/x", "HOME", "/y"), "--help").exitCode())
                .isZero();
    }

    @Test
    void allProblemsAreToldAtOnceEachWithTheNameThatItWasGivenUnder() {
        Cli.Run run = Cli.run(
                Map.of("GIT_MEMORY_GUARD", "cobol", "GIT_MEMORY_VERBOSE", "perhaps", "GIT_MEMORY_STOR", "x"),
                "migrate",
                "--log-format=xml",
                "--blocks-table=",
                "--colour");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .contains("git-memory migrate: 7 problems")
                .contains("  - --log-format must be one of text, json, is 'xml'")
                .contains("  - GIT_MEMORY_GUARD must be one of auto, pljava, plpgsql, is 'cobol'")
                .contains("  - GIT_MEMORY_VERBOSE must be true or false")
                .anyMatch(line -> line.startsWith("  - unknown environment variable GIT_MEMORY_STOR"))
                .contains("  - unknown option --colour")
                .contains("  - --blocks-table is empty")
                .anyMatch(line -> line.startsWith("  - missing --db-url"));
    }

    @ParameterizedTest
    @CsvSource({
        "migrate --guard foo,--guard must be one of auto",
        "migrate --guard=foo,--guard must be one of auto",
        "serve --listen 8285,--listen must be host:port",
        "serve --listen 127.0.0.1:99999,--listen must be host:port",
        "verify agent-1 --log-format xml,--log-format must be one of text",
        "enable agent-1 --store-parallelism many,--store-parallelism 'many' is not an int"
    })
    void aWrongValueDoesNotMakeOthersMissing(String words, String problem) {
        String url = "jdbc:postgresql://localhost:5432/letta";
        Cli.Run variable = Cli.run(Map.of("GIT_MEMORY_DB_URL", url), words.split(" "));
        assertThat(variable.exitCode()).isEqualTo(2);
        assertThat(variable.err())
                .startsWith("git-memory " + words.replaceFirst(" .*", "") + ": " + problem)
                .doesNotContain("missing");
        assertThat(Cli.run((words + " --db-url " + url).split(" "))).isEqualTo(variable);
    }

    @Test
    void everyExampleIsOneLineToCopy() {
        List<String> commands = Cli.run("--help")
                .out()
                .lines()
                .dropWhile(line -> !line.equals("Commands:"))
                .skip(1)
                .filter(line -> line.matches("  [a-z]+ .*"))
                .map(line -> line.strip().replaceFirst(" .*", ""))
                .toList();
        assertThat(commands).contains("serve", "verify", "import");
        for (String command : commands) {
            assertThat(Cli.run(command, "--help")
                            .out()
                            .lines()
                            .dropWhile(line -> !line.matches("Examples?:"))
                            .skip(1)
                            .takeWhile(line -> !line.isBlank()))
                    .as(command)
                    .allMatch(line -> line.startsWith("  git-memory " + command));
        }
    }

    @Test
    void anEmptyVariableCountsAsNotSet() {
        Cli.Run run = Cli.run(Map.of("GIT_MEMORY_DB_URL", "", "GIT_MEMORY_UNKNOWN", ""), "migrate");
        assertThat(run.err()).startsWith("git-memory migrate: missing --db-url");
    }

    @Test
    void pgjdbcNeverSeesAUrlWithAPasswordInThePlaceOfThePortAsItWouldLogIt() {
        List<String> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("org.postgresql");
        logger.addHandler(handler);
        try {
            Cli.run("migrate", "--db-url", "jdbc:postgresql://letta:s3cret/letta");
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(logged).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://letta:s3cret@db/letta",
                "mysql://s3cret",
                "jdbc:postgresql://a:s3cret/b",
                "jdbc:postgresql://a:s3cret@h:5/b"
            })
    void aWrongUrlIsExplainedWithoutRepeatingIt(String url) {
        Cli.Run run = Cli.run(Map.of("GIT_MEMORY_DB_URL", url), "migrate");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("--db-url")
                .contains("for example jdbc:postgresql://localhost:5432/letta")
                .doesNotContain("s3cret");
    }
}
