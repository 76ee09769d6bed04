package poyang.crypto;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// Proofs for several leaves of a {@link MerkleTree} at once: the hashes of the largest subtrees that hold
/// none of them, from left to right. For k of n leaves that are about k·log(n/k) hashes instead of k·log n.
public final class MerklePlaces {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    private MerklePlaces() {}

    /// The hashes of all leaves, as {@link #siblings} needs them.
    public static List<Bytes> leafHashes(CryptoSuite suite, List<Bytes> leaves) {
        return suite.digestAll(LEAF, leaves.stream().map(Bytes::toArray).toList()).stream()
                .map(Bytes::wrap)
                .toList();
    }

    /// What proves the leaves at `places`.
    ///
    /// @param leafHashes of all leaves
    /// @param places ascending, at least one
    public static List<Bytes> siblings(CryptoSuite suite, List<Bytes> leafHashes, List<Integer> places) {
        Bug.unless(ascend(places, leafHashes.size()), "places ascend within the tree");
        List<Bytes> siblings = new ArrayList<>();
        collect(suite, leafHashes, 0, places, siblings);
        return siblings;
    }

    private static void collect(
            CryptoSuite suite, List<Bytes> hashes, int from, List<Integer> places, List<Bytes> siblings) {
        if (places.isEmpty()) {
            siblings.add(subtree(suite, hashes));
        } else if (hashes.size() > 1) {
            int split = Integer.highestOneBit(hashes.size() - 1);
            int right = firstNotBelow(places, from + split);
            collect(suite, hashes.subList(0, split), from, places.subList(0, right), siblings);
            collect(
                    suite,
                    hashes.subList(split, hashes.size()),
                    from + split,
                    places.subList(right, places.size()),
                    siblings);
        }
    }

    private static Bytes subtree(CryptoSuite suite, List<Bytes> hashes) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int split = Integer.highestOneBit(hashes.size() - 1);
        return node(
                suite, subtree(suite, hashes.subList(0, split)), subtree(suite, hashes.subList(split, hashes.size())));
    }

    /// Do `leaves` stand at `places` of `count` leaves under `root`?
    ///
    /// @param places and leaves may come from anybody
    public static boolean verify(
            CryptoSuite suite, Bytes root, List<Bytes> leaves, List<Integer> places, int count, List<Bytes> siblings) {
        if (leaves.size() != places.size() || !ascend(places, count)) {
            return false;
        }
        Check check = new Check(suite, leaves, siblings);
        Bytes found = check.rebuild(0, count, places);
        return check.ended() && found.equals(root);
    }

    private static boolean ascend(List<Integer> places, int count) {
        int previous = -1;
        for (int place : places) {
            if (place <= previous || place >= count) {
                return false;
            }
            previous = place;
        }
        return !places.isEmpty();
    }

    private static int firstNotBelow(List<Integer> places, int bound) {
        int at = 0;
        while (at < places.size() && places.get(at) < bound) {
            at++;
        }
        return at;
    }

    private static Bytes node(CryptoSuite suite, Bytes left, Bytes right) {
        return Bytes.wrap(suite.digest(NODE, left.toArray(), right.toArray()));
    }

    /// Makes a root from what came, taking leaves and siblings from left to right.
    private static final class Check {
        private final CryptoSuite suite;
        private final List<Bytes> leafHashes;
        private final List<Bytes> siblings;
        private int nextLeaf;
        private int nextSibling;
        private boolean broken;

        Check(CryptoSuite suite, List<Bytes> leaves, List<Bytes> siblings) {
            this.suite = suite;
            leafHashes = leafHashes(suite, leaves);
            this.siblings = siblings;
        }

        Bytes rebuild(int from, int size, List<Integer> places) {
            if (places.isEmpty()) {
                return sibling();
            }
            if (size == 1) {
                return leafHashes.get(nextLeaf++);
            }
            int split = Integer.highestOneBit(size - 1);
            int right = firstNotBelow(places, from + split);
            Bytes left = rebuild(from, split, places.subList(0, right));
            return node(suite, left, rebuild(from + split, size - split, places.subList(right, places.size())));
        }

        private Bytes sibling() {
            if (nextSibling >= siblings.size() || siblings.get(nextSibling).length() != CryptoSuite.DIGEST_BYTES) {
                broken = true;
                return Bytes.empty();
            }
            return siblings.get(nextSibling++);
        }

        boolean ended() {
            return !broken && nextSibling == siblings.size();
        }
    }
}
