package dev.gitmemory.repo;

/** What can be imported. */
public enum SourceKind {
    BARE_REPOSITORY("a bare git repository"),
    WORK_TREE("a git repository with a work tree, of which the commits count"),
    LETTA_MEMFS("the git folder of a Letta memory file system (memfs)"),
    BUNDLE("a git bundle"),
    FOLDER("a folder of files");

    private final String text;

    SourceKind(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }
}
