package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The versioned state tree. Nodes are keyed by (version, path of nibbles) and never overwritten: a
/// version writes only the nodes that it changed, and refers to the others by the version that wrote
/// them. An inner node has 16 children and hashes as four levels of the binary trie that
/// {@link StateTree} defines, so that storage does not show in roots and proofs.
final class Tree {
    private static final int CHILDREN = 16;

    /// Loads a node's bytes by its key; empty when there is none.
    private final Function<Bytes, Optional<Bytes>> nodes;

    private final CryptoSuite suite;

    Tree(CryptoSuite suite, Function<Bytes, Optional<Bytes>> nodes) {
        this.suite = suite;
        this.nodes = nodes;
    }

    /// Where a subtree's top node stands, and its hash.
    record Ref(long version, Bytes hash, boolean leaf) {}

    /// A changed key; an empty value hash deletes it.
    record Change(Bytes keyHash, Optional<Bytes> valueHash) {}

    /// A new version's root (none: the state is empty) and the nodes to store.
    record Update(Optional<Ref> root, Map<Bytes, Bytes> written) {
        Bytes rootHash() {
            return root.map(Ref::hash).orElse(StateTree.EMPTY);
        }
    }

    /// The tree at `root` with changes applied, as `version`. Each key appears once in `changes`.
    Update apply(Optional<Ref> root, long version, List<Change> changes) {
        List<Change> sorted = new ArrayList<>(changes);
        sorted.sort((a, b) -> a.keyHash().compareTo(b.keyHash()));
        Writer writer = new Writer(version);
        Ref top = writer.update(root.orElse(null), Bytes.empty(), sorted);
        return new Update(Optional.ofNullable(top), writer.written);
    }

    /// The proof for a key in the tree at `root`.
    StateProof prove(Optional<Ref> root, Bytes keyHash) {
        List<Bytes> siblings = new ArrayList<>();
        Ref at = root.orElse(null);
        Bytes path = Bytes.empty();
        while (at != null && !at.leaf()) {
            @Nullable Ref[] children = inner(at, path);
            int nibble = nibble(keyHash, path.length());
            int from = 0;
            int width = CHILDREN;
            Ref lone = null;
            while (width > 1) {
                lone = loneLeaf(children, from, from + width);
                if (lone != null || count(children, from, from + width) == 0) {
                    break;
                }
                width >>= 1;
                boolean right = nibble >= from + width;
                int sibling = right ? from : from + width;
                siblings.add(hash(children, sibling, sibling + width));
                from = right ? from + width : from;
            }
            if (width == 1) {
                path = path.concat(digit(nibble));
                at = children[nibble];
            } else if (lone == null) {
                at = null;
            } else {
                path = path.concat(digit(Arrays.asList(children).indexOf(lone)));
                at = lone;
            }
        }
        return new StateProof(siblings, at == null ? Optional.empty() : Optional.of(leaf(at, path, Map.of())));
    }

    private final class Writer {
        private final long version;
        private final Map<Bytes, Bytes> written = new TreeMap<>();

        Writer(long version) {
            this.version = version;
        }

        @Nullable
        Ref update(@Nullable Ref current, Bytes path, List<Change> changes) {
            if (changes.isEmpty()) {
                return current;
            }
            if (current == null) {
                return fresh(path, changes);
            }
            if (current.leaf()) {
                return besideLeaf(current, path, changes);
            }
            @Nullable Ref[] before = inner(current, path);
            return descend(current, before, path, changes);
        }

        private @Nullable Ref fresh(Bytes path, List<Change> changes) {
            List<Change> puts =
                    changes.stream().filter(c -> c.valueHash().isPresent()).toList();
            if (puts.isEmpty()) {
                return null;
            }
            if (puts.size() == 1) {
                Change only = puts.getFirst();
                return writeLeaf(path, only.keyHash(), only.valueHash().orElseThrow());
            }
            return descend(null, new @Nullable Ref[CHILDREN], path, puts);
        }

        private @Nullable Ref besideLeaf(Ref current, Bytes path, List<Change> changes) {
            StateProof.Leaf old = leaf(current, path, written);
            List<Change> all = new ArrayList<>(changes);
            if (changes.stream().noneMatch(c -> c.keyHash().equals(old.keyHash()))) {
                all.add(new Change(old.keyHash(), Optional.of(old.valueHash())));
                all.sort((a, b) -> a.keyHash().compareTo(b.keyHash()));
            }
            Ref result = fresh(path, all);
            if (result != null && result.hash().equals(current.hash())) {
                written.remove(nodeKey(result.version(), path));
                return current;
            }
            return result;
        }

        private @Nullable Ref descend(@Nullable Ref current, @Nullable Ref[] before, Bytes path, List<Change> changes) {
            @Nullable Ref[] after = before.clone();
            int from = 0;
            while (from < changes.size()) {
                int nibble = nibble(changes.get(from).keyHash(), path.length());
                int to = from;
                while (to < changes.size() && nibble(changes.get(to).keyHash(), path.length()) == nibble) {
                    to++;
                }
                after[nibble] = update(before[nibble], path.concat(digit(nibble)), changes.subList(from, to));
                from = to;
            }
            if (current != null && Arrays.equals(before, after)) {
                return current;
            }
            if (count(after, 0, CHILDREN) == 0) {
                return null;
            }
            Ref lone = loneLeaf(after, 0, CHILDREN);
            if (lone != null) {
                Bytes childPath = path.concat(digit(Arrays.asList(after).indexOf(lone)));
                StateProof.Leaf content = leaf(lone, childPath, written);
                if (lone.version() == version) {
                    written.remove(nodeKey(version, childPath));
                }
                return writeLeaf(path, content.keyHash(), content.valueHash());
            }
            return writeInner(path, after);
        }

        private Ref writeLeaf(Bytes path, Bytes keyHash, Bytes valueHash) {
            written.put(
                    nodeKey(version, path),
                    Bytes.wrap(new byte[] {1}).concat(keyHash).concat(valueHash));
            return new Ref(version, StateTree.leaf(suite, keyHash, valueHash), true);
        }

        private Ref writeInner(Bytes path, @Nullable Ref[] children) {
            RecordWriter out = new RecordWriter().u8(2);
            for (Ref child : children) {
                out.u8(child == null ? 0 : child.leaf() ? 2 : 1);
                if (child != null) {
                    out.u64(child.version()).raw(child.hash());
                }
            }
            written.put(nodeKey(version, path), out.toBytes());
            return new Ref(version, hash(children, 0, CHILDREN), false);
        }
    }

    private @Nullable Ref[] inner(Ref at, Bytes path) {
        RecordReader in = new RecordReader(load(at, path, Map.of()));
        in.expect(2);
        @Nullable Ref[] children = new @Nullable Ref[CHILDREN];
        for (int i = 0; i < CHILDREN; i++) {
            int kind = in.u8();
            if (kind != 0) {
                children[i] = new Ref(in.u64(), in.raw(CryptoSuite.DIGEST_BYTES), kind == 2);
            }
        }
        return children;
    }

    private StateProof.Leaf leaf(Ref at, Bytes path, Map<Bytes, Bytes> written) {
        RecordReader in = new RecordReader(load(at, path, written));
        in.expect(1);
        return new StateProof.Leaf(in.raw(CryptoSuite.DIGEST_BYTES), in.raw(CryptoSuite.DIGEST_BYTES));
    }

    private Bytes load(Ref at, Bytes path, Map<Bytes, Bytes> written) {
        Bytes key = nodeKey(at.version(), path);
        Bytes mine = written.get(key);
        return mine != null
                ? mine
                : nodes.apply(key)
                        .orElseThrow(() -> RecordReader.damaged("a node of the state tree is missing: " + key));
    }

    /// The hash of the binary subtree over children `from` to `to`.
    private Bytes hash(@Nullable Ref[] children, int from, int to) {
        if (count(children, from, to) == 0) {
            return StateTree.EMPTY;
        }
        Ref lone = to - from == 1 ? children[from] : loneLeaf(children, from, to);
        if (lone != null) {
            return lone.hash();
        }
        int middle = (from + to) >>> 1;
        return StateTree.node(suite, hash(children, from, middle), hash(children, middle, to));
    }

    private static int count(@Nullable Ref[] children, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += children[i] == null ? 0 : 1;
        }
        return count;
    }

    /// The only child in a range when it is a leaf.
    private static @Nullable Ref loneLeaf(@Nullable Ref[] children, int from, int to) {
        Ref found = null;
        for (int i = from; i < to; i++) {
            Ref child = children[i];
            if (child != null) {
                if (found != null || !child.leaf()) {
                    return null;
                }
                found = child;
            }
        }
        return found;
    }

    private static Bytes nodeKey(long version, Bytes path) {
        return new RecordWriter().u64(version).raw(path).toBytes();
    }

    private static Bytes digit(int nibble) {
        return Bytes.wrap(new byte[] {(byte) nibble});
    }

    private static int nibble(Bytes keyHash, int depth) {
        Bug.unless(depth < 2 * CryptoSuite.DIGEST_BYTES, "two keys have one hash");
        return keyHash.at(depth >>> 1) >>> ((depth & 1) == 0 ? 4 : 0) & 0xf;
    }
}
