package dev.gitmemory.log;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a bundle says before its pack.
 *
 * @param prerequisites commits that a repository must have before it can take the bundle
 * @param comment one line that stands behind each prerequisite; git shows it and otherwise ignores it. Empty if there
 *     are no prerequisites.
 * @param refs where the refs point; not empty
 */
record BundleHeader(SortedSet<ObjectId> prerequisites, String comment, SortedMap<String, ObjectId> refs) {

    BundleHeader {
        prerequisites = Collections.unmodifiableSortedSet(new TreeSet<>(prerequisites));
        refs = Collections.unmodifiableSortedMap(new TreeMap<>(refs));
    }
}
