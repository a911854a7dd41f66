package dev.gitmemory.repo;

/**
 * Told how a long operation goes on, and asked whether to give it up. Called on the thread that works, often: whoever
 * shows it to people decides how often that is.
 */
public interface TransferProgress {

    /** Shows nothing and never gives up. */
    TransferProgress NONE = new TransferProgress() {
        @Override
        public void at(String what, long done, long total) {
            // Nobody looks.
        }

        @Override
        public boolean isCancelled() {
            return false;
        }
    };

    /**
     * A step has got so far.
     *
     * @param what the step, in words for people
     * @param total how much there is to do; 0 when that is not known
     */
    void at(String what, long done, long total);

    /** Whether to give up: the operation then cleans up after itself and fails. */
    boolean isCancelled();
}
