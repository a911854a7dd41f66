package dev.gitmemory.repo;

import java.io.IOException;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/** The tree of a commit that an import makes on top of the commits that come in. */
final class ImportedTree {

    private static final String ATTRIBUTES = ".gitattributes";

    private ImportedTree() {}

    /**
     * Writes it: their files, some with another text, and our settings for line ends unless they have some.
     *
     * @param ours null where theirs continues ours, so that it has the settings that are to be had
     * @param replaced texts by path; all of the paths are files of theirs
     * @param into gets what is new
     */
    static ObjectId write(
            ObjectReader reader,
            @Nullable RevCommit ours,
            RevCommit theirs,
            Map<String, String> replaced,
            ObjectInserter into)
            throws IOException {
        TreeFolder tree = new TreeFolder(reader, theirs.getTree());
        TreeLeaf settings = ours == null
                ? null
                : new TreeFolder(reader, ours.getTree()).leaves().get(ATTRIBUTES);
        if (settings != null && !tree.folders().containsKey(ATTRIBUTES)) {
            tree.leaves().putIfAbsent(ATTRIBUTES, settings);
        }
        for (Map.Entry<String, String> file : replaced.entrySet()) {
            replace(tree, file.getKey(), file.getValue());
        }
        return tree.write(into);
    }

    private static void replace(TreeFolder tree, String path, String text) throws IOException {
        TreeFolder folder = tree;
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length - 1; i++) {
            folder = folder == null ? null : folder.folders().get(TreeFolder.key(segments[i]));
        }
        String name = TreeFolder.key(segments[segments.length - 1]);
        TreeLeaf before = folder == null ? null : folder.leaves().get(name);
        if (folder == null || before == null) {
            throw new IllegalStateException("there is no file at " + path + " of which the text could be replaced");
        }
        folder.leaves().put(name, TreeLeaf.file(Texts.encode(path, text), before));
    }
}
