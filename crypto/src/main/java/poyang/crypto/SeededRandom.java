package poyang.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A deterministic random bit generator: the SM4-CTR key stream under a key derived from seed and
/// label by HMAC-SM3. The same seed and label give the same bytes, so a committed seed makes a run
/// replayable; without the seed the bytes are indistinguishable from random while SM4 is a PRP, for
/// up to 2^48 blocks. Not thread-safe: fork one for each thread.
public final class SeededRandom implements RandomSource {
    public static final int SEED_BYTES = 32;
    private static final byte[] STREAM = {1};
    private static final byte[] FORK = {2};

    private final byte[] node;
    private final Sm4 cipher;
    private final byte[] counter;

    /// Key stream that a request left over: part of a block.
    private final byte[] rest = new byte[Sm4.BLOCK_BYTES];

    private int restAt = Sm4.BLOCK_BYTES;

    /// @param seed 32 bytes; copied
    public SeededRandom(byte[] seed, String label) {
        Bug.unless(seed.length == SEED_BYTES, "a seed has 32 bytes");
        node = Sm3.hmac(seed, label.getBytes(StandardCharsets.UTF_8));
        byte[] keyAndCounter = Sm3.hmac(node, STREAM);
        cipher = new Sm4(Arrays.copyOf(keyAndCounter, Sm4.KEY_BYTES));
        counter = Arrays.copyOf(Arrays.copyOfRange(keyAndCounter, Sm4.KEY_BYTES, 28), Sm4.BLOCK_BYTES);
    }

    @Override
    public void fill(byte[] out) {
        int taken = Math.min(out.length, rest.length - restAt);
        System.arraycopy(rest, restAt, out, 0, taken);
        restAt += taken;
        int whole = (out.length - taken) / Sm4.BLOCK_BYTES * Sm4.BLOCK_BYTES;
        Arrays.fill(out, taken, out.length, (byte) 0);
        cipher.unauthenticatedCtr(counter, out, taken, out, taken, whole);
        int missing = out.length - taken - whole;
        if (missing > 0) {
            Arrays.fill(rest, (byte) 0);
            cipher.unauthenticatedCtr(counter, rest, 0, rest, 0, rest.length);
            System.arraycopy(rest, 0, out, out.length - missing, missing);
            restAt = missing;
        }
    }

    @Override
    public RandomSource fork(String label) {
        return new SeededRandom(Sm3.hmac(node, FORK), label);
    }

    @Override
    public String toString() {
        return "SeededRandom";
    }
}
