package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.StatePart;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// Parts of old states against what a scan finds there, while later blocks have changed and deleted keys.
final class PartsTest {
    private static final int BLOCKS = 40;

    @TempDir
    private Path folder;

    private final Chain chain = new Chain();

    @Test
    void aPartHoldsWhatTheStateHeldBelowItsPath() {
        Random random = new Random(8);
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < BLOCKS; i++) {
                chain.commitNextProven(ledger);
            }
            for (int round = 0; round < 200; round++) {
                long height = random.nextInt(BLOCKS + 1);
                SortedMap<Bytes, StatePart.Entry> state = state(ledger, height);
                byte[] path = path(random, state);
                List<StatePart.Entry> expected = state.entrySet().stream()
                        .filter(each -> Tree.begins(each.getKey(), path))
                        .map(each -> each.getValue())
                        .toList();

                StatePart part = ledger.part(height, Bytes.copyOf(path), expected.size(), 1 << 20)
                        .orElseThrow();

                List<StatePart.Placed> placed = part.placed(CryptoSuite.SM);
                assertEquals(
                        expected, placed.stream().map(StatePart.Placed::entry).toList());
                Bytes root = ledger.header(height).orElseThrow().stateRoot();
                assertTrue(part.holds(CryptoSuite.SM, root, placed));
                assertEquals(
                        Optional.empty(),
                        ledger.part(height, Bytes.copyOf(path), expected.size() - 1, 1 << 20),
                        "it holds more entries than are wanted");
                assertEquals(
                        expected.size() > 1,
                        ledger.part(height, Bytes.copyOf(path), 1_000, 1).isEmpty(),
                        "one entry may have any size");
            }
        }
    }

    @Test
    void whatLiesTogetherInTheTreeLiesTogetherOnDisk() {
        try (Store store = Chain.store(folder)) {
            StateKeys keys = store.stateKeys();
            List<Bytes> hashes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                hashes.add(new StateKey(Chain.CONTRACT, "key/" + i).hash(CryptoSuite.SM));
            }
            List<Bytes> together = keys.of(hashes);
            for (int i = 0; i < hashes.size(); i++) {
                Bytes hash = hashes.get(i);
                Bytes key = keys.of(hash);
                assertEquals(key, together.get(i));
                assertEquals(CryptoSuite.DIGEST_BYTES, key.length());
                assertFalse(
                        key.startsWith(hash.slice(0, 1)) && key.slice(1, 2).equals(hash.slice(1, 2)), "it is keyed");
                for (int length = 0; length < 6; length++) {
                    byte[] path = new byte[length];
                    for (int at = 0; at < length; at++) {
                        path[at] = (byte) Tree.nibble(hash, at);
                    }
                    assertEquals(
                            1,
                            keys.beginnings(path).stream()
                                    .filter(key::startsWith)
                                    .count());
                }
            }
        }
    }

    private static SortedMap<Bytes, StatePart.Entry> state(Ledger ledger, long height) {
        TreeMap<Bytes, StatePart.Entry> state = new TreeMap<>();
        for (StateView.Entry each : ledger.at(height).scan(Chain.CONTRACT, "", "", 1_000)) {
            state.put(
                    new StateKey(Chain.CONTRACT, each.key()).hash(CryptoSuite.SM),
                    new StatePart.Entry(Chain.CONTRACT, each.key(), each.value()));
        }
        return state;
    }

    /// Mostly that of a key there is.
    private static byte[] path(Random random, SortedMap<Bytes, StatePart.Entry> state) {
        byte[] path = new byte[random.nextInt(6)];
        List<Bytes> hashes = List.copyOf(state.keySet());
        Bytes some = hashes.get(random.nextInt(hashes.size()));
        for (int i = 0; i < path.length; i++) {
            path[i] = (byte) (random.nextInt(20) == 0 ? random.nextInt(16) : Tree.nibble(some, i));
        }
        return path;
    }
}
