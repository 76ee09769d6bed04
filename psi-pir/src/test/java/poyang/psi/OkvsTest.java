package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import poyang.kernel.PoyangException;
import poyang.mpc.field.Goldilocks;

final class OkvsTest {
    private static Items items(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] words = new long[4 * count];
        Arrays.setAll(words, _ -> random.nextLong());
        return new Items(words);
    }

    private static long[] elements(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] elements = new long[count];
        Arrays.setAll(elements, _ -> Goldilocks.canonical(random.nextLong()));
        return elements;
    }

    private static long[] extended(long[] low, long[] high) {
        long[] both = new long[2 * low.length];
        for (int i = 0; i < low.length; i++) {
            both[2 * i] = low[i];
            both[2 * i + 1] = high[i];
        }
        return both;
    }

    @Test
    void eachKeyIsDecodedToItsValueAtEverySize() {
        for (int n : new int[] {1, 2, 3, 17, 100, 1023, 1024, 5000, 24_575, 24_577, 40_000}) {
            OkvsShape shape = OkvsShape.of(n, 1);
            OkvsRows rows = new OkvsRows(shape, items(n, n));
            long[][] values = {elements(n, 1), elements(n, 2)};
            long[][] stores = {new long[shape.columns()], elements(shape.columns(), 3)};
            Okvs.encode(rows, values, stores);
            long[] decoded = Okvs.decode(rows, extended(stores[0], stores[1]));
            for (int row = 0; row < n; row++) {
                assertEquals(values[0][row], decoded[2 * row], "size " + n);
                assertEquals(values[1][row], decoded[2 * row + 1], "size " + n);
            }
        }
    }

    @Test
    void fewerPairsThanTheShapeHasRoomForAreEncodedToo() {
        OkvsShape shape = OkvsShape.of(3000, 8);
        OkvsRows rows = new OkvsRows(shape, items(2500, 1));
        long[][] values = {elements(2500, 1)};
        long[][] stores = {elements(shape.columns(), 3)};
        Okvs.encode(rows, values, stores);
        long[] decoded = Okvs.decode(rows, extended(stores[0], stores[0]));
        for (int row = 0; row < 2500; row++) {
            assertEquals(values[0][row], decoded[2 * row]);
        }
    }

    /// What no pair determines stays uniform, so that a store looks the same whatever its keys are: no more
    /// columns change than there are pairs, and other keys decode to what looks uniform.
    @Test
    void undeterminedColumnsKeepWhatTheyHeldAndOtherKeysDecodeToNoise() {
        int n = 2000;
        OkvsShape shape = OkvsShape.of(n, 1);
        long[] fill = elements(shape.columns(), 9);
        long[] store = fill.clone();
        OkvsRows rows = new OkvsRows(shape, items(n, 5));
        // all values equal: a store that did not hide would show it
        Okvs.encode(rows, new long[][] {new long[n]}, new long[][] {store});
        int changed = 0;
        int ones = 0;
        for (int i = 0; i < store.length; i++) {
            changed += store[i] == fill[i] ? 0 : 1;
            ones += Long.bitCount(store[i]);
        }
        assertTrue(changed <= n, changed + " columns changed");
        assertTrue(Math.abs(ones - 32.0 * store.length) < 5 * Math.sqrt(16.0 * store.length), ones + " ones");
        long[] others = Okvs.decode(new OkvsRows(shape, items(n, 6)), extended(store, store));
        int zeros = 0;
        for (long other : others) {
            zeros += other == 0 ? 1 : 0;
        }
        assertEquals(0, zeros, "a key that is not stored has the stored value");
    }

    /// Rows that stand in each other's way are made by hand: two, three, all with the same columns. Each
    /// takes one dense column, until there are no more.
    @Test
    void gapsAreSolvedWithDenseColumnsUntilTheyRunOut() {
        OkvsShape shape = new OkvsShape(1200, 1, 1200, 1600, 3);
        for (int twins = 1; twins <= 5; twins++) {
            Items items = items(1200, 77);
            long[] words = new long[4 * 1200];
            for (int i = 0; i < 1200; i++) {
                for (int w = 0; w < 4; w++) {
                    words[4 * i + w] = w == 1 && i < twins ? items.word(0, 1) : items.word(i, w);
                }
            }
            OkvsRows rows = new OkvsRows(shape, new Items(words));
            long[][] values = {elements(1200, twins)};
            long[][] stores = {elements(shape.columns(), 8)};
            if (twins == 5) {
                PoyangException unlucky = assertThrows(PoyangException.class, () -> Okvs.encode(rows, values, stores));
                assertEquals(Okvs.UNLUCKY, unlucky.code());
                continue;
            }
            assertEquals(twins - 1, Okvs.encode(rows, values, stores));
            long[] decoded = Okvs.decode(rows, extended(stores[0], stores[0]));
            for (int row = 0; row < 1200; row++) {
                assertEquals(values[0][row], decoded[2 * row], twins + " twins");
            }
        }
    }

    /// Without dense columns and with λ bits as low as 4 and 6, failures are frequent enough to be counted:
    /// no more than the formula says, up to four standard deviations.
    @Test
    void failuresAreNoMoreThanTheFormulaSays() {
        int trials = 600;
        for (int bits : new int[] {4, 6}) {
            OkvsShape shape = OkvsShape.of(2048, 1, bits);
            assertEquals(0, shape.dense());
            int failures = 0;
            for (int trial = 0; trial < trials; trial++) {
                OkvsRows rows = new OkvsRows(shape, items(2048, 1000L * bits + trial));
                try {
                    Okvs.encode(rows, new long[][] {new long[2048]}, new long[][] {new long[shape.columns()]});
                } catch (PoyangException e) {
                    failures++;
                }
            }
            double bound = trials * Math.pow(2, -bits);
            assertTrue(failures > 0, "failures are frequent enough to be counted at 2^-" + bits);
            assertTrue(failures <= bound + 4 * Math.sqrt(bound), failures + " of " + trials + " at 2^-" + bits);
        }
    }

    /// Two rows with the same three columns are the smallest gap: 3·n²/m³ are expected a store.
    @Test
    void smallestGapsAreAsFrequentAsCounted() {
        OkvsShape shape = new OkvsShape(1024, 1, 1024, 2048, 3);
        int trials = 1500;
        int gaps = 0;
        for (int trial = 0; trial < trials; trial++) {
            OkvsRows rows = new OkvsRows(shape, items(1024, 50_000L + trial));
            gaps += Okvs.encode(rows, new long[][] {new long[1024]}, new long[][] {new long[shape.columns()]});
        }
        double expected = trials * 3.0 * 1024 * 1024 / Math.pow(2048, 3);
        assertTrue(gaps <= 2 * expected + 4 * Math.sqrt(2 * expected), gaps + " gaps, " + expected + " expected");
    }

    @Test
    void shapesFollowFromNumbersAndStayNearTheSourcesRates() {
        OkvsShape million = OkvsShape.of(1 << 20, 1);
        assertEquals(64, million.bins());
        assertEquals(3, million.dense());
        assertTrue(million.columns() < 1.36 * (1 << 20), million.toString());
        assertTrue(million.room() > 16_384 + 7 * 128, "seven standard deviations at least");
        SplittableRandom random = new SplittableRandom(4);
        int[] counts = new int[64];
        for (int i = 0; i < 1 << 20; i++) {
            counts[random.nextInt(64)]++;
        }
        assertTrue(Arrays.stream(counts).max().orElseThrow() < million.room());
        OkvsRows crowded = new OkvsRows(OkvsShape.of(40_000, 1), new Items(new long[4 * 40_000]));
        assertThrows(
                PoyangException.class,
                () -> Okvs.encode(crowded, new long[1][40_000], new long[1][1 << 17]),
                "all keys in one bin");
    }
}
