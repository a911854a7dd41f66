package dev.gitmemory.repo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Finds the files of a commit that are too big, by their paths, before anything is read. */
final class BigFiles {

    private BigFiles() {}

    /** @throws TransferException if there are any, or more files than allowed */
    static void check(ObjectReader reader, ObjectId commit, ImportLimits limits) throws TransferException {
        List<String> tooBig = new ArrayList<>();
        int files = 0;
        try (RevWalk walk = new RevWalk(reader);
                TreeWalk tree = new TreeWalk(reader)) {
            tree.addTree(walk.parseCommit(commit).getTree());
            tree.setRecursive(true);
            while (tree.next() && files <= limits.files()) {
                files++;
                if (!tree.getFileMode().equals(FileMode.GITLINK)) {
                    long size = reader.getObjectSize(tree.getObjectId(0), Constants.OBJ_BLOB);
                    if (size > limits.fileBytes()) {
                        tooBig.add("%s has %d bytes".formatted(TreePaths.shown(tree), size));
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            return; // nothing here was checked yet: ObjectCopy says what is wrong with it
        }
        if (files > limits.files()) {
            throw new TransferException("it has more than " + limits.files() + " files");
        }
        if (!tooBig.isEmpty()) {
            throw new TransferException("the limit for a file is %d MiB (--max-file-size): %s"
                    .formatted(limits.fileBytes() >> 20, String.join("; ", tooBig)));
        }
    }
}
