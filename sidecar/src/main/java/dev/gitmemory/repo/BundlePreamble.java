package dev.gitmemory.repo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * What a bundle that anybody may have made says before its pack: {@code gitformat-bundle(5)}, version 2, and version 3
 * as long as it says what version 2 says by itself.
 *
 * @param prerequisites commits that whoever takes the bundle must have
 * @param refs {@code HEAD} among them where the bundle has one
 */
record BundlePreamble(Set<ObjectId> prerequisites, SortedMap<String, ObjectId> refs) {

    private static final String V2 = "# v2 git bundle";
    private static final String V3 = "# v3 git bundle";
    private static final int ID = Constants.OBJECT_ID_STRING_LENGTH;

    /** Longer than any name of a ref that a file system holds. */
    private static final int LONGEST_LINE_BYTES = 8192;

    private static final int MOST_LINES = 1_000_000;

    /** Why ids by another function than SHA-1 can't come in, and how they can all the same. */
    static final String OTHER_IDS =
            "names its objects by %s, and memory has SHA-1; convert the repository, whose commits"
                    + " get other ids: 'git init --object-format=sha1 NEW', then 'git fast-export --all | git -C NEW fast-import'";

    /**
     * Reads it, and leaves the stream where the pack begins.
     *
     * @throws TransferException if it is no bundle, or one that is not understood; the message says why
     */
    static BundlePreamble read(InputStream in) throws IOException {
        String signature = line(in);
        if (!signature.equals(V2) && !signature.equals(V3)) {
            throw new TransferException("it does not begin with '" + V2 + "'");
        }
        Set<ObjectId> prerequisites = new TreeSet<>();
        SortedMap<String, ObjectId> refs = new TreeMap<>();
        int lines = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (++lines > MOST_LINES) {
                throw new TransferException("it has more than " + MOST_LINES + " refs");
            }
            if (line.startsWith("@")) {
                checkCapability(line);
            } else if (line.startsWith("-")) {
                prerequisites.add(id(line, 1));
            } else {
                refs.put(refName(line), id(line, 0));
            }
        }
        return new BundlePreamble(prerequisites, refs);
    }

    private static void checkCapability(String line) throws TransferException {
        if (line.startsWith("@object-format=") && !line.endsWith("=sha1")) {
            throw new TransferException("it " + OTHER_IDS.formatted(line.substring(line.indexOf('=') + 1)));
        }
        if (line.startsWith("@filter=")) {
            throw new TransferException("it was made with --" + line.substring(1)
                    + " and lacks objects; make one without that in a repository that has them all");
        }
        if (!line.equals("@object-format=sha1")) {
            throw new TransferException("it needs '" + line.substring(1)
                    + "', which git-memory does not have; make one with 'git bundle create FILE --all'");
        }
    }

    private static String refName(String line) throws TransferException {
        String name = line.length() > ID + 1 && line.charAt(ID) == ' ' ? line.substring(ID + 1) : "";
        boolean valid = name.startsWith(Constants.R_REFS) && Repository.isValidRefName(name);
        if (!valid && !name.equals(Constants.HEAD)) {
            throw new TransferException("its header has a line that is no ref: '" + line + "'");
        }
        return name;
    }

    private static ObjectId id(String line, int begin) throws TransferException {
        try {
            return ObjectId.fromString(line.substring(begin, Math.min(begin + ID, line.length())));
        } catch (InvalidObjectIdException e) {
            throw new TransferException("its header has a line without an object's id: '" + line + "'", e);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() == LONGEST_LINE_BYTES) {
                throw new TransferException("its header is cut short, or has a line that is too long");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
