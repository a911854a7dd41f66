package dev.gitmemory.repo;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * Copies what commits and tags lead to from a repository that is not trusted, object by object: each is hashed again,
 * and checked as {@code git fsck --strict} would. It stops at objects that the target has, with which it has all that
 * they refer to. Not thread-safe.
 */
final class ObjectCopy {

    /** Git and PostgreSQL have names for later years, people have not. */
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private final ObjectReader from;
    private final ObjectReader known;
    private final ObjectInserter into;
    private final ImportLimits limits;
    private final TransferProgress progress;
    private final ObjectChecker checker = checker();
    private final ObjectChecker macChecker =
            new ObjectChecker().setSafeForMacOS(true).setIgnore(ObjectChecker.ErrorType.DUPLICATE_ENTRIES, true);
    private final Deque<ObjectId> open = new ArrayDeque<>();
    private final Set<ObjectId> seen = new HashSet<>();
    private long bytes;
    private long objects;

    /** @param known what the target has */
    ObjectCopy(
            ObjectReader from,
            ObjectReader known,
            ObjectInserter into,
            ImportLimits limits,
            TransferProgress progress) {
        this.from = from;
        this.known = known;
        this.into = into;
        this.limits = limits;
        this.progress = progress;
    }

    /** Knows names that git would refuse, but for what macOS takes for {@code .git}. */
    static ObjectChecker checker() {
        return new ObjectChecker();
    }

    /** @throws TransferException if an object is missing, damaged, hostile or too big; the message names it */
    void copy(Collection<ObjectId> tips) throws IOException {
        tips.forEach(this::visit);
        for (ObjectId next = open.poll(); next != null; next = open.poll()) {
            if (!known.has(next)) {
                copy(next);
            }
            progress.at("Checking objects", ++objects, 0);
            Exports.checkNotCancelled(progress);
        }
        into.flush();
    }

    private void visit(AnyObjectId id) {
        if (seen.add(id.copy())) {
            open.add(id.copy());
        }
    }

    private void copy(ObjectId id) throws IOException {
        try {
            ObjectLoader object = from.open(id);
            if (object.getSize() > limits.fileBytes()) {
                throw new TransferException(
                        "its object %s has %d bytes, the limit for a file is %d MiB (--max-file-size)"
                                .formatted(id.name(), object.getSize(), limits.fileBytes() >> 20));
            }
            bytes += object.getSize();
            limits.checkTotal(bytes);
            byte[] content = object.getCachedBytes((int) limits.fileBytes());
            if (!new ObjectInserter.Formatter().idFor(object.getType(), content).equals(id)) {
                throw new CorruptObjectException(id, "its content has another name");
            }
            checker.check(id, object.getType(), content);
            if (object.getType() == Constants.OBJ_TREE) {
                macChecker.checkTree(id, content); // git, too, allows names that are two on some file systems only
            }
            if (!checker.getGitsubmodules().isEmpty()) {
                throw new TransferException(
                        "its history has submodules (.gitmodules in tree " + id.name() + "), which no memory has");
            }
            visitReferences(object.getType(), content);
            into.insert(object.getType(), content);
        } catch (TransferException e) {
            throw e;
        } catch (MissingObjectException e) {
            throw new TransferException("its object " + id.name() + " is missing; 'git fsck --full' tells more", e);
        } catch (IOException | RuntimeException e) {
            throw new TransferException(
                    "its object " + id.name() + " is damaged or not as git wants it: " + e.getMessage()
                            + "; 'git fsck --full --strict' tells more",
                    e);
        }
    }

    private void visitReferences(int type, byte[] content) throws IOException {
        switch (type) {
            case Constants.OBJ_COMMIT -> {
                RevCommit commit = RevCommit.parse(content);
                check(commit);
                for (RevCommit parent : commit.getParents()) {
                    visit(parent);
                }
                visit(commit.getTree());
            }
            case Constants.OBJ_TREE -> {
                CanonicalTreeParser entry = new CanonicalTreeParser();
                for (entry.reset(content); !entry.eof(); entry.next()) {
                    if (!entry.getEntryFileMode().equals(FileMode.GITLINK)) {
                        visit(entry.getEntryObjectId());
                    }
                }
            }
            case Constants.OBJ_TAG -> visit(RevTag.parse(content).getObject());
            default -> {
                // A blob refers to nothing.
            }
        }
    }

    /** What git allows and PostgreSQL, which lists commits, can't hold. */
    private static void check(RevCommit commit) throws CorruptObjectException {
        for (byte b : commit.getRawBuffer()) {
            if (b == 0) {
                throw new CorruptObjectException(commit, "a NUL in a commit");
            }
        }
        for (PersonIdent who : new PersonIdent[] {commit.getAuthorIdent(), commit.getCommitterIdent()}) {
            Instant when = who.getWhenAsInstant();
            if (when.isBefore(Instant.EPOCH) || when.isAfter(LATEST)) {
                throw new CorruptObjectException(commit, "a date before 1970 or after 9999");
            }
        }
    }
}
