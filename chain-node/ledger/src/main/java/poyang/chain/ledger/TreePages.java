package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import poyang.kernel.Bytes;

/// Reads nodes of the state tree, also those that are stored as what differs from an older version.
final class TreePages {
    private final Tree.Nodes nodes;

    TreePages(Tree.Nodes nodes) {
        this.nodes = nodes;
    }

    /// The node under a key.
    TreePage get(Bytes key) {
        byte[] stored = there(key, nodes.get(key));
        Optional<Bytes> base = baseKey(key, stored);
        return base.isEmpty()
                ? TreePage.decode(stored, versionOf(key))
                : whole(base.get(), nodes.get(base.get())).changedBy(stored);
    }

    /// The nodes under several keys, read together, in their order.
    List<TreePage> all(List<Bytes> keys) {
        List<Optional<Bytes>> found = nodes.all(keys);
        List<byte[]> stored = new ArrayList<>(keys.size());
        List<Optional<Bytes>> bases = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            stored.add(there(keys.get(i), found.get(i)));
            bases.add(baseKey(keys.get(i), stored.get(i)));
        }
        List<Bytes> asked = bases.stream().flatMap(Optional::stream).toList();
        Iterator<Optional<Bytes>> wholes = (asked.isEmpty() ? List.<Optional<Bytes>>of() : nodes.all(asked)).iterator();
        List<TreePage> pages = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            Optional<Bytes> base = bases.get(i);
            pages.add(
                    base.isEmpty()
                            ? TreePage.decode(stored.get(i), versionOf(keys.get(i)))
                            : whole(base.get(), wholes.next()).changedBy(stored.get(i)));
        }
        return pages;
    }

    /// Where the older version of a node stands that the stored one differs from.
    static Optional<Bytes> baseKey(Bytes key, byte[] stored) {
        OptionalLong base = TreePage.base(stored);
        if (base.isEmpty()) {
            return Optional.empty();
        }
        if (base.getAsLong() >= versionOf(key)) {
            throw RecordReader.damaged("a node of the state tree differs from a later one");
        }
        return Optional.of(Tree.nodeKey(
                base.getAsLong(), key.slice(Long.BYTES, key.length()).toArray()));
    }

    private static TreePage whole(Bytes key, Optional<Bytes> stored) {
        return TreePage.decode(there(key, stored), versionOf(key));
    }

    private static byte[] there(Bytes key, Optional<Bytes> stored) {
        return stored.orElseThrow(() -> RecordReader.damaged("a node of the state tree is missing: " + key))
                .toArray();
    }

    private static long versionOf(Bytes nodeKey) {
        return new RecordReader(nodeKey).u64();
    }
}
