package poyang.chain.ledger;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Function;
import poyang.kernel.Bytes;

/// The upper nodes of the state tree, opened: every change passes through them, and they are few. Nodes
/// never change, so nothing in here grows old; what was used longest ago leaves first. Thread-safe.
final class NodeCache {
    /// Nodes at most this deep are kept: 16^0 + … + 16^4 of one version, 70,000.
    private static final int DEEPEST = 4;

    private static final long BYTES_MAX =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);
    private static final int VERSION_BYTES = Long.BYTES;

    private final Function<Bytes, Optional<Bytes>> store;
    private final LinkedHashMap<Bytes, Bytes> pages = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    NodeCache(Function<Bytes, Optional<Bytes>> store) {
        this.store = store;
    }

    Optional<Bytes> get(Bytes key) {
        if (key.length() > VERSION_BYTES + DEEPEST) {
            return store.apply(key);
        }
        synchronized (pages) {
            Bytes known = pages.get(key);
            if (known != null) {
                return Optional.of(known);
            }
        }
        Optional<Bytes> found = store.apply(key);
        found.ifPresent(page -> keep(key, page));
        return found;
    }

    /// Takes in what a version wrote, and lets go of what it replaced; only of what is durable.
    void follow(Tree.Update update) {
        for (Bytes key : update.stale()) {
            synchronized (pages) {
                Bytes gone = pages.remove(key);
                bytes -= gone == null ? 0 : gone.length();
            }
        }
        update.written().forEach(node -> keep(node.key(), node.page()));
    }

    private void keep(Bytes key, Bytes page) {
        if (key.length() > VERSION_BYTES + DEEPEST) {
            return;
        }
        synchronized (pages) {
            Bytes before = pages.put(key, page);
            bytes += page.length() - (before == null ? 0 : before.length());
            while (bytes > BYTES_MAX) {
                Iterator<Bytes> eldest = pages.values().iterator();
                bytes -= eldest.next().length();
                eldest.remove();
            }
        }
    }
}
