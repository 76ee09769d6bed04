package poyang.homomorphic.rlwe;

import java.util.Arrays;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A ternary secret key for BFV or CKKS. It prints nothing of itself and is overwritten by `close`.
public final class RlweSecretKey implements AutoCloseable {
    private final Bytes parameters;
    private final double[] coefficients;
    private final double[][] values;
    private boolean closed;

    private RlweSecretKey(Chain chain, double[] coefficients) {
        parameters = chain.id();
        this.coefficients = coefficients;
        values = chain.ring().forward(chain.ring().signed(coefficients, chain.levels() + 1));
    }

    static RlweSecretKey generate(Chain chain, RandomSource random) {
        return new RlweSecretKey(chain, Sampler.ternary(chain.degree(), random));
    }

    /// Values modulo every prime of the chain; not to be changed.
    double[][] values(Chain chain) {
        Bug.unless(!closed, "the secret key is closed");
        check(chain);
        return values;
    }

    double[] coefficients(Chain chain) {
        Bug.unless(!closed, "the secret key is closed");
        check(chain);
        return coefficients;
    }

    private void check(Chain chain) {
        if (!parameters.equals(chain.id())) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "the secret key belongs to other parameters",
                    "the key that was made for these parameters is needed");
        }
    }

    /// The values of this key under an automorphism.
    double[][] moved(Chain chain, int g) {
        Ring ring = chain.ring();
        return ring.permuted(values(chain), Ring.permutation(chain.degree(), g));
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(coefficients, 0);
        for (double[] row : values) {
            Arrays.fill(row, 0);
        }
    }

    @Override
    public String toString() {
        return "RlweSecretKey[degree " + coefficients.length + "]";
    }
}
