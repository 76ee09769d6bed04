package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;

/// The kit that every engine of BFV passes: the one in Java everywhere, SEAL's where `libsealc` is
/// installed.
final class BfvSessionTest {
    private static final BfvParameters PARAMETERS = BfvParameters.standard(8192, 20);
    private static final long T = PARAMETERS.plainModulus();
    private static final int SLOTS = PARAMETERS.slots();

    private interface Slotwise {
        long of(long a, long b);
    }

    static Stream<BfvSession> engines() {
        return Stream.concat(
                Stream.of(BfvSession.open(PARAMETERS, new SeededRandom(new byte[32], "session"))),
                BfvSession.openNative(PARAMETERS).stream());
    }

    private static long[] slots(Random random) {
        long[] slots = new long[SLOTS];
        int kind = random.nextInt(4);
        Arrays.setAll(slots, i -> switch (kind) {
            case 0 -> T / 2;
            case 1 -> -(T / 2);
            default -> random.nextLong(T) - T / 2;
        });
        return slots;
    }

    private static long[] map(long[] a, long[] b, Slotwise operation) {
        long[] out = new long[a.length];
        Arrays.setAll(out, i -> {
            long canonical = Math.floorMod(operation.of(a[i], b[i]), T);
            return canonical > T / 2 ? canonical - T : canonical;
        });
        return out;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void operationsEqualThoseOnPlainSlots(BfvSession session) {
        try (session) {
            Random random = new Random(31);
            for (int round = 0; round < 4; round++) {
                long[] a = slots(random);
                long[] b = slots(random);
                BfvSession.Value x = session.encrypt(a);
                BfvSession.Value y = session.encrypt(b);
                assertArrayEquals(a, session.decrypt(x));
                assertArrayEquals(map(a, b, Long::sum), session.decrypt(session.add(x, y)));
                assertArrayEquals(map(a, b, (u, v) -> u - v), session.decrypt(session.subtract(x, y)));
                assertArrayEquals(map(a, b, (u, v) -> u * v), session.decrypt(session.multiply(x, y)));
                assertArrayEquals(map(a, b, (u, v) -> u * v), session.decrypt(session.multiply(x, b)));
                int steps = 1 + random.nextInt(SLOTS / 2 - 1);
                assertArrayEquals(rotated(a, steps), session.decrypt(session.rotateRows(x, steps)));
                assertArrayEquals(swapped(a), session.decrypt(session.swapRows(x)));
            }
        }
    }

    private static long[] rotated(long[] a, int steps) {
        long[] out = new long[a.length];
        int half = a.length / 2;
        Arrays.setAll(out, i -> a[i / half * half + (i % half + steps) % half]);
        return out;
    }

    private static long[] swapped(long[] a) {
        long[] out = new long[a.length];
        Arrays.setAll(out, i -> a[(i + a.length / 2) % a.length]);
        return out;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noiseRunsOutWithAnErrorAndNeverAWrongAnswer(BfvSession session) {
        try (session) {
            long[] a = slots(new Random(7));
            long[] expected = a;
            BfvSession.Value x = session.encrypt(a);
            BfvSession.Value power = x;
            int exact = 0;
            boolean refused = false;
            for (int i = 0; i < 12; i++) {
                power = session.multiply(power, x);
                expected = map(expected, a, (u, v) -> u * v);
                try {
                    long[] got = session.decrypt(power);
                    assertFalse(refused, "an answer after a refusal");
                    assertArrayEquals(expected, got);
                    exact++;
                } catch (PoyangException e) {
                    assertEquals(HomomorphicErrors.NOISE_EXHAUSTED, e.code());
                    refused = true;
                }
            }
            assertTrue(refused && exact >= 2, exact + " products were exact");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatDoesNotFitIsRefused(BfvSession session) {
        BfvSession.Value x = session.encrypt(1, 2, 3);
        assertEquals(
                HomomorphicErrors.BAD_PLAINTEXT,
                assertThrows(PoyangException.class, () -> session.encrypt(T / 2 + 1))
                        .code());
        assertEquals(
                HomomorphicErrors.BAD_PLAINTEXT,
                assertThrows(PoyangException.class, () -> session.encrypt(new long[SLOTS + 1]))
                        .code());
        try (BfvSession other = BfvSession.open(PARAMETERS, new SeededRandom(new byte[32], "other"))) {
            assertThrows(PoyangException.class, () -> other.add(x, x));
        }
        session.close();
        assertThrows(PoyangException.class, () -> session.decrypt(x));
    }
}
