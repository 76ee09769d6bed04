package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Public, relinearisation and rotation keys come back from their bytes, and from no others.
final class KeyBytesTest {
    private static final Bfv BFV = new Bfv(BfvParameters.standard(4096, 16));
    private static final Bfv OTHER = new Bfv(BfvParameters.standard(4096, 17));
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "key bytes");

    private final RlweSecretKey secret = BFV.secretKey(RANDOM);

    @Test
    void keysDoTheSameWorkAfterTheWire() {
        BfvParameters parameters = BFV.parameters();
        RlwePublicKey open =
                RlwePublicKey.decode(parameters, BFV.publicKey(secret, RANDOM).encode(parameters));
        RelinearisationKey products = RelinearisationKey.decode(
                parameters, BFV.relinearisationKey(secret, RANDOM).encode(parameters));
        RotationKeys rotations = RotationKeys.decode(
                parameters, BFV.rotationKeys(secret, RANDOM, 5).encode(parameters));
        BfvCiphertext x = BFV.encrypt(open, BFV.encode(-3, 2, 5, 6, 7, 8), RANDOM);
        long[] squares = BFV.decode(BFV.decrypt(secret, BFV.multiply(x, x, products)));
        assertEquals(9, squares[0]);
        assertEquals(4, squares[1]);
        assertEquals(8, BFV.decode(BFV.decrypt(secret, BFV.rotateRows(x, 5, rotations)))[0]);
    }

    @Test
    void halfOfEachKeyIsASeed() {
        BfvParameters parameters = BFV.parameters();
        int open = BFV.publicKey(secret, RANDOM).encode(parameters).length();
        int ciphertext = BFV.encrypt(BFV.publicKey(secret, RANDOM), BFV.encode(1), RANDOM)
                .encode(parameters)
                .length();
        assertTrue(open < ciphertext / 2 + 200, open + " bytes beside " + ciphertext);
    }

    @Test
    void otherParametersTruncationsAndChangesAreRefused() {
        BfvParameters parameters = BFV.parameters();
        refuses(
                BFV.publicKey(secret, RANDOM).encode(parameters),
                bytes -> RlwePublicKey.decode(parameters, bytes).encode(parameters),
                bytes -> RlwePublicKey.decode(OTHER.parameters(), bytes).encode(OTHER.parameters()));
        refuses(
                BFV.relinearisationKey(secret, RANDOM).encode(parameters),
                bytes -> RelinearisationKey.decode(parameters, bytes).encode(parameters),
                bytes -> RelinearisationKey.decode(OTHER.parameters(), bytes).encode(OTHER.parameters()));
        refuses(
                BFV.rotationKeys(secret, RANDOM).encode(parameters),
                bytes -> RotationKeys.decode(parameters, bytes).encode(parameters),
                bytes -> RotationKeys.decode(OTHER.parameters(), bytes).encode(OTHER.parameters()));
    }

    private static void refuses(Bytes right, Function<Bytes, Bytes> again, Function<Bytes, Bytes> elsewhere) {
        assertEquals(right, again.apply(right));
        assertEquals(
                HomomorphicErrors.BAD_CIPHERTEXT,
                assertThrows(PoyangException.class, () -> elsewhere.apply(right))
                        .code());
        Random random = new Random(right.length());
        for (int i = 0; i < 12; i++) {
            int length = i < 6 ? right.length() - 1 - i : random.nextInt(right.length());
            assertThrows(PoyangException.class, () -> again.apply(right.slice(0, length)));
        }
        byte[] longer = java.util.Arrays.copyOf(right.toArray(), right.length() + 1);
        assertThrows(PoyangException.class, () -> again.apply(Bytes.wrap(longer)));
        for (int i = 0; i < 40; i++) {
            byte[] changed = right.toArray();
            int at = i < 20 ? random.nextInt(Math.min(160, changed.length)) : random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            // refused, or another key in its one canonical form; never any other failure
            try {
                assertArrayEquals(changed, again.apply(Bytes.wrap(changed)).toArray());
            } catch (PoyangException e) {
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
