package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Conversion;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ntt;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rounding;
import poyang.homomorphic.ring.Scaling;
import poyang.kernel.PoyangException;

/// Parameters of BFV: checked when they are made, immutable, never below 128 bits of security.
///
/// | degree | slots | bits of primes | multiplications in a row, 20-bit plaintexts |
/// |---|---|---|---|
/// | 4,096 | 4,096 | 109 | 1 |
/// | 8,192 | 8,192 | 218 | 3 |
/// | 16,384 | 16,384 | 438 | 9 |
/// | 32,768 | 32,768 | 881 | 20 |
public final class BfvParameters extends RlweParameters {
    private static final int SPARE_BITS = 3;

    private final Modulus plain;
    private final List<Level> levels;

    /// What arithmetic modulo the first primes needs.
    record Level(Ring wide, Conversion up, Scaling scaling, Conversion down, Rounding rounding) {}

    private BfvParameters(Chain chain, Modulus plain) {
        super(chain);
        this.plain = plain;
        List<Level> made = new ArrayList<>();
        for (int rows = 1; rows <= chain.levels(); rows++) {
            made.add(level(rows));
        }
        levels = List.copyOf(made);
    }

    private Level level(int rows) {
        List<Modulus> q = chain().ring().moduli().subList(0, rows);
        double needed = chain().bits(rows) + plain.bits() + Noise.log2(chain().degree()) + SPARE_BITS;
        List<Modulus> p = new ArrayList<>();
        double bits = 0;
        while (bits < needed) {
            List<Modulus> taken = new ArrayList<>(chain().ring().moduli());
            taken.addAll(p);
            taken.add(plain);
            Modulus next = Modulus.chainWithout(taken, chain().degree(), Modulus.BITS_MAX)
                    .getFirst();
            bits += Noise.log2(next.value());
            p.add(next);
        }
        List<Modulus> both = new ArrayList<>(q);
        both.addAll(p);
        return new Level(
                new Ring(chain().degree(), both),
                new Conversion(q, p),
                new Scaling(q, p, plain.value()),
                new Conversion(p, q),
                new Rounding(q, plain));
    }

    /// Parameters for a degree with as many primes as 128 bits of security allow.
    ///
    /// @param plainBits size of the prime modulo which slots compute, 14 to 40
    /// @throws PoyangException `BAD_PARAMETERS` when there are none
    public static BfvParameters standard(int degree, int plainBits) {
        return of(degree, plainBits, sizes(degree));
    }

    /// @param plainBits size of the prime modulo which slots compute, 14 to 40
    /// @param primeBits sizes of the ciphertexts' primes and, last, of the keys' prime, the largest
    /// @throws PoyangException `BAD_PARAMETERS` below 128 bits of security
    public static BfvParameters of(int degree, int plainBits, int... primeBits) {
        if (plainBits < 14 || plainBits > 40) {
            throw Chain.bad("plaintexts of " + plainBits + " bits", "14 to 40 bits are possible");
        }
        Chain.bitsMax(degree); // refuses a degree before a prime is looked for
        Modulus plain = Modulus.chain(degree, plainBits).getFirst();
        Chain chain = Chain.of("bfv", degree, plain.value(), primeBits);
        if (chain.ring().moduli().contains(plain)) {
            throw Chain.bad("a plaintext prime that is one of the others", "another size is needed");
        }
        return new BfvParameters(chain, plain);
    }

    /// Sizes that fill the table's bound with primes of nearly one size.
    static int[] sizes(int degree) {
        int total = Chain.bitsMax(degree);
        int count = Math.max(2, (total + Modulus.BITS_MAX - 2) / (Modulus.BITS_MAX - 1));
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            sizes[count - 1 - i] = total / count + (i < total % count ? 1 : 0);
        }
        return sizes;
    }

    /// How many integers one ciphertext holds: two rows of half as many.
    public int slots() {
        return degree();
    }

    /// How many primes a fresh ciphertext has.
    public int primes() {
        return chain().levels();
    }

    /// The prime modulo which slots compute.
    public long plainModulus() {
        return plain.value();
    }

    Modulus plain() {
        return plain;
    }

    Ntt plainTransform() {
        return Ntt.of(plain, degree());
    }

    Level level(double[][] rows) {
        return levels.get(rows.length - 1);
    }

    static PoyangException badPlaintext(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_PLAINTEXT, wrong, right);
    }

    @Override
    public String toString() {
        return "BfvParameters[degree " + degree() + ", t " + plain + ", " + Math.round(modulusBits()) + " bits]";
    }
}
