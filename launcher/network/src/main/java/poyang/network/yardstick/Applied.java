package poyang.network.yardstick;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The state machine of all logs under measurement: how many requests, and a digest of all in their order, by
/// which replicas are compared. One thread adds.
public final class Applied {
    private static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;

    private final CRC32C check = new CRC32C();
    private Seen seen = new Seen(0, 0);

    /// @param requests applied so far
    /// @param digest of their bytes and order
    public record Seen(long requests, long digest) {}

    /// The next request of the log: the rest of the buffer, which stays as it is, for it may be on its way to others.
    public void add(ByteBuffer request) {
        check.reset();
        check.update(request.duplicate());
        long value = check.getValue();
        synchronized (this) {
            seen = new Seen(seen.requests() + 1, (seen.digest() ^ value) * FACTOR);
        }
    }

    public synchronized Seen seen() {
        return seen;
    }
}
