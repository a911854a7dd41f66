package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Agent Files with blocks that git can't have: none is lost, none stops the others, and each is named. */
final class ImportAgentFileTest extends TransferTest {

    private static final Pattern AGENT = Pattern.compile("is (agent-[0-9a-f-]+), with");

    private Cli.Run importFile(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("x.af"), json.replace('\'', '"'));
        return run("import", "--agent-file", file);
    }

    private static List<String> agents(Cli.Run run) {
        Matcher agent = AGENT.matcher(run.out());
        List<String> ids = new ArrayList<>();
        while (agent.find()) {
            ids.add(agent.group(1));
        }
        return ids;
    }

    private static String blocks(String... labels) {
        return Stream.of(labels)
                .map(label -> "{'label':'%s','value':'of %s'}".formatted(label, label))
                .collect(Collectors.joining(","));
    }

    @Test
    void blocksWithLabelsThatGitCanNotHaveBecomeFrozenRowsAndAreAllNamed() throws IOException {
        Cli.Run run = importFile("{'name':'n\\u001b[2J','core_memory':["
                + blocks("human", "", "..", ".git", "a//b", "a\\\\b", "b\\u0007l", "x".repeat(600), "skills/a/b")
                + "]}");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
        assertThat(run.err()).contains("git can't have all blocks of the file", "frozen", "All else was imported");
        assertThat(run.out())
                .contains("with 9 blocks", "8 blocks were left out and frozen")
                .contains("    '', block block-", "    '..', block block-", "    '.git', block block-")
                .contains("    'a//b', block block-", "    'a\\b', block block-", "    'b\\u0007l', block block-")
                .contains("    '" + "x".repeat(600) + "', block block-", "    'skills/a/b', block block-")
                .contains("is longer than 500 characters")
                .doesNotContain("\u001b", "\u0007");
        String agent = agents(run).get(0);
        assertThat(application.labels(agent)).hasSize(9).contains("system/human", "", "..", ".git", "a//b");
        assertThat(application.block(agent, "system/human", "value")).isEqualTo("of human");
        assertThat(application.block(agent, "a//b", "value")).isEqualTo("of a//b");
        assertThat(application.block(agent, "a//b", "git_sha")).isEqualTo("pending");
        assertThat(run("verify", agent).out()).contains("found 8 differences");
        ok("export", "--agent", agent, "--to", folder.resolve("out"));
        assertThat(folder.resolve("out/system")).isDirectoryContaining("glob:**human.md");
        assertThat(folder.resolve("out")).isDirectoryNotContaining("glob:**.md");
        assertFrozen(agent, "a//b");
    }

    private void assertFrozen(String agent, String label) {
        String id = application.block(agent, label, "id");
        assertThat(catchThrowable(() -> application.update("UPDATE block SET value = 'x' WHERE id = ?", id)))
                .isNotNull();
    }

    @Test
    void ofTwoLabelsThatWouldBecomeOneTheOneThatIsSoAlreadyIsGits() throws IOException {
        Cli.Run run = importFile("{'name':'n','core_memory':[" + blocks("human", "system/human", "other") + "]}");

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.out()).contains("1 block was left out", "'human', block", "would both become 'system/human'");
        String agent = agents(run).get(0);
        assertThat(application.labels(agent)).containsExactly("human", "system/human", "system/other");
        assertThat(application.block(agent, "system/human", "value")).isEqualTo("of system/human");
        assertThat(application.block(agent, "human", "value")).isEqualTo("of human");
    }

    @Test
    void agentsThatShareABlockThatOneOfThemCanNotHaveLeaveItOutBoth() throws IOException {
        String blocks =
                "'blocks':[{'id':'s','label':'human','value':'shared'},{'id':'o','label':'system/human','value':'own'},"
                        + "{'id':'b','label':'..','value':'bad'},{'id':'g','label':'good','value':'both'}]}";
        for (String agents : List.of(
                "{'agents':[{'name':'a','block_ids':['s','o','b','g']},{'name':'b','block_ids':['g','s','b']}],",
                "{'agents':[{'name':'b','block_ids':['g','s','b']},{'name':'a','block_ids':['s','o','b','g']}],")) {
            Cli.Run run = importFile(agents + blocks);
            assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
            assertThat(agents(run)).hasSize(2);
            assertThat(run.out().split("2 blocks were left out", -1))
                    .as(run.out())
                    .hasSize(3);
            for (String agent : agents(run)) {
                assertThat(application.block(agent, "human", "value")).isEqualTo("shared");
                assertThat(application.block(agent, "human", "git_sha")).isEqualTo("pending");
                assertThat(application.block(agent, "..", "value")).isEqualTo("bad");
                assertThat(application.block(agent, "system/good", "value")).isEqualTo("both");
                assertThat(run("verify", agent).out()).contains("found 2 differences");
            }
        }
    }

    @Test
    void aLabelThatNoRowCanHaveIsRefusedWithEachPlaceAndNothingIsImported() throws IOException {
        Cli.Run run = importFile("{'agents':[{'name':'a','memory_blocks':["
                + blocks("fine", "y".repeat(3000), "z".repeat(3000)) + "]}]}");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("a label is too long for PostgreSQL's indexes, at /agents/0/memory_blocks/1/label,"
                        + " /agents/0/memory_blocks/2/label; make it shorter. Nothing was imported");
        assertThat(application.query("SELECT 1 FROM agents")).isEmpty();
    }

    @Test
    void aFileThatIsAStringAndOneWithPartsThatAreNoJsonAreImported() throws IOException {
        String json = "{'agents':[{'name':'n','x':NaN,'x':1,'block_ids':['b','b']}],"
                + "'blocks':[{'id':'b','label':'human','value':'Likes \\\\u0022tea\\\\u0022\\n','limit':50}]}";
        String text = json.replace('\'', '"').replace("\\\\u0022", "\\\"");
        Path wrapped = Files.writeString(
                folder.resolve("wrapped.af"), "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n");
        for (Path file : List.of(wrapped, Files.writeString(folder.resolve("plain.af"), text))) {
            Cli.Run run = run("import", "--agent-file", file);
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("Ignored, not memory: 3 parts (/agents/*/block_ids, /agents/*/x)");
            String agent = agents(run).get(0);
            assertThat(application.block(agent, "system/human", "value")).isEqualTo("Likes \"tea\"\n");
            assertThat(application.block(agent, "system/human", "limit")).isEqualTo("50");
            assertInStep(agent);
        }
    }

    @Test
    void placesThatAreIgnoredAreNamedUpToANumber() throws IOException {
        String many = Stream.iterate(0, i -> i + 1)
                .limit(70)
                .map(i -> "'k\\u001b%02d':1".formatted(i))
                .collect(Collectors.joining(","));
        Cli.Run run = importFile("{'name':'n','core_memory':[]," + many + "}");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Ignored, not memory: 70 parts (/k\\u001b00, ", "and 20 other places)")
                .doesNotContain("\u001b");
    }
}
