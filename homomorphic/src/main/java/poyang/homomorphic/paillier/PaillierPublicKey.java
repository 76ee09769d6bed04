package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Encrypts integers and computes with encrypted ones.
///
/// - computes: c = (1 + m·n)·g^r mod n² with g = h^n, r short; sums of plaintexts are products of
///   ciphertexts
/// - ranges: plaintexts from −(n − 1)/2 to (n − 1)/2; sums that leave it wrap around
/// - security: indistinguishable under chosen plaintexts where deciding n-th residues is hard and
///   the subgroup of h is indistinguishable from all of its kind; nothing protects against changes.
///   Results of arithmetic are as random as their operands: {@link #refreshed} before they are
///   handed on
/// - cost: an encryption is ⌈448/5⌉ to ⌈640/5⌉ products modulo n², a sum one
/// - threads: immutable, for any number
/// - source: Damgård, Jurik and Nielsen 2010, section 4.2, with the subgroup of Ma, Han and Wang
///   2021
public final class PaillierPublicKey {
    private static final String DOMAIN = "poyang.paillier.public-key.v1";

    private final PaillierStrength strength;
    private final BigInteger n;
    private final BigInteger h;
    private final Montgomery arithmetic;
    private final FixedBase randomness;

    PaillierPublicKey(PaillierStrength strength, BigInteger n, BigInteger h) {
        this.strength = strength;
        this.n = n;
        this.h = h;
        BigInteger square = n.multiply(n);
        arithmetic = new Montgomery(square);
        randomness =
                new FixedBase(arithmetic, h.modPow(n, square), strength.randomBits() + PaillierRangeProof.EXTRA_BITS);
    }

    public PaillierStrength strength() {
        return strength;
    }

    /// Plaintexts are computed with modulo this.
    public BigInteger modulus() {
        return n;
    }

    Montgomery arithmetic() {
        return arithmetic;
    }

    /// Bytes of the table that makes encryptions fast.
    public long tableBytes() {
        return randomness.tableBytes();
    }

    /// @throws PoyangException `BAD_PLAINTEXT` unless the magnitude is below n/2
    public PaillierCiphertext encrypt(BigInteger plaintext, RandomSource random) {
        long[] value = unit(plaintext);
        multiplyByZero(value, random);
        return new PaillierCiphertext(this, value);
    }

    /// A fresh encryption of the same plaintext.
    public PaillierCiphertext refreshed(PaillierCiphertext a, RandomSource random) {
        check(a);
        long[] value = a.value().clone();
        multiplyByZero(value, random);
        return new PaillierCiphertext(this, value);
    }

    private void multiplyByZero(long[] value, RandomSource random) {
        byte[] exponent = random.bytes(strength.randomBits() / 8);
        arithmetic.multiply(value, randomness.power(exponent), value, arithmetic.room());
        Arrays.fill(exponent, (byte) 0);
    }

    /// An encryption with given randomness, lowest byte first.
    PaillierCiphertext encryptWith(BigInteger plaintext, byte[] exponent) {
        long[] value = unit(plaintext);
        arithmetic.multiply(value, randomness.power(exponent), value, arithmetic.room());
        return new PaillierCiphertext(this, value);
    }

    /// An encryption with a proof that its plaintext is known and in a range; whoever gets both
    /// calls {@link PaillierRangeProof#verify}.
    ///
    /// @param bits the plaintext's magnitude is below 2^bits
    /// @param context what the proof is for; it holds for nothing else
    /// @throws PoyangException `BAD_PLAINTEXT` for a plaintext out of range
    public PaillierRangeProof.Proven encryptProven(BigInteger plaintext, int bits, Bytes context, RandomSource random) {
        return PaillierRangeProof.prove(this, plaintext, bits, context, random);
    }

    /// 1 + m·n in Montgomery's form.
    private long[] unit(BigInteger plaintext) {
        if (plaintext.abs().compareTo(n.shiftRight(1)) > 0) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PLAINTEXT,
                    "a plaintext of " + plaintext.bitLength() + " bits does not fit",
                    "at most " + (n.bitLength() - 2) + " bits and a sign do");
        }
        return arithmetic.in(plaintext.mod(n).multiply(n).add(BigInteger.ONE));
    }

    public PaillierCiphertext add(PaillierCiphertext a, PaillierCiphertext b) {
        check(a);
        check(b);
        long[] value = new long[a.value().length];
        arithmetic.multiply(a.value(), b.value(), value, arithmetic.room());
        return new PaillierCiphertext(this, value);
    }

    public PaillierCiphertext add(PaillierCiphertext a, BigInteger b) {
        check(a);
        long[] value = unit(b);
        arithmetic.multiply(a.value(), value, value, arithmetic.room());
        return new PaillierCiphertext(this, value);
    }

    /// The product with a public integer; time depends on its length.
    public PaillierCiphertext multiply(PaillierCiphertext a, BigInteger factor) {
        check(a);
        if (factor.abs().compareTo(n.shiftRight(1)) > 0) {
            throw new PoyangException(HomomorphicErrors.BAD_PLAINTEXT, "a factor does not fit", "it must be below n/2");
        }
        long[] base = a.value();
        if (factor.signum() < 0) {
            base = arithmetic.in(arithmetic.out(base).modInverse(arithmetic.modulus()));
        }
        BigInteger magnitude = factor.abs();
        return new PaillierCiphertext(this, arithmetic.power(base, magnitude, Math.max(1, magnitude.bitLength())));
    }

    void check(PaillierCiphertext a) {
        if (!a.key().equals(this)) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_CIPHERTEXT,
                    "the ciphertext belongs to another key",
                    "one under this key is needed");
        }
    }

    // ---- bytes --------------------------------------------------------------------------------------

    public Bytes encode() {
        return new CanonicalWriter(DOMAIN)
                .u32(strength.modulusBits())
                .bytes(fixed(n, strength.modulusBits() / 8))
                .bytes(fixed(h, strength.modulusBits() / 8))
                .toBytes();
    }

    /// @throws PoyangException `BAD_HE_KEY` for a key that could not have been made here
    public static PaillierPublicKey decode(Bytes encoded) {
        CanonicalReader reader = new CanonicalReader(DOMAIN, encoded.toArray());
        long bits = reader.u32();
        PaillierStrength strength = null;
        for (PaillierStrength each : PaillierStrength.values()) {
            strength = each.modulusBits() == bits ? each : strength;
        }
        if (strength == null) {
            throw badKey("a modulus of " + bits + " bits");
        }
        BigInteger n =
                new BigInteger(1, reader.exactly(strength.modulusBits() / 8).toArray());
        BigInteger h =
                new BigInteger(1, reader.exactly(strength.modulusBits() / 8).toArray());
        reader.end();
        boolean sound = n.bitLength() == bits
                && n.testBit(0)
                && !n.isProbablePrime(40)
                && h.compareTo(BigInteger.ONE) > 0
                && h.compareTo(n) < 0
                && h.gcd(n).equals(BigInteger.ONE);
        if (!sound) {
            throw badKey("its numbers");
        }
        return new PaillierPublicKey(strength, n, h);
    }

    private static PoyangException badKey(String wrong) {
        return new PoyangException(
                HomomorphicErrors.BAD_HE_KEY,
                "the public key is refused for " + wrong,
                "a key of 2,048, 3,072 or 4,096 bits that was made here is needed");
    }

    public Bytes encode(PaillierCiphertext ciphertext) {
        check(ciphertext);
        return Bytes.wrap(fixed(arithmetic.out(ciphertext.value()), strength.modulusBits() / 4));
    }

    /// @throws PoyangException `BAD_CIPHERTEXT` unless it is an invertible number below n², in full
    ///     length
    public PaillierCiphertext ciphertext(Bytes encoded) {
        BigInteger value = new BigInteger(1, encoded.toArray());
        boolean sound = encoded.length() == strength.modulusBits() / 4
                && value.signum() > 0
                && value.compareTo(arithmetic.modulus()) < 0
                && value.gcd(n).equals(BigInteger.ONE);
        if (!sound) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_CIPHERTEXT,
                    "the bytes are no ciphertext under this key",
                    "an invertible number modulo n² in full length is needed");
        }
        return new PaillierCiphertext(this, arithmetic.in(value));
    }

    static byte[] fixed(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] out = new byte[length];
        int count = Math.min(length, bytes.length);
        System.arraycopy(bytes, bytes.length - count, out, length - count, count);
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof PaillierPublicKey key && key.n.equals(n) && key.h.equals(h));
    }

    @Override
    public int hashCode() {
        return n.hashCode();
    }

    @Override
    public String toString() {
        return "PaillierPublicKey[" + strength + "]";
    }
}
