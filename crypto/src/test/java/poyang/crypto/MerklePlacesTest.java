package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;

/// Proofs for several leaves: they hold for what is there, and for nothing else.
final class MerklePlacesTest {
    private static List<Bytes> leaves(int count) {
        List<Bytes> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(Bytes.utf8("leaf " + i));
        }
        return leaves;
    }

    private static List<Bytes> hashes(List<Bytes> leaves) {
        return MerklePlaces.leafHashes(CryptoSuite.SM, leaves);
    }

    @Test
    void anyPlacesOfAnyTreeAreProvenAndNothingElseIs() {
        SplittableRandom random = new SplittableRandom(4);
        for (int count = 1; count <= 40; count++) {
            List<Bytes> all = leaves(count);
            Bytes root = MerkleTree.root(CryptoSuite.SM, all);
            for (int turn = 0; turn < 20; turn++) {
                List<Integer> places = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    if (random.nextInt(3) == 0 || (i == count - 1 && places.isEmpty())) {
                        places.add(i);
                    }
                }
                List<Bytes> chosen = places.stream().map(all::get).toList();
                List<Bytes> siblings = MerklePlaces.siblings(CryptoSuite.SM, hashes(all), places);
                assertTrue(MerklePlaces.verify(CryptoSuite.SM, root, chosen, places, count, siblings));
                refuted(root, chosen, places, count, siblings, random);
            }
        }
    }

    @Test
    void aRootIsTheSameLeafByLeafAndTogether() {
        for (CryptoSuite suite : CryptoSuite.values()) {
            for (int count = 0; count <= 70; count++) {
                MerkleTree.Builder builder = new MerkleTree.Builder(suite);
                leaves(count).forEach(leaf -> builder.add(leaf.toArray()));
                assertEquals(builder.root(), MerkleTree.root(suite, leaves(count)));
            }
        }
    }

    private static void refuted(
            Bytes root,
            List<Bytes> chosen,
            List<Integer> places,
            int count,
            List<Bytes> siblings,
            SplittableRandom random) {
        List<Bytes> otherLeaves = new ArrayList<>(chosen);
        otherLeaves.set(random.nextInt(chosen.size()), Bytes.utf8("another"));
        assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, otherLeaves, places, count, siblings));
        List<Bytes> longer = new ArrayList<>(siblings);
        longer.add(root);
        assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, chosen, places, count, longer));
        if (!siblings.isEmpty()) {
            List<Bytes> shorter = siblings.subList(0, siblings.size() - 1);
            assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, chosen, places, count, shorter));
            List<Bytes> mutated = new ArrayList<>(siblings);
            int at = random.nextInt(mutated.size());
            byte[] bytes = mutated.get(at).toArray();
            bytes[random.nextInt(bytes.length)] ^= 1;
            mutated.set(at, Bytes.wrap(bytes));
            assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, chosen, places, count, mutated));
        }
        List<Integer> moved = new ArrayList<>(places);
        moved.set(moved.size() - 1, places.getLast() + 1);
        assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, chosen, moved, count, siblings) && !moved.equals(places));
        assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, chosen, List.of(), count, siblings));
        assertFalse(MerklePlaces.verify(CryptoSuite.SM, root, List.of(), List.of(), count, siblings));
    }

    @Test
    void onePlaceIsThePathOfTheTree() {
        List<Bytes> all = leaves(1);
        assertEquals(List.of(), MerklePlaces.siblings(CryptoSuite.SM, hashes(all), List.of(0)));
        List<Bytes> two = leaves(2);
        assertEquals(
                MerkleTree.path(CryptoSuite.SM, two, 0),
                MerklePlaces.siblings(CryptoSuite.SM, hashes(two), List.of(0)));
    }
}
