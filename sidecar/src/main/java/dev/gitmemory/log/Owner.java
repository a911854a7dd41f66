package dev.gitmemory.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Whose log it is. Every entry and every checkpoint says so by the ref {@link #REF}, which points to a blob with the name
 * of organization and agent. To git it is a ref like any other; clients of the repository are not shown it and can't change it.
 *
 * <p>Logs were written before there was such a ref: an entry without it is read as long as no earlier one had it. Their
 * owner is what PostgreSQL knows of their commits.
 *
 * @param name {@code <organization>/<agent>}, as the keys of the log begin
 */
record Owner(String name) {

    /** Where it stands in the header of a bundle. */
    static final String REF = "refs/git-memory/owner";

    private static final String RESERVED = "refs/git-memory";
    private static final String FOLDER = "/repo.git";

    /** The owner of the log under a prefix; folders above organization and agent are of the store's place, and don't count. */
    static Owner of(String prefix) {
        String ids = prefix.endsWith(FOLDER) ? prefix.substring(0, prefix.length() - FOLDER.length()) : prefix;
        List<String> parts = Arrays.asList(ids.split("/", -1));
        return new Owner(String.join("/", parts.subList(Math.max(0, parts.size() - 2), parts.size())));
    }

    /** Whether a ref's name is for git-memory's own use. */
    static boolean isReserved(String ref) {
        return ref.equals(RESERVED) || ref.startsWith(RESERVED + "/");
    }

    /** What {@link #REF} points to. */
    NewObject blob() {
        return NewObject.of(Constants.OBJ_BLOB, ("git-memory owner\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** These refs, and that they are of this owner. */
    SortedMap<String, ObjectId> sign(SortedMap<String, ObjectId> refs) {
        SortedMap<String, ObjectId> signed = new TreeMap<>(refs);
        signed.put(REF, blob().id());
        return signed;
    }

    /** Whether a header says whose it is. */
    static boolean isIn(BundleHeader header) {
        return header.refs().containsKey(REF);
    }

    /**
     * Checks that a bundle is of this log.
     *
     * @param needed whether the entry before says whose it is
     * @throws MalformedBundleException if it is of another, or does not say whose it is though it must
     */
    void check(BundleHeader header, boolean needed) throws MalformedBundleException {
        ObjectId said = header.refs().get(REF);
        if (said == null && needed) {
            throw new MalformedBundleException("it does not say whose it is, which the entry before does");
        }
        if (said != null && !said.equals(blob().id())) {
            throw new MalformedBundleException("it belongs to another repository, not to '" + name + "'");
        }
    }
}
