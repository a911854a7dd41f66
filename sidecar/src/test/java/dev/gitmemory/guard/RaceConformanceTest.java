package dev.gitmemory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.race.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Held sessions in every order of their steps, at every level: whatever they try, afterwards the rows of enabled agents are
 * what the ledger says, and rows without an enabled agent carry what they owe. The sidecar is played by SQL, so that nothing
 * but the guard and the locks of applying are on trial.
 */
@OnEveryTarget
class RaceConformanceTest extends GuardTest {

    private static final Map<String, RaceStage> STAGES = new HashMap<>();
    private static final Map<String, Integer> RUNS = new HashMap<>();

    RaceConformanceTest(GuardTarget target) throws SQLException {
        super(target);
    }

    static Stream<RaceAttempt> attempts() {
        return RaceAttempt.all().stream();
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void noOrderOfStepsLeavesWhatGitDoesNotSay(RaceAttempt attempt) throws SQLException {
        RaceStage stage = STAGES.get(target.toString());
        if (stage == null) {
            stage = new RaceStage(target);
            STAGES.put(target.toString(), stage);
        }
        List<String> wrong = new ArrayList<>();
        for (Level level : Level.values()) {
            RaceStage.Result result = stage.play(attempt, level);
            wrong.addAll(result.wrong());
            RUNS.merge(target + ": orders", result.runs(), Integer::sum);
            RUNS.merge(target + ": orders in which a session waited", result.waited(), Integer::sum);
        }
        assertThat(wrong).isEmpty();
    }

    @AfterAll
    static void tellAndTidyUp() throws SQLException {
        System.out.println("guard conformance, races: " + RaceAttempt.all().size() + " attempts, " + RUNS);
        for (RaceStage stage : STAGES.values()) {
            stage.close();
        }
        STAGES.clear();
        RUNS.clear();
    }
}
