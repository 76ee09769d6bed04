package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Decryption by some of several holders: a dealer splits the exponent that decrypts with a
/// polynomial, each holder raises the ciphertext to its part and proves that it did, and anyone
/// joins the results of enough holders.
///
/// - computes: with Δ = holders! and f of degree needed − 1 over the integers modulo the group's
///   exponent, f(0) the decrypting exponent, parts are c^(2Δ·f(i)); the product of their powers
///   2λ_i, λ_i Lagrange's coefficients times Δ, is c^(4Δ²·f(0))
/// - parties: `needed` of the holders must take part; any smaller number learns nothing
/// - detects: missing or wrong parts. A part that is off leaves a product that is not 1 modulo n,
///   or is off by a power of 1 + n, whose order has no small factor: there the proof is sound
/// - rejects: `BAD_PROOF` names the holder whose proof does not hold, and the others can go on
///   without it; `BAD_SHARES` when too few parts are there, or one twice
/// - source: Fouque, Poupard and Stern, FC 2000; Damgård, Jurik and Nielsen 2010, section 5, for
///   shares and for proofs of equal logarithms (Chaum and Pedersen, CRYPTO 1992) over the integers
public final class PaillierShares {
    private static final int HIDING_BITS = 128;
    private static final int CHALLENGE_BITS = 256;
    private static final int HOLDERS_MAX = 20;
    private static final String DOMAIN = "poyang.paillier.share-proof.v2";

    private final PaillierPublicKey key;
    private final int needed;
    private final BigInteger base;
    private final List<BigInteger> checks;

    private PaillierShares(PaillierPublicKey key, int needed, BigInteger base, List<BigInteger> checks) {
        this.key = key;
        this.needed = needed;
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
            BigInteger square = shares.key.arithmetic().modulus();
            BigInteger fourth = c.pow(4).mod(square);
            BigInteger power = shares.power(c.multiply(c).mod(square), exponent);
            int bits = shares.exponentBits() + CHALLENGE_BITS + HIDING_BITS;
            BigInteger mask = new BigInteger(1, random.bytes(bits / Byte.SIZE));
            BigInteger one = shares.power(fourth, mask);
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

    /// Splits a key among holders, all of whom are needed; the dealer closes it afterwards.
    public static List<Holder> split(PaillierSecretKey secret, int holders, RandomSource random) {
        return split(secret, holders, holders, random);
    }

    /// Splits a key among holders; the dealer closes it afterwards.
    ///
    /// @param holders 2 to 20
    /// @param needed how many decrypt, 2 to `holders`
    /// @throws PoyangException `BAD_PARAMETERS` for other numbers
    public static List<Holder> split(PaillierSecretKey secret, int holders, int needed, RandomSource random) {
        if (holders < 2 || holders > HOLDERS_MAX || needed < 2 || needed > holders) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PARAMETERS,
                    "a key cannot be split among " + holders + " of whom " + needed + " are needed",
                    "2 to " + HOLDERS_MAX + " holders can, two or more of them needed");
        }
        PaillierPublicKey key = secret.publicKey();
        BigInteger order = secret.groupExponent();
        List<BigInteger> polynomial = new ArrayList<>(List.of(secret.exponent()));
        while (polynomial.size() < needed) {
            byte[] bytes = random.bytes((order.bitLength() + HIDING_BITS) / Byte.SIZE);
            polynomial.add(new BigInteger(1, bytes).mod(order));
        }
        BigInteger square = key.modulus().multiply(key.modulus());
        BigInteger base = new BigInteger(1, random.bytes(key.modulus().bitLength() / 4))
                .pow(2)
                .mod(square);
        List<BigInteger> parts = new ArrayList<>();
        for (int i = 1; i <= holders; i++) {
            BigInteger value = BigInteger.ZERO;
            for (BigInteger coefficient : polynomial.reversed()) {
                value = value.multiply(BigInteger.valueOf(i)).add(coefficient).mod(order);
            }
            parts.add(value.multiply(factorial(holders)));
        }
        PaillierShares bare = new PaillierShares(key, needed, base, List.of());
        PaillierShares shares = new PaillierShares(
                key,
                needed,
                base,
                parts.stream().map(part -> bare.power(base, part)).toList());
        List<Holder> all = new ArrayList<>();
        for (int i = 0; i < holders; i++) {
            all.add(new Holder(shares, i, parts.get(i)));
        }
        return List.copyOf(all);
    }

    private static BigInteger factorial(int n) {
        BigInteger product = BigInteger.ONE;
        for (int i = 2; i <= n; i++) {
            product = product.multiply(BigInteger.valueOf(i));
        }
        return product;
    }

    public int holders() {
        return checks.size();
    }

    /// How many holders decrypt together.
    public int needed() {
        return needed;
    }

    private int exponentBits() {
        return 2 * key.modulus().bitLength() + Long.SIZE; // a part is below n·λ(n) times 20!
    }

    /// A power with an exponent of either sign, in time that depends on the key's size and the
    /// sign; the parts and masks, which are secret, are not negative.
    private BigInteger power(BigInteger number, BigInteger exponent) {
        Montgomery arithmetic = key.arithmetic();
        int bits = Math.max(exponentBits(), exponent.bitLength());
        BigInteger power = arithmetic.out(arithmetic.power(arithmetic.in(number), exponent.abs(), bits));
        return exponent.signum() < 0 ? power.modInverse(arithmetic.modulus()) : power;
    }

    private BigInteger challenge(int index, BigInteger c, BigInteger power, BigInteger one, BigInteger two) {
        CanonicalWriter writer =
                new CanonicalWriter(DOMAIN).bytes(key.encode()).u32(needed).u32(index);
        List<BigInteger> all = List.of(base, checks.get(index), c, power, one, two);
        writer.list(all, (to, each) -> to.bytes(Bytes.wrap(each.toByteArray())));
        return new BigInteger(1, Sm3.digest(writer.toArray()));
    }

    /// The plaintext of least magnitude, from the parts of enough holders. All parts are checked.
    ///
    /// @throws PoyangException `BAD_SHARES` when too few parts are there or one twice, `BAD_PROOF`
    ///     when one is wrong, `BAD_CIPHERTEXT` for a number that no encryption makes
    public BigInteger combine(PaillierCiphertext ciphertext, List<Part> parts) {
        key.check(ciphertext);
        TreeMap<Integer, Part> present = new TreeMap<>();
        parts.forEach(part -> present.put(part.index(), part));
        boolean sound = present.size() == parts.size()
                && present.size() >= needed
                && present.firstKey() >= 0
                && present.lastKey() < holders();
        if (!sound) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_SHARES,
                    "the parts of holders "
                            + parts.stream().map(Part::index).sorted().toList() + " are there",
                    "one part of each of " + needed + " of " + holders() + " holders is needed");
        }
        BigInteger c = key.arithmetic().out(ciphertext.value());
        parts.forEach(part -> check(c, part));
        List<Integer> taken = List.copyOf(present.keySet()).subList(0, needed);
        BigInteger square = key.arithmetic().modulus();
        BigInteger product = BigInteger.ONE;
        for (Part part : parts) {
            if (taken.contains(part.index())) {
                BigInteger exponent = coefficient(taken, part.index()).shiftLeft(1);
                product =
                        product.multiply(part.power().modPow(exponent, square)).mod(square);
            }
        }
        BigInteger n = key.modulus();
        BigInteger[] split = product.subtract(BigInteger.ONE).divideAndRemainder(n);
        if (split[1].signum() != 0) {
            throw refused();
        }
        BigInteger delta = factorial(holders());
        BigInteger m = split[0].multiply(delta.multiply(delta).shiftLeft(2).modInverse(n))
                .mod(n);
        return m.compareTo(n.shiftRight(1)) > 0 ? m.subtract(n) : m;
    }

    /// Lagrange's coefficient at zero, for points from 1, times Δ: an integer.
    private BigInteger coefficient(List<Integer> taken, int index) {
        BigInteger above = factorial(holders());
        BigInteger below = BigInteger.ONE;
        for (int other : taken) {
            if (other != index) {
                above = above.multiply(BigInteger.valueOf(other + 1L));
                below = below.multiply(BigInteger.valueOf(other - index));
            }
        }
        return above.divide(below);
    }

    private void check(BigInteger c, Part part) {
        BigInteger square = key.arithmetic().modulus();
        boolean sound = part.power().signum() > 0
                && part.power().compareTo(square) < 0
                && part.power().gcd(key.modulus()).equals(BigInteger.ONE)
                && part.challenge().signum() >= 0
                && part.challenge().bitLength() <= CHALLENGE_BITS
                && part.response().signum() >= 0
                && part.response().bitLength() <= exponentBits() + CHALLENGE_BITS + HIDING_BITS + 2;
        if (sound) {
            BigInteger minus = part.challenge().negate();
            BigInteger fourth = c.pow(4).mod(square);
            BigInteger twice = part.power().multiply(part.power()).mod(square);
            BigInteger one =
                    power(fourth, part.response()).multiply(power(twice, minus)).mod(square);
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
        return "PaillierShares[" + needed + " of " + checks.size() + " holders]";
    }
}
