package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.StateRange;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The versioned state tree, in the manner of Jellyfish: nodes are keyed by (version, path of nibbles) and
/// never overwritten. A version writes only the nodes that it changed, each whole or as what differs from an older
/// version of it, and refers to the others by the version that wrote them; it says which older nodes it made
/// superfluous, for pruning. An inner node ({@link TreePage}) hashes as four levels of the binary trie that
/// {@link StateTree} defines, so that storage does not show in roots and proofs.
///
/// Source: Gao, Hu, Wu, "Jellyfish Merkle Tree", Diem 2021; here leaves stand in their parents, and a leaf
/// keeps the version of its value when it moves.
final class Tree {
    private final TreePages pages;
    private final CryptoSuite suite;

    Tree(CryptoSuite suite, Nodes nodes) {
        this.suite = suite;
        pages = new TreePages(nodes);
    }

    /// Where a tree's nodes are read.
    @FunctionalInterface
    interface Nodes {
        /// A node's bytes by its key; empty when there is none.
        Optional<Bytes> get(Bytes key);

        /// The same of each of several, in their order.
        default List<Optional<Bytes>> all(List<Bytes> keys) {
            return keys.stream().map(this::get).toList();
        }
    }

    /// Where the hashes of values are found; the tree itself holds them in the hashes of its leaves alone.
    @FunctionalInterface
    interface Values {
        /// The hash of the value that a version gave a key.
        Bytes hash(Bytes keyHash, long version);
    }

    /// Where a subtree's top stands, and its hash.
    ///
    /// @param version that wrote it; of a leaf, that gave it its value
    /// @param leaf the hash of its key, when it is one
    record Ref(long version, Bytes hash, Optional<Bytes> leaf) {
        private Optional<StateProof.Leaf> proven(Values values) {
            return leaf.map(keyHash -> new StateProof.Leaf(keyHash, values.hash(keyHash, version)));
        }
    }

    /// A changed key; an empty value hash deletes it.
    record Change(Bytes keyHash, Optional<Bytes> valueHash) {}

    /// A node to store.
    record Node(Bytes key, Bytes page) {}

    /// A new version.
    static final class Update {
        /// The key was absent before.
        static final long NEW = -1;
        /// The change changes nothing.
        static final long SAME = -2;

        private final Optional<Ref> root;
        private final List<Node> written;
        private final List<Bytes> stale;
        private final long[] previous;

        private Update(Optional<Ref> root, List<Node> written, List<Bytes> stale, long[] previous) {
            this.root = root;
            this.written = written;
            this.stale = stale;
            this.previous = previous;
        }

        /// None: the state is empty.
        Optional<Ref> root() {
            return root;
        }

        Bytes rootHash() {
            return root.map(Ref::hash).orElse(StateTree.EMPTY);
        }

        /// The nodes to store.
        List<Node> written() {
            return written;
        }

        /// Keys of nodes that neither this version nor a later one needs, and the version before did.
        List<Bytes> stale() {
            return stale;
        }

        /// The version of the value that stood under the key of a change, {@link #NEW} or {@link #SAME}.
        long previous(int change) {
            return previous[change];
        }
    }

    /// The tree at `root` with changes applied, as `version`. Each key appears once in `changes`.
    Update apply(Optional<Ref> root, long version, List<Change> changes) {
        Writer writer = new Writer(version, changes);
        TreePage top = new TreePage();
        root.ifPresent(ref -> set(top, ref));
        writer.update(top, 0, new byte[0], 0, changes.size());
        writer.finish(0);
        return new Update(ref(top, 0), writer.written, writer.stale, writer.previous);
    }

    /// The subtree below a path, as if all other keys were absent: what a snapshot is put together from.
    ///
    /// @param leaves ascending by key hash, all below the path
    Update build(byte[] path, long version, List<Change> leaves) {
        Writer writer = new Writer(version, leaves);
        TreePage top = new TreePage();
        writer.update(top, 0, path, 0, leaves.size());
        writer.finish(0);
        return new Update(ref(top, 0), writer.written, writer.stale, writer.previous);
    }

    /// The node at a path over 16 subtrees that were built.
    Update join(byte[] path, long version, List<Optional<Ref>> children) {
        Writer writer = new Writer(version, List.of());
        TreePage top = new TreePage();
        TreePage page = new TreePage();
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            set(page, slot, children.get(slot));
        }
        writer.place(top, 0, path, page);
        writer.finish(0);
        return new Update(ref(top, 0), writer.written, writer.stale, writer.previous);
    }

    private static void set(TreePage page, Ref ref) {
        set(page, 0, Optional.of(ref));
    }

    static void set(TreePage page, int slot, Optional<Ref> child) {
        child.ifPresent(ref -> {
            if (ref.leaf().isPresent()) {
                byte[] keyHash = ref.leaf().get().toArray();
                page.put(slot, new TreePage.Leaf(keyHash, ref.hash().toArray(), ref.version()));
            } else {
                page.putInner(slot, ref.version());
                page.putHash(slot, ref.hash().toArray(), 0);
            }
        });
    }

    static Optional<Ref> ref(TreePage page, int slot) {
        return page.kinds[slot] == TreePage.NONE
                ? Optional.empty()
                : Optional.of(new Ref(page.version(slot), page.hash(slot), page.keyHash(slot)));
    }

    // ---- reading --------------------------------------------------------------------------------

    /// The proof for a key in the tree at `root`.
    StateProof prove(Optional<Ref> root, Bytes keyHash, Values values) {
        Descent descent = descend(root, keyHash.toArray(), 2 * CryptoSuite.DIGEST_BYTES);
        Bug.unless(descent.end().stream().allMatch(ref -> ref.leaf().isPresent()), "two keys have one hash");
        return new StateProof(descent.siblings(), descent.end().flatMap(ref -> ref.proven(values)));
    }

    /// The leaf of a key; its version is that of its value.
    Optional<Ref> find(Optional<Ref> root, Bytes keyHash) {
        return descend(root, keyHash.toArray(), 2 * CryptoSuite.DIGEST_BYTES)
                .end()
                .filter(ref -> ref.leaf().filter(keyHash::equals).isPresent());
    }

    /// The proof that a range of key hashes, those that begin with some nibbles, holds exactly the leaves that it does.
    StateRange proveRange(Optional<Ref> root, byte[] path, Values values) {
        Descent descent = descend(root, packed(path), path.length);
        boolean early = descent.nibbles() < path.length;
        return new StateRange(
                4 * path.length,
                descent.siblings(),
                descent.end().filter(_ -> early).flatMap(ref -> ref.proven(values)));
    }

    /// Visits the leaves whose values a version gave, in the tree at its root: the way to each leads over nodes that
    /// the version wrote.
    void written(Optional<Ref> root, long version, Consumer<Ref> visit) {
        root.filter(ref -> ref.version() == version).ifPresent(ref -> {
            if (ref.leaf().isPresent()) {
                visit.accept(ref);
            } else {
                written(ref, new byte[0], visit);
            }
        });
    }

    private void written(Ref at, byte[] path, Consumer<Ref> visit) {
        TreePage page = load(at.version(), path);
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            if (page.kinds[slot] != TreePage.NONE && page.version(slot) == at.version()) {
                Ref child = ref(page, slot).orElseThrow();
                if (child.leaf().isPresent()) {
                    visit.accept(child);
                } else {
                    written(child, below(path, slot), visit);
                }
            }
        }
    }

    /// @param siblings the other subtree's hash at each binary step, from the root down
    /// @param end where the path ends: a leaf, nothing, or the subtree below all wanted nibbles
    /// @param nibbles how many whole nodes the path went down; below the wanted number when it ended early
    private record Descent(List<Bytes> siblings, Optional<Ref> end, int nibbles) {}

    private Descent descend(Optional<Ref> root, byte[] keyHash, int wanted) {
        List<Bytes> siblings = new ArrayList<>();
        Optional<Ref> at = root;
        int depth = 0;
        while (depth < wanted && at.isPresent() && at.get().leaf().isEmpty()) {
            TreePage page = load(at.get().version(), nibbles(keyHash, depth));
            int nibble = nibble(keyHash, depth);
            int from = 0;
            int width = TreePage.SLOTS;
            while (width > 1 && page.loneLeaf(from, from + width) < 0 && !page.empty(from, from + width)) {
                width >>= 1;
                boolean right = nibble >= from + width;
                int sibling = right ? from : from + width;
                siblings.add(Bytes.wrap(PageHashes.ofPart(suite, page, sibling, sibling + width)));
                from = right ? from + width : from;
            }
            if (width > 1) {
                int lone = page.loneLeaf(from, from + width);
                return new Descent(siblings, lone < 0 ? Optional.empty() : ref(page, lone), depth);
            }
            at = ref(page, nibble);
            depth++;
        }
        return new Descent(siblings, at, depth);
    }

    TreePage load(long version, byte[] path) {
        return pages.get(nodeKey(version, path));
    }

    // ---- writing --------------------------------------------------------------------------------

    private final class Writer {
        /// So many changes at most have the pages in their way read together.
        private static final int AHEAD_MAX = 8192;
        /// So many pages that wait fill the lanes of the digest; more need not be kept.
        private static final int TOGETHER = 1024;

        private final long version;
        private final int[] order;
        private final byte[][] keyHashes;
        private final Map<Bytes, TreePage> ahead = new LinkedHashMap<>();
        private final TreePage.Leaf[] fresh;
        private final long[] previous;
        private final List<Node> written = new ArrayList<>();
        private final List<Bytes> stale = new ArrayList<>();
        private final List<List<Placed>> pending = new ArrayList<>();
        private int waiting;

        private static final class Placed {
            private final TreePage parent;
            private final int slot;
            private final byte[] path;
            private final TreePage page;

            Placed(TreePage parent, int slot, byte[] path, TreePage page) {
                this.parent = parent;
                this.slot = slot;
                this.path = path;
                this.page = page;
            }
        }

        @SuppressWarnings("NullAway") // deletions have no fresh leaf
        Writer(long version, List<Change> changes) {
            this.version = version;
            order = ordered(changes);
            keyHashes = new byte[order.length][];
            for (int i = 0; i < order.length; i++) {
                keyHashes[i] = changes.get(order[i]).keyHash().toArray();
            }
            previous = new long[changes.size()];
            Arrays.fill(previous, Update.SAME);
            fresh = new TreePage.Leaf[changes.size()];
            List<Change> puts =
                    changes.stream().filter(c -> c.valueHash().isPresent()).toList();
            byte[] hashes = PageHashes.ofLeaves(suite, puts);
            int put = 0;
            for (int i = 0; i < fresh.length; i++) {
                if (changes.get(i).valueHash().isPresent()) {
                    byte[] hash = Arrays.copyOfRange(hashes, put * TreePage.HASH, (put + 1) * TreePage.HASH);
                    fresh[i] = new TreePage.Leaf(changes.get(i).keyHash().toArray(), hash, version);
                    put++;
                }
            }
        }

        /// The numbers of the changes in the order of their key hashes: by the first bits, and where two have the same
        /// ones by all.
        private static int[] ordered(List<Change> changes) {
            long[] sorted = new long[changes.size()];
            for (int i = 0; i < sorted.length; i++) {
                Bytes hash = changes.get(i).keyHash();
                long first = 0;
                for (int octet = 0; octet < Integer.BYTES; octet++) {
                    first = first << Byte.SIZE | hash.at(octet) & 0xff;
                }
                sorted[i] = first << Integer.SIZE - 1 | i;
            }
            Arrays.sort(sorted);
            int[] order = new int[sorted.length];
            for (int i = 0; i < order.length; i++) {
                int change = (int) (sorted[i] & Integer.MAX_VALUE);
                int at = i;
                Bytes hash = changes.get(change).keyHash();
                while (at > 0
                        && sorted[at - 1] >>> Integer.SIZE - 1 == sorted[i] >>> Integer.SIZE - 1
                        && changes.get(order[at - 1]).keyHash().compareTo(hash) > 0) {
                    order[at] = order[at - 1];
                    at--;
                }
                order[at] = change;
            }
            return order;
        }

        /// Where the changes from `at` on, below `to`, have another nibble at a depth than the first.
        private int sameUntil(int at, int to, int depth) {
            int nibble = nibble(keyHashes[at], depth);
            int end = at + 1;
            while (end < to && nibble(keyHashes[end], depth) == nibble) {
                end++;
            }
            return end;
        }

        /// A page that is there, and the changes below it.
        private record Span(Bytes key, int from, int to) {
            byte[] path() {
                return key.slice(Long.BYTES, key.length()).toArray();
            }
        }

        /// Reads the pages that changes pass through, all of one depth together.
        private void readAhead(Span top) {
            List<Span> level = List.of(top);
            while (!level.isEmpty()) {
                List<TreePage> read = pages.all(level.stream().map(Span::key).toList());
                List<Span> below = new ArrayList<>();
                for (int i = 0; i < level.size(); i++) {
                    Span span = level.get(i);
                    TreePage page = read.get(i);
                    ahead.put(span.key, page);
                    byte[] path = span.path();
                    int depth = path.length;
                    for (int at = span.from; at < span.to; ) {
                        int end = sameUntil(at, span.to, depth);
                        int nibble = nibble(keyHashes[at], depth);
                        if (page.kinds[nibble] == TreePage.INNER) {
                            below.add(new Span(nodeKey(page.version(nibble), below(path, nibble)), at, end));
                        }
                        at = end;
                    }
                }
                level = below;
            }
        }

        private TreePage take(long of, byte[] path, int from, int to) {
            Bytes key = nodeKey(of, path);
            TreePage known = ahead.remove(key);
            if (known == null && to - from > 1 && to - from <= AHEAD_MAX) {
                readAhead(new Span(key, from, to));
                known = ahead.remove(key);
            }
            return known == null ? pages.get(key) : known;
        }

        /// Applies the changes `from` to `to` of the order to what stands in a place; true when it changed.
        boolean update(TreePage parent, int slot, byte[] path, int from, int to) {
            if (from == to) {
                return false;
            }
            if (parent.kinds[slot] != TreePage.INNER) {
                return scatter(parent, slot, path, from, to);
            }
            TreePage page = take(parent.version(slot), path, from, to);
            boolean changed = false;
            int at = from;
            while (at < to) {
                int nibble = nibble(keyHashes[at], path.length);
                int end = sameUntil(at, to, path.length);
                changed |= update(page, nibble, below(path, nibble), at, end);
                if (path.length == 0 && waiting >= TOGETHER) {
                    finish(1);
                }
                at = end;
            }
            if (changed) {
                replace(parent, slot, path, page);
            }
            return changed;
        }

        /// Puts a page that was changed where it stood. What it differs from is needed as long as it is stored so.
        private void replace(TreePage parent, int slot, byte[] path, TreePage page) {
            long before = parent.version(slot);
            place(parent, slot, path, page);
            if (before != page.base()) {
                stale.add(nodeKey(before, path));
            }
            if (parent.kinds[slot] != TreePage.INNER || !page.differs()) {
                stale.add(nodeKey(page.base(), path));
            }
        }

        /// What becomes of an empty place or a leaf.
        private boolean scatter(TreePage parent, int slot, byte[] path, int from, int to) {
            List<TreePage.Leaf> all = new ArrayList<>();
            boolean changed = false;
            boolean kept = parent.kinds[slot] == TreePage.LEAF;
            for (int at = from; at < to; at++) {
                int change = order[at];
                byte[] keyHash = keyHashes[at];
                boolean own = parent.holds(slot, keyHash);
                TreePage.Leaf put = fresh[change];
                kept &= !own;
                if (own
                        && put != null
                        && Arrays.equals(put.hash(), parent.leaf(slot).hash())) {
                    all.add(parent.leaf(slot));
                } else if (put != null || own) {
                    previous[change] = own ? parent.version(slot) : Update.NEW;
                    changed = true;
                    if (put != null) {
                        all.add(put);
                    }
                }
            }
            if (!changed) {
                return false;
            }
            if (kept) {
                all.add(parent.leaf(slot));
                all.sort((a, b) -> Arrays.compareUnsigned(a.keyHash(), b.keyHash()));
            }
            spread(parent, slot, path, all);
            return true;
        }

        private void spread(TreePage parent, int slot, byte[] path, List<TreePage.Leaf> leaves) {
            if (leaves.isEmpty()) {
                parent.clear(slot);
            } else if (leaves.size() == 1) {
                parent.put(slot, leaves.getFirst());
            } else {
                TreePage page = new TreePage();
                int from = 0;
                while (from < leaves.size()) {
                    int nibble = nibble(leaves.get(from).keyHash(), path.length);
                    int to = from;
                    while (to < leaves.size() && nibble(leaves.get(to).keyHash(), path.length) == nibble) {
                        to++;
                    }
                    spread(page, nibble, below(path, nibble), leaves.subList(from, to));
                    from = to;
                }
                place(parent, slot, path, page);
            }
        }

        /// Puts a page into its parent: nothing of an empty one, the leaf alone of one with nothing else.
        void place(TreePage parent, int slot, byte[] path, TreePage page) {
            int lone = page.loneLeaf(0, TreePage.SLOTS);
            if (page.count() == 0) {
                parent.clear(slot);
            } else if (lone >= 0) {
                parent.put(slot, page.leaf(lone));
            } else {
                parent.putInner(slot, version);
                while (pending.size() <= path.length) {
                    pending.add(new ArrayList<>());
                }
                pending.get(path.length).add(new Placed(parent, slot, path, page));
                waiting++;
            }
        }

        /// Hashes what waits at a depth or below, the deepest first, and hands it out to be stored.
        void finish(int depth) {
            for (int at = pending.size() - 1; at >= depth; at--) {
                List<Placed> level = pending.get(at);
                byte[] hashes = PageHashes.of(
                        suite, level.stream().map(placed -> placed.page).toList());
                for (int i = 0; i < level.size(); i++) {
                    Placed placed = level.get(i);
                    placed.parent.putHash(placed.slot, hashes, i * TreePage.HASH);
                    written.add(new Node(nodeKey(version, placed.path), Bytes.wrap(placed.page.encoded())));
                }
                waiting -= level.size();
                level.clear();
            }
        }
    }

    // ---- paths ----------------------------------------------------------------------------------

    static Bytes nodeKey(long version, byte[] path) {
        return new RecordWriter(Long.BYTES + path.length)
                .u64(version)
                .raw(Bytes.wrap(path))
                .toBytes();
    }

    static byte[] below(byte[] path, int nibble) {
        byte[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = (byte) nibble;
        return longer;
    }

    /// Does a key hash begin with these nibbles?
    static boolean begins(Bytes keyHash, byte[] path) {
        for (int depth = 0; depth < path.length; depth++) {
            if (nibble(keyHash, depth) != path[depth]) {
                return false;
            }
        }
        return true;
    }

    static int nibble(Bytes keyHash, int depth) {
        return keyHash.at(depth >>> 1) >>> ((depth & 1) == 0 ? 4 : 0) & 0xf;
    }

    private static int nibble(byte[] keyHash, int depth) {
        Bug.unless(depth < 2 * CryptoSuite.DIGEST_BYTES, "two keys have one hash");
        return keyHash[depth >>> 1] >>> ((depth & 1) == 0 ? 4 : 0) & 0xf;
    }

    private static byte[] nibbles(byte[] keyHash, int count) {
        byte[] path = new byte[count];
        for (int i = 0; i < count; i++) {
            path[i] = (byte) nibble(keyHash, i);
        }
        return path;
    }

    /// A key hash that begins with the nibbles.
    static byte[] packed(byte[] path) {
        byte[] keyHash = new byte[CryptoSuite.DIGEST_BYTES];
        for (int i = 0; i < path.length; i++) {
            keyHash[i >>> 1] |= (byte) (path[i] << ((i & 1) == 0 ? 4 : 0));
        }
        return keyHash;
    }
}
