package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.StateRange;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// Ranges of the state against a plain map, and the tree that is put together from ranges.
final class RangeTest {
    private final TreeMap<Bytes, Bytes> nodes = new TreeMap<>();
    private final Tree tree = new Tree(CryptoSuite.SM, key -> Optional.ofNullable(nodes.get(key)));

    private Optional<Tree.Ref> build(SortedMap<Bytes, Bytes> state) {
        List<Tree.Change> changes = new ArrayList<>();
        state.forEach((key, value) -> changes.add(new Tree.Change(key, Optional.of(value))));
        Tree.Update update = tree.apply(Optional.empty(), 0, changes);
        update.written().forEach(node -> nodes.put(node.key(), node.page()));
        return update.root();
    }

    private static SortedMap<Bytes, Bytes> state(Random random, int keys) {
        TreeMap<Bytes, Bytes> state = new TreeMap<>();
        for (int i = 0; i < keys; i++) {
            byte[] key = Sm3.digest(new byte[] {(byte) random.nextInt(), (byte) random.nextInt(), (byte) i});
            if (random.nextInt(4) == 0) {
                // Neighbours that part late.
                key = state.isEmpty() ? key : state.firstKey().toArray();
                key[random.nextInt(8)] ^= (byte) (1 << random.nextInt(8));
            }
            state.put(Bytes.wrap(key), Sm3.hash(new byte[] {(byte) random.nextInt()}));
        }
        return state;
    }

    private static SortedMap<Bytes, Bytes> within(SortedMap<Bytes, Bytes> state, byte[] path) {
        TreeMap<Bytes, Bytes> found = new TreeMap<>(state);
        found.keySet().removeIf(key -> {
            for (int i = 0; i < path.length; i++) {
                if (Tree.nibble(key, i) != path[i]) {
                    return true;
                }
            }
            return false;
        });
        return found;
    }

    private static Tree.Values values(Map<Bytes, Bytes> state) {
        return (keyHash, _) -> Objects.requireNonNull(state.get(keyHash));
    }

    private static byte[] path(Random random, SortedMap<Bytes, Bytes> state) {
        byte[] path = new byte[random.nextInt(5)];
        List<Bytes> keys = List.copyOf(state.keySet());
        for (int i = 0; i < path.length; i++) {
            path[i] = (byte) random.nextInt(16);
        }
        if (!keys.isEmpty() && random.nextBoolean()) {
            Bytes near = keys.get(random.nextInt(keys.size()));
            for (int i = 0; i < path.length; i++) {
                path[i] = (byte) Tree.nibble(near, i);
            }
        }
        return path;
    }

    @Test
    void aRangeHoldsExactlyWhatTheStateHoldsThere() {
        Property.seeds(60).check(seed -> {
            nodes.clear();
            Random random = new Random(seed);
            SortedMap<Bytes, Bytes> state = state(random, random.nextInt(120));
            Optional<Tree.Ref> root = build(state);
            Bytes hash = root.map(Tree.Ref::hash).orElse(StateTree.EMPTY);
            for (int i = 0; i < 20; i++) {
                byte[] path = path(random, state);
                Bytes prefix = Bytes.wrap(Tree.packed(path));
                SortedMap<Bytes, Bytes> held = within(state, path);
                StateRange range = tree.proveRange(root, path, values(state));
                assertTrue(range.verify(CryptoSuite.SM, hash, 4 * path.length, prefix, held));
                assertEquals(range, StateRange.decode(range.encoded().toArray()));
                lies(random, range, hash, prefix, held, state);
            }
        });
    }

    private static void lies(
            Random random,
            StateRange range,
            Bytes root,
            Bytes prefix,
            SortedMap<Bytes, Bytes> held,
            SortedMap<Bytes, Bytes> state) {
        TreeMap<Bytes, Bytes> less = new TreeMap<>(held);
        if (!held.isEmpty()) {
            Bytes some = List.copyOf(held.keySet()).get(random.nextInt(held.size()));
            less.remove(some);
            assertFalse(range.verify(CryptoSuite.SM, root, range.bits(), prefix, less), "one leaf is kept back");
            TreeMap<Bytes, Bytes> other = new TreeMap<>(held);
            other.put(some, Sm3.hash(new byte[] {1, 2, 3}));
            assertFalse(range.verify(CryptoSuite.SM, root, range.bits(), prefix, other), "one value is another");
        }
        byte[] more = prefix.toArray();
        more[31] ^= 1;
        TreeMap<Bytes, Bytes> added = new TreeMap<>(held);
        added.put(Bytes.wrap(more), Sm3.hash(new byte[] {4}));
        assertFalse(range.verify(CryptoSuite.SM, root, range.bits(), prefix, added), "a leaf that is not there");
        if (held.size() < state.size()) {
            assertFalse(range.verify(CryptoSuite.SM, root, range.bits(), prefix, state), "leaves of other ranges");
        }
    }

    @Test
    void everyChangedByteOfAProofIsRefused() {
        SortedMap<Bytes, Bytes> state = state(new Random(5), 60);
        Optional<Tree.Ref> root = build(state);
        Bytes hash = root.orElseThrow().hash();
        for (byte[] path : new byte[][] {{}, {3}, {3, 7}, {9, 1, 4, 4}}) {
            SortedMap<Bytes, Bytes> held = within(state, path);
            Bytes prefix = Bytes.wrap(Tree.packed(path));
            byte[] encoded =
                    tree.proveRange(root, path, values(state)).encoded().toArray();
            for (int i = 0; i < encoded.length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] changed = encoded.clone();
                    changed[i] ^= (byte) (1 << bit);
                    assertFalse(
                            accepted(changed, hash, 4 * path.length, prefix, held),
                            "octet " + i + " of a range of " + path.length);
                }
            }
        }
    }

    private static boolean accepted(byte[] encoded, Bytes root, int bits, Bytes prefix, SortedMap<Bytes, Bytes> held) {
        try {
            return StateRange.decode(encoded).verify(CryptoSuite.SM, root, bits, prefix, held);
        } catch (PoyangException e) {
            return false;
        }
    }

    @Test
    void rangesPutTogetherGiveTheWholeTree() {
        Property.seeds(30).check(seed -> {
            nodes.clear();
            Random random = new Random(seed);
            SortedMap<Bytes, Bytes> state = state(random, random.nextInt(300));
            Tree.Update whole = tree.apply(
                    Optional.empty(),
                    4,
                    state.entrySet().stream()
                            .map(e -> new Tree.Change(e.getKey(), Optional.of(e.getValue())))
                            .toList());
            TreeMap<Bytes, Bytes> written = new TreeMap<>();
            List<Optional<Tree.Ref>> outer = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                List<Optional<Tree.Ref>> inner = new ArrayList<>();
                for (int j = 0; j < 16; j++) {
                    byte[] path = {(byte) i, (byte) j};
                    Tree.Update part = tree.build(
                            path,
                            4,
                            within(state, path).entrySet().stream()
                                    .map(e -> new Tree.Change(e.getKey(), Optional.of(e.getValue())))
                                    .toList());
                    part.written().forEach(node -> written.put(node.key(), node.page()));
                    inner.add(part.root());
                }
                Tree.Update joined = tree.join(new byte[] {(byte) i}, 4, inner);
                joined.written().forEach(node -> written.put(node.key(), node.page()));
                outer.add(joined.root());
            }
            Tree.Update top = tree.join(new byte[0], 4, outer);
            top.written().forEach(node -> written.put(node.key(), node.page()));
            assertEquals(whole.root(), top.root());
            TreeMap<Bytes, Bytes> expected = new TreeMap<>();
            whole.written().forEach(node -> expected.put(node.key(), node.page()));
            assertEquals(expected, written);
        });
    }
}
