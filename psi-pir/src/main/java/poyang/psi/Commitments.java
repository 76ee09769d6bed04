package poyang.psi;

import java.nio.charset.StandardCharsets;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// What a party binds itself to before the first frame: its input and its randomness.
public final class Commitments {
    private static final byte[] SEED_DOMAIN = "poyang.seed.v1".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_BYTES = 16;

    private Commitments() {}

    /// The Merkle root over SM3(salt ‖ key), a fresh salt of 128 bits for each key in its order; the
    /// salts come from `random`, so the committed seed opens them all. Hiding while the seed is secret,
    /// binding while SM3 is collision-resistant.
    public static Bytes input(KeySet keys, RandomSource random) {
        MerkleTree.Builder tree = new MerkleTree.Builder();
        for (int i = 0; i < keys.size(); i++) {
            tree.add(Sm3.digest(random.bytes(SALT_BYTES), keys.key(i)));
        }
        return tree.root();
    }

    /// SM3 over the 32-byte seed of all of a party's randomness.
    public static Bytes seed(byte[] seed) {
        return Sm3.hash(SEED_DOMAIN, seed);
    }
}
