package poyang.homomorphic.rlwe;

import org.jspecify.annotations.Nullable;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.RandomSource;

/// An encryption (c0, c1) with c0 + c1·s = Q·m/t + e, as coefficients; immutable.
///
/// It carries an estimate of its error. The estimate is what its maker says: a decryption goes by
/// what it measures.
public final class BfvCiphertext {
    private static final String DOMAIN = "poyang.bfv.ciphertext.v1";
    private static final double STEPS_PER_BIT = 1024;
    private static final long STEPS_MAX = 1 << 22;

    private final Bytes parameters;
    private final double[][] c0;
    private final double[][] c1;
    private final double variance;
    private final @Nullable Bytes seed;

    BfvCiphertext(Bytes parameters, double[][] c0, double[][] c1, double variance, @Nullable Bytes seed) {
        this.parameters = parameters;
        this.c0 = c0;
        this.c1 = c1;
        // what the wire carries, so that a ciphertext that was sent equals the one that was made
        this.variance = Math.ceil(variance * STEPS_PER_BIT) / STEPS_PER_BIT;
        this.seed = seed;
    }

    double[][] c0() {
        return c0;
    }

    double[][] c1() {
        return c1;
    }

    double variance() {
        return variance;
    }

    Bytes parameters() {
        return parameters;
    }

    /// How many primes are left; each {@link Bfv#dropPrime} takes one.
    public int primes() {
        return c0.length;
    }

    /// Whether half of it is a seed: nothing was computed on it.
    boolean seeded() {
        return seed != null;
    }

    /// How long the canonical bytes are.
    ///
    /// @param primes how many are left
    /// @param fresh whether it comes from {@link Bfv#encrypt(RlweSecretKey, BfvPlaintext, RandomSource)}
    public static int lengthBytes(BfvParameters of, int primes, boolean fresh) {
        int rows = Codec.lengthBytes(of.chain(), primes);
        int seedOrRows = fresh ? Integer.BYTES + SeededRandom.SEED_BYTES : rows;
        return Codec.headBytes(DOMAIN, of.chain()) + 1 + Integer.BYTES + 1 + rows + seedOrRows;
    }

    /// The canonical bytes. Fresh from a secret key, half of it is a seed.
    public Bytes encode(BfvParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain())
                .u8(c0.length)
                .u32(Math.clamp(Math.round(variance * STEPS_PER_BIT), 0, STEPS_MAX))
                .flag(seed != null);
        Codec.writeRows(writer, of.chain(), c0);
        if (seed != null) {
            writer.bytes(seed);
        } else {
            Codec.writeRows(writer, of.chain(), c1);
        }
        return writer.toBytes();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but
    ///     the canonical bytes of a ciphertext of these parameters
    public static BfvCiphertext decode(BfvParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        int rows = reader.u8();
        if (rows < 1 || rows > of.chain().levels()) {
            throw Codec.bad("it has " + rows + " primes");
        }
        long steps = reader.u32();
        if (steps > STEPS_MAX) {
            throw Codec.bad("its noise is out of range");
        }
        boolean seeded = reader.flag();
        double[][] c0 = Codec.readRows(reader, of.chain(), rows);
        Bytes seed = seeded ? reader.exactly(SeededRandom.SEED_BYTES) : null;
        double[][] c1 = seed == null
                ? Codec.readRows(reader, of.chain(), rows)
                : RlwePublicKey.uniform(of.chain(), seed, "ciphertext", rows);
        reader.end();
        return new BfvCiphertext(of.id(), c0, c1, steps / STEPS_PER_BIT, seed);
    }

    @Override
    public String toString() {
        return "BfvCiphertext[" + c0.length + " primes]";
    }
}
