package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// Degree and primes of a scheme: the primes of ciphertexts, then one that only keys are multiplied
/// by.
///
/// The product of all of them is bounded by the table for 128 bits of classical security with
/// ternary secrets and an error of standard deviation 3.2.
///
/// - source: Homomorphic Encryption Standard (2018), table 1, column of 128 bits; the bound for
///   degree 65,536 is not in the table, hence neither is the degree here
final class Chain {
    private static final int[] DEGREES = {1024, 2048, 4096, 8192, 16384, 32768};
    private static final int[] BITS_MAX = {27, 54, 109, 218, 438, 881};
    private static final int PRIMES_MAX = 24;

    private final Ring ring;
    private final int levels;
    private final Bytes id;
    private final double bits;

    private Chain(Ring ring, String scheme, long extra) {
        this.ring = ring;
        levels = ring.moduli().size() - 1;
        bits = bits(ring.moduli());
        CanonicalWriter writer = new CanonicalWriter("poyang.rlwe.parameters.v1")
                .text(scheme)
                .u32(ring.degree())
                .u64(extra);
        writer.list(ring.moduli(), (to, modulus) -> to.u64(modulus.value()));
        id = Bytes.wrap(Sm3.digest(writer.toArray()));
    }

    /// @param bits sizes of the ciphertexts' primes and, last, of the keys' prime, which is the
    ///     largest
    /// @throws PoyangException `BAD_PARAMETERS` below 128 bits of security
    static Chain of(String scheme, int degree, long extra, int... bits) {
        int at = Arrays.binarySearch(DEGREES, degree);
        if (at < 0) {
            throw bad("a degree of " + degree, "one of " + Arrays.toString(DEGREES) + " is needed");
        }
        if (bits.length < 2 || bits.length > PRIMES_MAX) {
            throw bad(bits.length + " primes", "2 to " + PRIMES_MAX + " are needed, the last for the keys");
        }
        int special = bits[bits.length - 1];
        if (Arrays.stream(bits).max().orElse(0) > special) {
            throw bad("a prime for keys of " + special + " bits", "the last must be the largest");
        }
        List<Modulus> keys = Modulus.chain(degree, special);
        List<Modulus> all = new ArrayList<>(Modulus.chainWithout(keys, degree, Arrays.copyOf(bits, bits.length - 1)));
        all.addAll(keys);
        if (bits(all) > BITS_MAX[at]) {
            throw bad(
                    Math.ceil(bits(all)) + " bits of primes at degree " + degree,
                    "at most " + BITS_MAX[at] + " bits give 128 bits of security");
        }
        return new Chain(new Ring(degree, all), scheme, extra);
    }

    private static double bits(List<Modulus> moduli) {
        double bits = 0;
        for (Modulus modulus : moduli) {
            bits += Noise.log2(modulus.value());
        }
        return bits;
    }

    static PoyangException bad(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_PARAMETERS, wrong + " cannot be parameters", right);
    }

    /// The largest sum of prime sizes that a degree allows.
    static int bitsMax(int degree) {
        int at = Arrays.binarySearch(DEGREES, degree);
        if (at < 0) {
            throw bad("a degree of " + degree, "one of " + Arrays.toString(DEGREES) + " is needed");
        }
        return BITS_MAX[at];
    }

    int degree() {
        return ring.degree();
    }

    Ring ring() {
        return ring;
    }

    /// How many primes a fresh ciphertext has.
    int levels() {
        return levels;
    }

    Modulus special() {
        return ring.modulus(levels);
    }

    double bits() {
        return bits;
    }

    /// What ciphertexts and keys carry to tell their parameters.
    Bytes id() {
        return id;
    }

    /// Bits of the product of the first `rows` primes.
    double bits(int rows) {
        return bits(ring.moduli().subList(0, rows));
    }

    /// The variance of a product with a ternary secret, to one of the factor's coefficients.
    double secretGain() {
        return degree() * Sampler.TERNARY_VARIANCE;
    }

    /// `p^(-1)` modulo the prime of each of the first rows, as a centred residue.
    static double inverse(Modulus p, Modulus modulus) {
        return modulus.centred(modulus.inverse(p.value() % modulus.value()));
    }
}
