package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
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
                TreeMap<String, Optional<Bytes>> writes = new TreeMap<>();
                int deletions = random.nextInt(10);
                for (int i = random.nextInt(25); i > 0; i--) {
                    boolean delete = random.nextInt(10) < deletions;
                    writes.put(
                            key(random, keys),
                            delete ? Optional.empty() : Optional.of(Bytes.utf8("v" + random.nextInt(3))));
                }
                List<Tree.Change> changes = new ArrayList<>();
                writes.forEach((key, value) -> {
                    changes.add(new Tree.Change(
                            StateTree.keyHash(CryptoSuite.SM, CONTRACT, key),
                            value.map(v -> StateTree.valueHash(CryptoSuite.SM, v))));
                    value.ifPresentOrElse(v -> state.put(key, v), () -> state.remove(key));
                });
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

    private static void checkProof(Tree tree, Optional<Tree.Ref> root, Map<String, Bytes> state, String key) {
        Bytes hash = root.map(Tree.Ref::hash).orElse(StateTree.EMPTY);
        Optional<Bytes> value = Optional.ofNullable(state.get(key));
        StateProof proof = tree.prove(root, StateTree.keyHash(CryptoSuite.SM, CONTRACT, key));
        assertTrue(proof.verify(CryptoSuite.SM, hash, CONTRACT, key, value), key);
        Optional<Bytes> lie = value.isPresent() ? Optional.empty() : Optional.of(Bytes.utf8("v0"));
        assertFalse(proof.verify(CryptoSuite.SM, hash, CONTRACT, key, lie), key);
        assertEquals(proof, StateProof.decode(proof.encoded().toArray()));
    }
}
