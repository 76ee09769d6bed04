package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Decryption by all of several holders together: a dealer splits the exponent that decrypts into a
/// sum, each holder raises the ciphertext to its part and proves that it did, and anyone multiplies
/// the results.
///
/// - parties: all must take part; any smaller number learns nothing
/// - detects: a missing or wrong part. A part that is off leaves a product that is not 1 modulo n,
///   or is off by a power of 1 + n, whose order has no small factor: there the proof is sound
/// - rejects: `BAD_PROOF` names the holder whose proof does not hold; `BAD_SHARES` when parts are
///   missing or twice there
/// - source: Fouque, Poupard and Stern, FC 2000, with a sum instead of a polynomial; proofs of
///   equal logarithms after Chaum and Pedersen, CRYPTO 1992, over the integers as in Damgård, Jurik
///   and Nielsen 2010, section 5.1
public final class PaillierShares {
    private static final int HIDING_BITS = 128;
    private static final int CHALLENGE_BITS = 256;
    private static final String DOMAIN = "poyang.paillier.share-proof.v1";

    private final PaillierPublicKey key;
    private final BigInteger base;
    private final List<BigInteger> checks;

    private PaillierShares(PaillierPublicKey key, BigInteger base, List<BigInteger> checks) {
        this.key = key;
        this.base = base;
        this.checks = List.copyOf(checks);
    }

    /// One holder's part of the exponent. It prints nothing of itself.
    public static final class Holder {
        private final PaillierShares shares;
        private final int index;
        private final BigInteger exponent;

        private Holder(PaillierShares shares, int index, BigInteger exponent) {
            this.shares = shares;
            this.index = index;
            this.exponent = exponent;
        }

        /// What everybody may know of the split key.
        public PaillierShares shares() {
            return shares;
        }

        /// This holder's part of a decryption, with its proof.
        public Part part(PaillierCiphertext ciphertext, RandomSource random) {
            shares.key.check(ciphertext);
            BigInteger c = shares.key.arithmetic().out(ciphertext.value());
            BigInteger power = shares.power(c, exponent);
            int bits = shares.exponentBits() + CHALLENGE_BITS + HIDING_BITS;
            BigInteger mask = new BigInteger(1, random.bytes(bits / Byte.SIZE));
            BigInteger one = shares.power(c, mask);
            BigInteger two = shares.power(shares.base, mask);
            BigInteger e = shares.challenge(index, c, power, one, two);
            return new Part(index, power, e, mask.add(e.multiply(exponent)));
        }

        @Override
        public String toString() {
            return "Holder[" + index + "]";
        }
    }

    /// A holder's contribution to one decryption.
    ///
    /// @param index of the holder, from 0
    /// @param power of the ciphertext
    /// @param challenge of the proof
    /// @param response of the proof
    public record Part(int index, BigInteger power, BigInteger challenge, BigInteger response) {}

    /// Splits a key among holders; the dealer closes it afterwards.
    public static List<Holder> split(PaillierSecretKey secret, int holders, RandomSource random) {
        if (holders < 2) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PARAMETERS, "a key cannot be split among " + holders, "two or more can");
        }
        PaillierPublicKey key = secret.publicKey();
        BigInteger rest = secret.exponent();
        List<BigInteger> parts = new ArrayList<>();
        int bytes = (2 * key.modulus().bitLength() + HIDING_BITS) / Byte.SIZE;
        for (int i = 1; i < holders; i++) {
            BigInteger part = new BigInteger(1, random.bytes(bytes));
            parts.add(part);
            rest = rest.subtract(part);
        }
        parts.add(rest);
        BigInteger square = key.modulus().multiply(key.modulus());
        BigInteger base = new BigInteger(1, random.bytes(key.modulus().bitLength() / 4))
                .pow(2)
                .mod(square);
        PaillierShares bare = new PaillierShares(key, base, List.of());
        PaillierShares shares = new PaillierShares(
                key, base, parts.stream().map(part -> bare.power(base, part)).toList());
        List<Holder> all = new ArrayList<>();
        for (int i = 0; i < holders; i++) {
            all.add(new Holder(shares, i, parts.get(i)));
        }
        return List.copyOf(all);
    }

    public int holders() {
        return checks.size();
    }

    private int exponentBits() {
        return 2 * key.modulus().bitLength() + HIDING_BITS + Byte.SIZE;
    }

    /// A power with an exponent of either sign, in time that depends on the key's size and the
    /// sign.
    private BigInteger power(BigInteger number, BigInteger exponent) {
        Montgomery arithmetic = key.arithmetic();
        int bits = Math.max(exponentBits(), exponent.bitLength());
        BigInteger power = arithmetic.out(arithmetic.power(arithmetic.in(number), exponent.abs(), bits));
        return exponent.signum() < 0 ? power.modInverse(arithmetic.modulus()) : power;
    }

    private BigInteger challenge(int index, BigInteger c, BigInteger power, BigInteger one, BigInteger two) {
        CanonicalWriter writer = new CanonicalWriter(DOMAIN).bytes(key.encode()).u32(index);
        List<BigInteger> all = List.of(base, checks.get(index), c, power, one, two);
        writer.list(all, (to, each) -> to.bytes(Bytes.wrap(each.toByteArray())));
        return new BigInteger(1, Sm3.digest(writer.toArray()));
    }

    /// The plaintext of least magnitude, from the parts of all holders.
    ///
    /// @throws PoyangException `BAD_SHARES` when parts are missing, `BAD_PROOF` when one is wrong,
    ///     `BAD_CIPHERTEXT` for a number that no encryption makes
    public BigInteger combine(PaillierCiphertext ciphertext, List<Part> parts) {
        key.check(ciphertext);
        List<Integer> present = new ArrayList<>(parts.stream().map(Part::index).toList());
        Collections.sort(present);
        for (int i = 0; i < Math.max(holders(), present.size()); i++) {
            if (i >= holders() || i >= present.size() || present.get(i) != i) {
                throw new PoyangException(
                        HomomorphicErrors.BAD_SHARES,
                        "the parts of holders " + present + " are there",
                        "one part of each of " + holders() + " holders is needed");
            }
        }
        BigInteger square = key.arithmetic().modulus();
        BigInteger c = key.arithmetic().out(ciphertext.value());
        BigInteger product = BigInteger.ONE;
        for (Part part : parts) {
            check(c, part);
            product = product.multiply(part.power()).mod(square);
        }
        BigInteger n = key.modulus();
        BigInteger[] split = product.subtract(BigInteger.ONE).divideAndRemainder(n);
        if (split[1].signum() != 0) {
            throw refused();
        }
        BigInteger m = split[0];
        return m.compareTo(n.shiftRight(1)) > 0 ? m.subtract(n) : m;
    }

    private void check(BigInteger c, Part part) {
        BigInteger square = key.arithmetic().modulus();
        boolean sound = part.power().signum() > 0
                && part.power().compareTo(square) < 0
                && part.power().gcd(key.modulus()).equals(BigInteger.ONE)
                && part.challenge().signum() >= 0
                && part.challenge().bitLength() <= CHALLENGE_BITS
                && part.response().bitLength() <= exponentBits() + CHALLENGE_BITS + HIDING_BITS + 2;
        if (sound) {
            BigInteger minus = part.challenge().negate();
            BigInteger one = power(c, part.response())
                    .multiply(power(part.power(), minus))
                    .mod(square);
            BigInteger check = checks.get(part.index());
            BigInteger two =
                    power(base, part.response()).multiply(power(check, minus)).mod(square);
            sound = challenge(part.index(), c, part.power(), one, two).equals(part.challenge());
        }
        if (!sound) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PROOF,
                    "the part of holder " + part.index() + " is wrong",
                    "its part of this ciphertext's decryption is needed");
        }
    }

    static PoyangException refused() {
        return new PoyangException(
                HomomorphicErrors.BAD_CIPHERTEXT,
                "the ciphertext cannot be decrypted",
                "one that was made with this key is needed");
    }

    @Override
    public String toString() {
        Bug.unless(!checks.isEmpty(), "a key without holders");
        return "PaillierShares[" + checks.size() + " holders]";
    }
}
