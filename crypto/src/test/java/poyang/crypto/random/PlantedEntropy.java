package poyang.crypto.random;

import java.util.function.IntUnaryOperator;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;

/// Entropy for tests: good bytes from a seed, spoilt from some byte on.
final class PlantedEntropy implements EntropySource {
    private final RandomSource good;
    private long given;
    private long spoiltFrom = Long.MAX_VALUE;
    private IntUnaryOperator spoiling = octet -> octet;
    private boolean closed;

    PlantedEntropy(long seed) {
        good = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "entropy " + seed);
    }

    PlantedEntropy spoilt(long from, IntUnaryOperator how) {
        spoiltFrom = from;
        spoiling = how;
        return this;
    }

    /// Spoils from the next byte on.
    void spoilNow(IntUnaryOperator how) {
        spoilt(given, how);
    }

    long given() {
        return given;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void read(byte[] out) {
        good.fill(out);
        for (int i = 0; i < out.length; i++, given++) {
            if (given >= spoiltFrom) {
                out[i] = (byte) spoiling.applyAsInt(out[i] & 0xff);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
