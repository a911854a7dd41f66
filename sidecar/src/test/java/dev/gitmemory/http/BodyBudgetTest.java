package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final int MIB = 1 << 20;

    private final BodyBudget budget = new BodyBudget(64L * MIB, 4 * MIB);

    @Test
    void theLargestBodyFitsIntoTheSmallestHeapAndKeepsOtherLargeOnesOut() {
        BodyBudget.Share one = budget.share();
        assertThat(one.take(4 * MIB)).isTrue();
        BodyBudget.Share other = budget.share();
        assertThat(other.take(4 * MIB)).isFalse();
        one.release();
        assertThat(other.take(4 * MIB)).isTrue();
    }

    @Test
    void smallBodiesHaveAShareOfTheirOwn() {
        assertThat(budget.share().take(4 * MIB)).isTrue();
        for (int i = 0; i < 12; i++) {
            assertThat(budget.share().take(BodyBudget.BEGINNING)).isEqualTo(i < 11);
        }
    }

    @Test
    void aShareThatCouldNotGrowKeepsWhatItHad() {
        BodyBudget.Share share = budget.share();
        assertThat(share.take(BodyBudget.BEGINNING)).isTrue();
        assertThat(share.take(5 * MIB)).isFalse();
        assertThat(share.take(4 * MIB)).isTrue();
        share.release();
        share.release();
        assertThat(budget.share().take(4 * MIB)).isTrue();
    }

    @Test
    void aBodyOfManyPiecesIsTheSameBody() {
        Body body = new Body(100_000, budget.share());
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            String piece = "piece " + i + ";";
            sent.append(piece);
            body.add(ByteBuffer.wrap(piece.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        }
        StringBuilder read = new StringBuilder();
        for (ByteBuffer buffer : body.content()) {
            read.append(java.nio.charset.StandardCharsets.US_ASCII.decode(buffer));
        }
        assertThat(body.refusal()).isNull();
        assertThat(read.toString()).isEqualTo(sent.toString());
    }

    @Test
    void aBodyThatIsTooLargeOrFindsNoRoomIsRefusedAndTheRestIsDropped() {
        Body large = new Body(10, budget.share());
        large.add(ByteBuffer.allocate(10));
        assertThat(large.refusal()).isNull();
        large.add(ByteBuffer.allocate(1));
        assertThat(large.refusal()).extracting(RequestException::problem).isEqualTo(Problem.TOO_LARGE);
        assertThat(large.content()).isEmpty();
        assertThat(large.isHopeless()).isFalse();
        large.add(ByteBuffer.allocate(30));
        assertThat(large.isHopeless()).isTrue();

        assertThat(budget.share().take(4 * MIB)).isTrue();
        Body late = new Body(MIB, budget.share());
        late.add(ByteBuffer.allocate(MIB / 2));
        assertThat(late.refusal()).extracting(RequestException::problem).isEqualTo(Problem.BUSY);
    }

    @Test
    void aBodyThatComesSlowlyIsTooSlowOnlyAfterAWhile() {
        DataRate rate = new DataRate(1024, Duration.ofSeconds(10));
        assertThat(rate.isTooSlow(1, Duration.ofSeconds(10))).isFalse();
        assertThat(rate.isTooSlow(1, Duration.ofSeconds(11))).isTrue();
        assertThat(rate.isTooSlow(11 * 1024, Duration.ofSeconds(11))).isFalse();
        assertThat(rate.isTooSlow(16 << 20, Duration.ofSeconds(16_384))).isFalse();
    }
}
