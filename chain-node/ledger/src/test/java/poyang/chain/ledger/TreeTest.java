package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// The versioned tree against the definition of its hashes, and its proofs at all versions.
final class TreeTest {
    private static final String CONTRACT = "c";

    /// The root straight from the definition: a binary trie in which a lone leaf stands for its subtree.
    private static Bytes naive(List<Map.Entry<Bytes, Bytes>> leaves, int depth) {
        if (leaves.isEmpty()) {
            return StateTree.EMPTY;
        }
        if (leaves.size() == 1) {
            return StateTree.leaf(
                    CryptoSuite.SM,
                    leaves.getFirst().getKey(),
                    StateTree.valueHash(CryptoSuite.SM, leaves.getFirst().getValue()));
        }
        List<Map.Entry<Bytes, Bytes>> left = leaves.stream()
                .filter(l -> StateTree.bit(l.getKey(), depth) == 0)
                .toList();
        List<Map.Entry<Bytes, Bytes>> right = leaves.stream()
                .filter(l -> StateTree.bit(l.getKey(), depth) == 1)
                .toList();
        return StateTree.node(CryptoSuite.SM, naive(left, depth + 1), naive(right, depth + 1));
    }

    private static Bytes naive(Map<String, Bytes> state) {
        TreeMap<Bytes, Bytes> hashed = new TreeMap<>();
        state.forEach((key, value) -> hashed.put(StateTree.keyHash(CryptoSuite.SM, CONTRACT, key), value));
        return naive(List.copyOf(hashed.entrySet()), 0);
    }

    private static String key(Random random, int keys) {
        return "k" + random.nextInt(keys);
    }

    /// Some writes and deletions, which `state` takes over.
    private static List<Tree.Change> changes(Random random, int keys, Map<String, Bytes> state) {
        TreeMap<String, Optional<Bytes>> writes = new TreeMap<>();
        int deletions = random.nextInt(10);
        for (int i = random.nextInt(25); i > 0; i--) {
            boolean delete = random.nextInt(10) < deletions;
            writes.put(key(random, keys), delete ? Optional.empty() : Optional.of(Bytes.utf8("v" + random.nextInt(3))));
        }
        List<Tree.Change> changes = new ArrayList<>();
        writes.forEach((key, value) -> {
            changes.add(new Tree.Change(
                    StateTree.keyHash(CryptoSuite.SM, CONTRACT, key),
                    value.map(v -> StateTree.valueHash(CryptoSuite.SM, v))));
            value.ifPresentOrElse(v -> state.put(key, v), () -> state.remove(key));
        });
        return changes;
    }

    private static List<Tree.Change> everyKey(int keys, Map<String, Bytes> state) {
        return IntStream.range(0, keys)
                .mapToObj(i -> {
                    state.put("k" + i, Bytes.utf8("v"));
                    return change("k" + i);
                })
                .toList();
    }

    private static Tree.Change change(String key) {
        return new Tree.Change(
                StateTree.keyHash(CryptoSuite.SM, CONTRACT, key),
                Optional.of(StateTree.valueHash(CryptoSuite.SM, Bytes.utf8("v"))));
    }

    @Test
    void rootsAndProofsAreThoseOfTheDefinitionAtEveryVersion() {
        Property.seeds(40).check(seed -> {
            Random random = new Random(seed);
            int keys = 1 + random.nextInt(80);
            TreeMap<Bytes, Bytes> nodes = new TreeMap<>();
            Tree tree = new Tree(CryptoSuite.SM, key -> Optional.ofNullable(nodes.get(key)));
            List<Optional<Tree.Ref>> roots = new ArrayList<>();
            List<Map<String, Bytes>> states = new ArrayList<>();
            TreeMap<String, Bytes> state = new TreeMap<>();
            Optional<Tree.Ref> root = Optional.empty();
            for (int version = 0; version < 12; version++) {
                List<Tree.Change> changes = changes(random, keys, state);
                Tree.Update update = tree.apply(root, version, changes);
                assertEquals(naive(state), update.rootHash());
                update.written().forEach(node -> assertEquals(null, nodes.put(node.key(), node.page())));
                root = update.root();
                roots.add(root);
                states.add(new TreeMap<>(state));
            }
            for (int i = 0; i < 60; i++) {
                int version = random.nextInt(roots.size());
                String key = key(random, 2 * keys);
                checkProof(tree, roots.get(version), states.get(version), key);
            }
        });
    }

    @Test
    void oneStateKeepsItsNodesAndWhatTheyDifferFrom() {
        long[] differing = new long[1];
        Property.seeds(30).check(seed -> {
            Random random = new Random(seed);
            int keys = 1 + random.nextInt(3_000);
            TreeMap<Bytes, Bytes> nodes = new TreeMap<>();
            Tree tree = new Tree(CryptoSuite.SM, key -> Optional.ofNullable(nodes.get(key)));
            TreeMap<String, Bytes> state = new TreeMap<>();
            Optional<Tree.Ref> root = Optional.empty();
            for (int version = 0; version < 40; version++) {
                List<Tree.Change> changes = version == 0 ? everyKey(keys, state) : changes(random, keys, state);
                Tree.Update update = tree.apply(root, version, changes);
                root = update.root();
                update.written().forEach(node -> nodes.put(node.key(), node.page()));
                update.stale().forEach(key -> assertTrue(nodes.remove(key) != null, "a node went twice"));
                if (version % 10 == 9) {
                    assertEquals(naive(state), update.rootHash());
                }
                TreeSet<Bytes> needed = new TreeSet<>();
                root.ifPresent(ref -> needed(tree, nodes, ref, new byte[0], needed));
                assertEquals(needed, nodes.keySet());
                differing[0] += nodes.entrySet().stream()
                        .filter(node -> TreePages.baseKey(
                                        node.getKey(), node.getValue().toArray())
                                .isPresent())
                        .count();
            }
        });
        assertTrue(differing[0] > 10_000, "nodes are stored whole");
    }

    private static byte[] stored(Map<Bytes, Bytes> nodes, Bytes key) {
        return Objects.requireNonNull(nodes.get(key)).toArray();
    }

    private static void needed(Tree tree, Map<Bytes, Bytes> nodes, Tree.Ref ref, byte[] path, Set<Bytes> found) {
        if (ref.leaf().isPresent()) {
            return;
        }
        Bytes key = Tree.nodeKey(ref.version(), path);
        found.add(key);
        TreePages.baseKey(key, stored(nodes, key)).ifPresent(found::add);
        TreePage page = tree.load(ref.version(), path);
        for (int slot = 0; slot < TreePage.SLOTS; slot++) {
            byte[] below = Tree.below(path, slot);
            Tree.ref(page, slot).ifPresent(child -> needed(tree, nodes, child, below, found));
        }
    }

    @Test
    void aNodeThatIsNotWhatItSaysIsRefused() {
        TreeMap<Bytes, Bytes> nodes = new TreeMap<>();
        Tree tree = new Tree(CryptoSuite.SM, key -> Optional.ofNullable(nodes.get(key)));
        Optional<Tree.Ref> root = Optional.empty();
        for (int version = 0; version < 3; version++) {
            List<Tree.Change> changes =
                    version == 0 ? everyKey(300, new TreeMap<>()) : List.of(change("another" + version));
            Tree.Update update = tree.apply(root, version, changes);
            update.written().forEach(node -> nodes.put(node.key(), node.page()));
            root = update.root();
        }
        Bytes first = Tree.nodeKey(0, new byte[0]);
        Bytes second = Tree.nodeKey(1, new byte[0]);
        Bytes third = Tree.nodeKey(2, new byte[0]);
        byte[] differs = stored(nodes, third);
        assertEquals(Optional.of(first), TreePages.baseKey(third, differs));
        tree.load(2, new byte[0]);
        for (int length = 0; length < differs.length; length++) {
            refused(tree, nodes, third, Arrays.copyOf(differs, length));
        }
        refused(tree, nodes, third, Arrays.copyOf(differs, differs.length + 1));
        // A place that is not among the changed ones, and one that is both of an inner node and of a leaf.
        for (int at : new int[] {2 + Long.BYTES, 4 + Long.BYTES}) {
            byte[] other = differs.clone();
            other[at] ^= -1;
            other[at + 1] ^= -1;
            refused(tree, nodes, third, other);
        }
        // What it differs from must be there, older and whole.
        for (long base : new long[] {1, 2, 3, 7, -1}) {
            refused(
                    tree,
                    nodes,
                    third,
                    ByteBuffer.wrap(differs.clone()).putLong(2, base).array());
        }
        nodes.put(third, Bytes.wrap(differs));
        assertTrue(TreePages.baseKey(second, stored(nodes, second)).isPresent());
        nodes.remove(first);
        refused(tree, nodes, third, differs);
    }

    private static void refused(Tree tree, Map<Bytes, Bytes> nodes, Bytes key, byte[] page) {
        nodes.put(key, Bytes.wrap(page));
        PoyangException refused = assertThrows(PoyangException.class, () -> tree.load(2, new byte[0]));
        assertEquals(LedgerErrors.LEDGER_DAMAGED, refused.code());
    }

    private static Bytes valueHash(Map<String, Bytes> state, Bytes keyHash) {
        return state.entrySet().stream()
                .filter(each -> StateTree.keyHash(CryptoSuite.SM, CONTRACT, each.getKey())
                        .equals(keyHash))
                .map(each -> StateTree.valueHash(CryptoSuite.SM, each.getValue()))
                .findFirst()
                .orElseThrow();
    }

    private static void checkProof(Tree tree, Optional<Tree.Ref> root, Map<String, Bytes> state, String key) {
        Bytes hash = root.map(Tree.Ref::hash).orElse(StateTree.EMPTY);
        Optional<Bytes> value = Optional.ofNullable(state.get(key));
        StateProof proof = tree.prove(
                root, StateTree.keyHash(CryptoSuite.SM, CONTRACT, key), (keyHash, _) -> valueHash(state, keyHash));
        assertTrue(proof.verify(CryptoSuite.SM, hash, CONTRACT, key, value), key);
        Optional<Bytes> lie = value.isPresent() ? Optional.empty() : Optional.of(Bytes.utf8("v0"));
        assertFalse(proof.verify(CryptoSuite.SM, hash, CONTRACT, key, lie), key);
        assertEquals(proof, StateProof.decode(proof.encoded().toArray()));
    }
}
