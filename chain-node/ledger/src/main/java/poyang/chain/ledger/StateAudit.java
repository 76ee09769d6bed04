package poyang.chain.ledger;

import java.util.Optional;
import poyang.chain.proofs.StateTree;
import poyang.kernel.Bytes;

/// Checks the stored state tree, height by height, down to the values. Nothing stored is believed: each
/// node is hashed anew, and what a version refers to in older ones must stand just so in the version
/// before, which was checked. So a root that a quorum attested vouches for every value.
final class StateAudit {
    private final Store store;
    private final Tree tree;
    private long nodes;
    private long entries;

    StateAudit(Store store, Tree tree) {
        this.store = store;
        this.tree = tree;
    }

    /// Something is wrong, in words.
    @SuppressWarnings("serial")
    private static final class Wrong extends RuntimeException {
        Wrong(String wrong) {
            super(wrong, null, false, false);
        }
    }

    private interface Check {
        void run();
    }

    private static Optional<String> tried(Check check) {
        try {
            check.run();
            return Optional.empty();
        } catch (Wrong e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    private static void need(boolean holds, String wrong) {
        if (!holds) {
            throw new Wrong(wrong);
        }
    }

    /// The first state that is kept: every node and every value.
    Optional<String> whole(Optional<Tree.Ref> root) {
        return tried(() -> root.ifPresent(ref -> all(ref, new byte[0])));
    }

    private void all(Tree.Ref ref, byte[] path) {
        if (ref.leaf().isPresent()) {
            value(ref, path);
            return;
        }
        TreePage page = page(ref, path);
        // What it differs from was written before, for a state that is not kept; in later ones it is counted as theirs.
        nodes += page.base() == ref.version() ? 0 : 1;
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            byte[] below = Tree.below(path, slot);
            Tree.ref(page, slot).ifPresent(child -> all(child, below));
        }
    }

    /// The state after the next block, whose predecessor was checked.
    Optional<String> next(Optional<Tree.Ref> before, Optional<Tree.Ref> after, long height) {
        return tried(() -> compare(before, after, new byte[0], height));
    }

    private void compare(Optional<Tree.Ref> before, Optional<Tree.Ref> after, byte[] path, long height) {
        if (before.equals(after)) {
            return;
        }
        if (after.isEmpty() || after.get().leaf().isPresent()) {
            Optional<Bytes> left = after.flatMap(Tree.Ref::leaf);
            Tree.Ref[] same = new Tree.Ref[1];
            before.ifPresent(old -> everyLeaf(old, path, leaf -> {
                if (left.equals(leaf.leaf())) {
                    same[0] = leaf;
                } else {
                    deleted(leaf, height);
                }
            }));
            after.ifPresent(leaf -> {
                if (leaf.version() == height) {
                    value(leaf, path);
                } else {
                    need(leaf.equals(same[0]), "the state tree holds a leaf that came from nowhere");
                }
            });
            return;
        }
        need(after.get().version() == height, "the state tree refers to a node that came from nowhere");
        TreePage now = page(after.get(), path);
        TreePage then = new TreePage();
        before.ifPresent(old -> {
            if (old.leaf().isEmpty()) {
                TreePage loaded = tree.load(old.version(), path);
                for (int slot = 0; slot < TreePage.SLOTS; slot++) {
                    Tree.set(then, slot, Tree.ref(loaded, slot));
                }
            } else {
                Tree.set(then, Tree.nibble(old.leaf().get(), path.length), before);
            }
        });
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            compare(Tree.ref(then, slot), Tree.ref(now, slot), Tree.below(path, slot), height);
        }
    }

    private interface Visit {
        void leaf(Tree.Ref leaf);
    }

    private void everyLeaf(Tree.Ref ref, byte[] path, Visit visit) {
        if (ref.leaf().isPresent()) {
            visit.leaf(ref);
            return;
        }
        TreePage page = tree.load(ref.version(), path);
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            byte[] below = Tree.below(path, slot);
            Tree.ref(page, slot).ifPresent(child -> everyLeaf(child, below, visit));
        }
    }

    private TreePage page(Tree.Ref ref, byte[] path) {
        TreePage page = tree.load(ref.version(), path);
        Bytes hash = Bytes.wrap(PageHashes.ofPart(store.suite(), page, 0, TreePage.SLOTS));
        need(hash.equals(ref.hash()), "a node of the state tree does not have its hash");
        nodes++;
        return page;
    }

    /// A leaf, and the value in the history that it stands for.
    private void value(Tree.Ref ref, byte[] path) {
        Bytes keyHash = ref.leaf().orElseThrow();
        for (int depth = 0; depth < path.length; depth++) {
            need(Tree.nibble(keyHash, depth) == path[depth], "a leaf of the state tree stands elsewhere");
        }
        Optional<Bytes> value = entered(keyHash, ref.version()).value();
        need(
                value.map(each -> StateTree.leaf(store.suite(), keyHash, StateTree.valueHash(store.suite(), each)))
                        .equals(Optional.of(ref.hash())),
                "a value in the history is not the one in the state tree");
    }

    private void deleted(Tree.Ref gone, long height) {
        HistoricView.Entered entered = entered(gone.leaf().orElseThrow(), height);
        need(entered.value().isEmpty(), "the history does not know of a deletion");
    }

    private HistoricView.Entered entered(Bytes keyHash, long height) {
        Optional<Bytes> stored = store.get(
                Store.Family.HISTORY, HistoricView.historyKey(store.stateKeys().of(keyHash), height));
        need(stored.isPresent(), "a value is missing in the history");
        entries++;
        HistoricView.Entered entered = HistoricView.entered(stored.orElseThrow());
        need(
                StateKey.fromFlat(entered.flat()).hash(store.suite()).equals(keyHash),
                "the history names another key than the state tree");
        return entered;
    }

    /// The latest values, the names of keys, and that the store holds nothing else of the state.
    Optional<String> indexes(Optional<Tree.Ref> root) {
        return tried(() -> {
            long[] live = new long[1];
            root.ifPresent(ref -> everyLeaf(ref, new byte[0], found -> {
                Bytes keyHash = found.leaf().orElseThrow();
                // The value at that height was compared with its leaf.
                need(
                        store.get(Store.Family.LATEST, store.stateKeys().of(keyHash))
                                .equals(Optional.of(BlockBook.long8(found.version()))),
                        "a latest value is not that of the state tree");
                live[0]++;
            }));
            need(store.entries(Store.Family.LATEST) == live[0], "there are latest values that no state holds");
            need(store.entries(Store.Family.NODES) == nodes, "there are nodes that belong to no state tree");
            need(store.entries(Store.Family.HISTORY) == entries, "the history holds more than the states");
            long[] named = new long[1];
            Bytes[] last = {Bytes.empty()};
            store.keys().walk(Bytes.empty(), flat -> {
                need(flat.compareTo(last[0]) > 0, "the names of keys are out of order");
                last[0] = flat;
                named[0] += store.get(Store.Family.LATEST, store.stateKeys().ofFlat(flat))
                                .isPresent()
                        ? 1
                        : 0;
                return true;
            });
            need(named[0] == live[0], "the names of keys are not those of the state");
        });
    }
}
