package dev.gitmemory.log;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.NotSentException;
import dev.gitmemory.store.ObjectStore.Created;
import dev.gitmemory.store.RefusedException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes an entry under its number, and finds out who has got the number whatever the store answers.
 *
 * <h2>Why never twice, and never lost</h2>
 *
 * A store may fail after it has stored the entry, and it may store it some time after it has failed. So a failure says
 * nothing, and {@code EXISTED} says little: the object there may be ours, from an attempt whose answer was lost. What
 * counts is what can be read back. The rule is: <em>as long as nobody's bytes have been seen under the number, only the
 * very same bytes are sent again, under the very same number.</em>
 *
 * <ul>
 *   <li>Our bytes are there: it is written, whichever attempt did it. An attempt still on its way meets the object and
 *       changes nothing. Nobody else can have written the same bytes, they carry the writer's mark (see
 *       {@link ChainLink}; first entries don't, but two writers of an identical first entry have made the same commits
 *       out of nothing).
 *   <li>Other bytes are there: the number is lost for good, since objects never change, and an attempt of ours that is
 *       still on its way is refused. Only now may the change be made again, under another number.
 *   <li>Nothing is there: the same is tried again, and the last quarter of the time is kept for looking. When attempts or
 *       time run out the caller is told that the outcome is unknown: an attempt whose answer did not come may still arrive.
 *       Then the entry is an ordinary one, on top of the state that it was made for, and
 *       every process, this one included, meets it under the next number when it reads or writes next. If anything else
 *       is written first, the late one is refused. Only where every attempt was refused or never sent nothing is committed
 *       for certain.
 * </ul>
 */
final class EntryWriter {

    private static final int ATTEMPTS = 3;

    private final RepoLog log;
    private final EntryReader reader;

    EntryWriter(RepoLog log, EntryReader reader) {
        this.log = log;
        this.reader = reader;
    }

    /**
     * Writes entry {@code number}.
     *
     * @return null when it is written; else the entry that another has written under this number
     * @throws CorruptLogException if another's is there and can't be read; nothing is written
     * @throws UnknownOutcomeException if it may be written or not
     * @throws StoreUnavailableException if it is not written, for certain
     */
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    byte @Nullable [] write(long number, byte[] entry) throws IOException {
        Deadline deadline = log.deadline();
        Deadline sending = deadline.keepingAQuarter();
        IOException failure = null;
        boolean doubt = false; // as long as nothing was sent
        boolean absent = false;
        int attempts = 0;
        do {
            attempts++;
            boolean existed = false;
            try {
                if (sending.during(() -> log.create(number, entry)) == Created.STORED) {
                    return null;
                }
                existed = true;
            } catch (NotSentException e) {
                failure = add(failure, e);
                break; // what was known before still holds
            } catch (RefusedException e) {
                failure = add(failure, e);
                continue; // as above; what was damaged on its way may arrive the next time
            } catch (IOException e) {
                failure = add(failure, e);
                doubt = true;
            }
            try {
                byte[] found = deadline.during(() -> reader.read(number));
                if (found != null) {
                    return Arrays.equals(found, entry) ? null : found;
                }
                absent = true;
                doubt |= existed; // a store that contradicts itself may have anything
            } catch (CorruptLogException e) {
                throw e; // it is there, and too large to be ours
            } catch (IOException e) {
                failure = add(failure, e);
                absent = false;
                doubt = true;
            }
        } while (attempts < ATTEMPTS && !sending.isOver());
        String tries = "'%s' (%d attempts within %d ms)".formatted(log.key(number), attempts, deadline.elapsedMillis());
        String why = failure == null
                ? ": it says that the object exists, and does not find it"
                : ": " + failure.getMessage();
        if (!doubt) {
            throw new StoreUnavailableException(
                    log.key(number), "The store did not take " + tries + why + "; nothing is committed", failure);
        }
        String known = absent
                ? "; it did not have it when it was asked afterwards, and may take it yet"
                : "; it could not say whether it has it";
        throw new UnknownOutcomeException(log.key(number), "The store did not confirm " + tries + known + why, failure);
    }

    private static IOException add(@Nullable IOException first, IOException next) {
        if (first == null) {
            return next;
        }
        if (first != next) {
            first.addSuppressed(next);
        }
        return first;
    }
}
