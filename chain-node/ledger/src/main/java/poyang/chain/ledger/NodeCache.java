package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// The upper nodes of the state tree, opened: every change passes through them, and they are few. Nodes
/// never change, so nothing in here grows old; what was used longest ago leaves first. Thread-safe.
final class NodeCache implements Tree.Nodes {
    /// Nodes at most this deep are kept: 16^0 + … + 16^4 of one version, 70,000.
    private static final int DEEPEST = 4;

    private static final long BYTES_MAX =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);
    private static final int VERSION_BYTES = Long.BYTES;

    private final Tree.Nodes store;
    private final LinkedHashMap<Bytes, Bytes> pages = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    NodeCache(Tree.Nodes store) {
        this.store = store;
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
        Optional<Bytes> known = known(key);
        return known.isPresent() ? known : kept(key, store.get(key));
    }

    @Override
    public List<Optional<Bytes>> all(List<Bytes> keys) {
        List<Optional<Bytes>> found = new ArrayList<>(keys.size());
        List<Bytes> asked = new ArrayList<>();
        for (Bytes key : keys) {
            Optional<Bytes> known = known(key);
            found.add(known);
            if (known.isEmpty()) {
                asked.add(key);
            }
        }
        if (!asked.isEmpty()) {
            Iterator<Optional<Bytes>> read = store.all(asked).iterator();
            for (int i = 0; i < found.size(); i++) {
                if (found.get(i).isEmpty()) {
                    found.set(i, kept(keys.get(i), read.next()));
                }
            }
        }
        return found;
    }

    private Optional<Bytes> known(Bytes key) {
        if (key.length() > VERSION_BYTES + DEEPEST) {
            return Optional.empty();
        }
        synchronized (pages) {
            return Optional.ofNullable(pages.get(key));
        }
    }

    private Optional<Bytes> kept(Bytes key, Optional<Bytes> found) {
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
