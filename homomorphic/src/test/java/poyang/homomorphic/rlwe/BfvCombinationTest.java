package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Sums with secret factors are right, and their noise, size and estimate are those of any other factors.
final class BfvCombinationTest {
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "combination");
    private static final Bfv BFV = new Bfv(BfvParameters.of(8192, 40, 43, 43, 43, 43, 43));
    private static final long HALF = BFV.parameters().plainModulus() / 2;
    private static final int TERMS = 4;

    private static BfvCiphertext hidden(RlweSecretKey secret, long[] factors, long[] slot, int statisticalBits) {
        BfvCombination sum = new BfvCombination(BFV);
        for (int i = 0; i < factors.length; i++) {
            BfvCiphertext sent = BFV.encrypt(secret, BFV.encode(slot[i]), RANDOM);
            sum.add(BfvCiphertext.decode(BFV.parameters(), sent.encode(BFV.parameters())), factors[i]);
        }
        return sum.hidden(BFV.encode(0), TERMS, BFV.publicKey(secret, RANDOM), statisticalBits, RANDOM);
    }

    @Test
    void theSumIsThatOfTheSlotsModuloThePrime() {
        RlweSecretKey secret = BFV.secretKey(RANDOM);
        Property.seeds(6).check(seed -> {
            Random random = new Random(seed);
            long[] factors = random.longs(TERMS, -HALF, HALF + 1).toArray();
            long[] slots = random.longs(TERMS, -HALF, HALF + 1).toArray();
            factors[0] = random.nextBoolean() ? HALF : -HALF;
            BigInteger expected = BigInteger.ZERO;
            for (int i = 0; i < TERMS; i++) {
                expected = expected.add(BigInteger.valueOf(factors[i]).multiply(BigInteger.valueOf(slots[i])));
            }
            BigInteger t = BigInteger.valueOf(BFV.parameters().plainModulus());
            BfvCiphertext result = hidden(secret, factors, slots, 56);
            long got = BFV.decode(BFV.decrypt(secret, result))[0];
            assertEquals(expected.mod(t), BigInteger.valueOf(got).mod(t));
            assertTrue(BFV.measuredBudgetBits(secret, result) >= 3);
        });
    }

    /// What the owner sees besides the slots is the same for factors of zero and for the largest: the bytes' length
    /// and estimate to the bit, the noise within its sampling.
    @Test
    void whatTheOwnerSeesDoesNotDependOnTheFactors() {
        RlweSecretKey secret = BFV.secretKey(RANDOM);
        long[] zeros = new long[TERMS];
        long[] largest = {HALF, -HALF, HALF, HALF};
        BfvCiphertext one = hidden(secret, zeros, zeros, 56);
        BfvCiphertext other = hidden(secret, largest, zeros, 56);
        assertEquals(one.primes(), other.primes());
        assertEquals(BfvCombination.primes(BFV.parameters(), TERMS, 56), one.primes());
        assertEquals(one.variance(), other.variance());
        Bytes bytes = one.encode(BFV.parameters());
        assertEquals(bytes.length(), other.encode(BFV.parameters()).length());
        assertEquals(bytes.length(), BfvCiphertext.lengthBytes(BFV.parameters(), one.primes(), /* fresh= */ false));
        double gap = BFV.measuredBudgetBits(secret, one) - BFV.measuredBudgetBits(secret, other);
        assertEquals(0, gap, 1.5, "the largest of 8,192 errors");
        // without a flood the noise of the largest factors stands out by tens of bits
        double bare = BFV.measuredBudgetBits(secret, BFV.encrypt(secret, BFV.encode(0), RANDOM));
        assertTrue(bare - BFV.measuredBudgetBits(secret, one) > 20, "bare " + bare);
    }

    @Test
    void onlyFreshCiphertextsAndFactorsInRangeAreTaken() {
        RlweSecretKey secret = BFV.secretKey(RANDOM);
        BfvCiphertext fresh = BFV.encrypt(secret, BFV.encode(1), RANDOM);
        BfvCombination sum = new BfvCombination(BFV);
        Bfv foreign = new Bfv(BfvParameters.of(8192, 39, 43, 43, 43, 43, 43));
        List<BfvCiphertext> stale = new ArrayList<>();
        stale.add(BFV.add(fresh, fresh));
        stale.add(BFV.dropPrime(fresh));
        stale.add(BFV.encrypt(BFV.publicKey(secret, RANDOM), BFV.encode(1), RANDOM));
        stale.add(foreign.encrypt(foreign.secretKey(RANDOM), foreign.encode(1), RANDOM));
        for (BfvCiphertext each : stale) {
            assertEquals(
                    HomomorphicErrors.BAD_CIPHERTEXT,
                    assertThrows(PoyangException.class, () -> sum.add(each, 1)).code());
        }
        assertEquals(
                HomomorphicErrors.BAD_PLAINTEXT,
                assertThrows(PoyangException.class, () -> sum.add(fresh, HALF + 1))
                        .code());
        sum.add(fresh, 1);
        sum.add(fresh, 1);
        RlwePublicKey key = BFV.publicKey(secret, RANDOM);
        assertEquals(
                HomomorphicErrors.BAD_PLAINTEXT,
                assertThrows(PoyangException.class, () -> sum.hidden(BFV.encode(0), 1, key, 56, RANDOM))
                        .code());
        // more hiding than there is room for is refused, and never left out
        assertEquals(
                HomomorphicErrors.NOISE_EXHAUSTED,
                assertThrows(PoyangException.class, () -> sum.hidden(BFV.encode(0), 2, key, 100, RANDOM))
                        .code());
        assertTrue(BfvCombination.fits(BFV.parameters(), 256, 56));
    }
}
