package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// Decrypts, by the Chinese remainder theorem, with exponents as short as the subgroup of the
/// randomness.
///
/// With P = 2·p·p' + 1 and h of order 2·p modulo P, c^(2p) is 1 + 2p·m·n modulo P²: m modulo P is
/// the difference divided by n, times (2p·...)^(-1).
///
/// - secrecy: exponentiations take time that depends on the key's size alone; the arithmetic around
///   them is that of `BigInteger`, on values that depend on plaintext and key
/// - source: Paillier 1999, section 7; Ma, Han and Wang 2021, section 4.2
public final class PaillierSecretKey implements AutoCloseable {
    private static final int CERTAINTY = 128;
    private static final int SIEVE = 2000;

    private final PaillierPublicKey open;
    private final Half first;
    private final Half second;
    private final BigInteger secondInverse;
    private boolean closed;

    /// One prime of n and what decrypts modulo it.
    private static final class Half {
        private final BigInteger prime;
        private final BigInteger exponent;
        private final int bits;
        private final Montgomery arithmetic;
        private final BigInteger factor;

        Half(BigInteger prime, BigInteger order, BigInteger n) {
            this.prime = prime;
            exponent = order.shiftLeft(1);
            bits = exponent.bitLength();
            arithmetic = new Montgomery(prime.multiply(prime));
            // c^(2p) = 1 + 2p·m·n mod P², and (1 + x·P - 1)/P = x: here x = 2p·m·(n/P)
            factor = exponent.multiply(n.divide(prime)).modInverse(prime);
        }

        BigInteger decrypt(BigInteger c) {
            BigInteger square = arithmetic.modulus();
            BigInteger power = arithmetic.out(arithmetic.power(arithmetic.in(c.mod(square)), exponent, bits));
            BigInteger[] x = power.subtract(BigInteger.ONE).divideAndRemainder(prime);
            if (x[1].signum() != 0) {
                throw PaillierShares.refused();
            }
            return x[0].multiply(factor).mod(prime);
        }
    }

    private PaillierSecretKey(PaillierPublicKey open, Half first, Half second) {
        this.open = open;
        this.first = first;
        this.second = second;
        secondInverse = second.prime.modInverse(first.prime);
    }

    /// A key of 3,072 bits.
    public static PaillierSecretKey generate(RandomSource random) {
        return generate(PaillierStrength.STANDARD_128_BITS, random);
    }

    public static PaillierSecretKey generate(PaillierStrength strength, RandomSource random) {
        int half = strength.modulusBits() / 2;
        while (true) {
            BigInteger p = prime(strength.randomBits() / 2, random);
            BigInteger q = prime(strength.randomBits() / 2, random);
            BigInteger bigP = over(p, half, random);
            BigInteger bigQ = over(q, half, random);
            BigInteger n = bigP.multiply(bigQ);
            BigInteger restP = bigP.shiftRight(1).divide(p);
            BigInteger restQ = bigQ.shiftRight(1).divide(q);
            BigInteger rest = restP.multiply(restQ);
            boolean sound = n.bitLength() == strength.modulusBits()
                    && !p.equals(q)
                    && p.multiply(q).gcd(rest).equals(BigInteger.ONE)
                    && restP.gcd(restQ).equals(BigInteger.ONE)
                    && n.gcd(bigP.subtract(BigInteger.ONE).multiply(bigQ.subtract(BigInteger.ONE)))
                            .equals(BigInteger.ONE);
            if (!sound) {
                continue;
            }
            BigInteger y = below(n, random);
            BigInteger h = y.modPow(rest.shiftLeft(1), n).negate().mod(n);
            if (!y.gcd(n).equals(BigInteger.ONE) || h.equals(n.subtract(BigInteger.ONE))) {
                continue;
            }
            PaillierPublicKey open = new PaillierPublicKey(strength, n, h);
            return new PaillierSecretKey(open, new Half(bigP, p, n), new Half(bigQ, q, n));
        }
    }

    private static BigInteger prime(int bits, RandomSource random) {
        while (true) {
            BigInteger candidate = odd(bits, random);
            if (passesSieve(candidate) && candidate.isProbablePrime(CERTAINTY)) {
                return candidate;
            }
        }
    }

    /// A prime 2·p·p' + 1 with its two highest bits set and p' odd.
    private static BigInteger over(BigInteger p, int bits, RandomSource random) {
        BigInteger twice = p.shiftLeft(1);
        BigInteger least = BigInteger.valueOf(3).shiftLeft(bits - 2);
        BigInteger span = BigInteger.ONE.shiftLeft(bits - 2).divide(twice);
        while (true) {
            BigInteger rest = least.divide(twice).add(below(span, random)).setBit(0);
            BigInteger candidate = twice.multiply(rest).add(BigInteger.ONE);
            if (candidate.bitLength() == bits && passesSieve(candidate) && candidate.isProbablePrime(CERTAINTY)) {
                return candidate;
            }
        }
    }

    private static boolean passesSieve(BigInteger candidate) {
        for (int divisor = 3; divisor < SIEVE; divisor += 2) {
            if (candidate.mod(BigInteger.valueOf(divisor)).signum() == 0) {
                return false;
            }
        }
        return true;
    }

    private static BigInteger odd(int bits, RandomSource random) {
        byte[] bytes = random.bytes(bits / 8);
        BigInteger value = new BigInteger(1, bytes).setBit(0).setBit(bits - 1).setBit(bits - 2);
        Arrays.fill(bytes, (byte) 0);
        return value;
    }

    /// Below a bound; 2^(-64) from uniform.
    private static BigInteger below(BigInteger bound, RandomSource random) {
        return new BigInteger(1, random.bytes(bound.bitLength() / 8 + 9)).mod(bound);
    }

    public PaillierPublicKey publicKey() {
        return open;
    }

    /// An exponent that decrypts modulo n²: 0 modulo the order of the randomness, 1 modulo n.
    BigInteger exponent() {
        Bug.unless(!closed, "the secret key is closed");
        BigInteger order = first.exponent.multiply(second.exponent).shiftRight(1);
        return order.multiply(order.modInverse(open.modulus()));
    }

    /// What every invertible number modulo n² is 1 to the power of: n·lcm(P − 1, Q − 1).
    BigInteger groupExponent() {
        Bug.unless(!closed, "the secret key is closed");
        BigInteger one = first.prime.subtract(BigInteger.ONE);
        BigInteger two = second.prime.subtract(BigInteger.ONE);
        return open.modulus().multiply(one.divide(one.gcd(two)).multiply(two));
    }

    /// The plaintext of least magnitude.
    ///
    /// @throws poyang.kernel.PoyangException `BAD_CIPHERTEXT` for a number that no encryption makes
    public BigInteger decrypt(PaillierCiphertext ciphertext) {
        Bug.unless(!closed, "the secret key is closed");
        open.check(ciphertext);
        BigInteger c = open.arithmetic().out(ciphertext.value());
        BigInteger modP = first.decrypt(c);
        BigInteger modQ = second.decrypt(c);
        BigInteger high = modP.subtract(modQ).multiply(secondInverse).mod(first.prime);
        BigInteger m = modQ.add(high.multiply(second.prime));
        BigInteger n = open.modulus();
        return m.compareTo(n.shiftRight(1)) > 0 ? m.subtract(n) : m;
    }

    /// The key cannot be used any more. Its numbers are left to the collector: `BigInteger` cannot
    /// be overwritten.
    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "PaillierSecretKey[" + open.strength() + "]";
    }
}
