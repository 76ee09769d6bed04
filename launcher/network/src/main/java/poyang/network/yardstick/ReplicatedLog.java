package poyang.network.yardstick;

/// One replica of a log under measurement.
public interface ReplicatedLog extends AutoCloseable {
    /// Can requests be brought to this replica now?
    boolean leads();

    /// Orders a request. Must not block for long; the request is not changed any more.
    void order(byte[] request, Answer answer);

    /// What this replica has applied so far.
    Applied applied();

    @Override
    void close();

    /// What becomes of a request.
    interface Answer {
        /// @param applied is it final, durable at a majority, and applied here? Otherwise it was refused
        void done(boolean applied);
    }
}
