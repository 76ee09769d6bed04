package poyang.chain.ledger;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.kernel.Bytes;

/// Values of the head's state that were read lately, opened, by their flat keys: accounts are asked for with
/// every transaction, and so is many a thing that is not there. What was used longest ago leaves first. Thread-safe.
///
/// A commit lets go of what it wrote once it is durable; a reader that began before keeps nothing, so that no
/// value stays in here beyond the block that changes it.
final class LatestValues {
    private static final long BYTES_MAX =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 32);
    private static final int ENTRY_BYTES = 100;

    private final LinkedHashMap<Bytes, Optional<Bytes>> values = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;
    private long commits;
    private volatile long staged = -1;

    /// The value, from here or read; empty when there is none.
    Optional<Bytes> get(Bytes flat, Supplier<Optional<Bytes>> read) {
        long before;
        synchronized (this) {
            Optional<Bytes> known = values.get(flat);
            if (known != null) {
                return known;
            }
            before = commits;
        }
        Optional<Bytes> found = read.get();
        keep(flat, found, before);
        return found;
    }

    private synchronized void keep(Bytes flat, Optional<Bytes> value, long before) {
        if (commits != before || values.putIfAbsent(flat, value) != null) {
            return;
        }
        bytes += size(flat, value);
        Iterator<Map.Entry<Bytes, Optional<Bytes>>> eldest = values.entrySet().iterator();
        while (bytes > BYTES_MAX) {
            Map.Entry<Bytes, Optional<Bytes>> gone = eldest.next();
            bytes -= size(gone.getKey(), gone.getValue());
            eldest.remove();
        }
    }

    /// These keys have changed, and the change is durable.
    synchronized void changed(Iterable<Bytes> flats) {
        commits++;
        for (Bytes flat : flats) {
            Optional<Bytes> gone = values.remove(flat);
            bytes -= gone == null ? 0 : size(flat, gone);
        }
    }

    /// The height of the head while the latest values are being made anew for a later one; -1 otherwise.
    long staged() {
        return staged;
    }

    void staged(long height) {
        synchronized (this) {
            commits++;
            values.clear();
            bytes = 0;
        }
        staged = height;
    }

    private static long size(Bytes flat, Optional<Bytes> value) {
        return (long) flat.length() + value.map(Bytes::length).orElse(0) + ENTRY_BYTES;
    }
}
