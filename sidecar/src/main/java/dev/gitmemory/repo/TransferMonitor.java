package dev.gitmemory.repo;

import org.eclipse.jgit.lib.ProgressMonitor;

/** JGit's way to tell of progress, passed on to a {@link TransferProgress}. Not thread-safe. */
final class TransferMonitor implements ProgressMonitor {

    private final TransferProgress progress;
    private String task = "";
    private long done;
    private long total;

    TransferMonitor(TransferProgress progress) {
        this.progress = progress;
    }

    @Override
    public void start(int totalTasks) {
        // Each task is told of by itself.
    }

    @Override
    public void beginTask(String title, int totalWork) {
        task = title;
        done = 0;
        total = totalWork == UNKNOWN ? 0 : totalWork;
    }

    @Override
    public void update(int completed) {
        done += completed;
        progress.at(task, done, total);
    }

    @Override
    public void endTask() {
        // The next one begins, or all is done.
    }

    @Override
    public boolean isCancelled() {
        return progress.isCancelled();
    }

    @Override
    public void showDuration(boolean enabled) {
        // Whoever shows it decides.
    }
}
