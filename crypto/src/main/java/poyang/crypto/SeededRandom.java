package poyang.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.CTRModeCipher;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
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
    private final CTRModeCipher stream;

    /// @param seed 32 bytes; copied
    public SeededRandom(byte[] seed, String label) {
        Bug.unless(seed.length == SEED_BYTES, "a seed has 32 bytes");
        node = Sm3.hmac(seed, label.getBytes(StandardCharsets.UTF_8));
        byte[] keyAndCounter = Sm3.hmac(node, STREAM);
        stream = SICBlockCipher.newInstance(new SM4Engine());
        stream.init(
                true,
                new ParametersWithIV(
                        new KeyParameter(keyAndCounter, 0, 16), Arrays.copyOfRange(keyAndCounter, 16, 28)));
    }

    @Override
    public void fill(byte[] out) {
        Arrays.fill(out, (byte) 0);
        stream.processBytes(out, 0, out.length, out, 0);
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
