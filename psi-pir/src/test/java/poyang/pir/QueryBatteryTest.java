package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;

/// A battery of tests between the queries for two rows: none tells them apart, and each tells apart queries that
/// are spoilt so that it should.
final class QueryBatteryTest {
    private static final int ROWS = 16;
    private static final int QUERIES = 300;
    private static final int FIRST = 3;
    private static final int SECOND = 11;
    /// Standard deviations; some hundred statistics are looked at, so a sound one passes 5 once in 10^4 runs.
    private static final double FLAGGED = 5;

    private static final double Q = PirParameters.Q.value();
    private static final byte[] SEED = new byte[PirParameters.SEED_BYTES];

    /// What a query sends: an integer a row, then some of its keys' integers.
    private static double[] integers(int row, int number) {
        RowClient client = new RowClient(ROWS, 100, SEED);
        try (RowClient.Asked asked =
                client.ask(row, new SeededRandom(new byte[SeededRandom.SEED_BYTES], "battery-" + row + "-" + number))) {
            assertEquals(client.queryBytes(), asked.frame().length);
            long[] body = Bits.read(asked.frame(), ClientKeys.BYTES, ROWS, PirParameters.MODULUS_BITS);
            long[] keys = Bits.read(asked.frame(), 0, ROWS, PirParameters.MODULUS_BITS);
            double[] out = new double[2 * ROWS];
            for (int i = 0; i < ROWS; i++) {
                out[i] = body[i];
                out[ROWS + i] = keys[i];
            }
            return out;
        }
    }

    private static List<double[]> queries(int row) {
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < QUERIES; i++) {
            all.add(integers(row, i));
        }
        return all;
    }

    /// How many standard errors the means of a statistic lie apart.
    private static double apart(List<double[]> a, List<double[]> b, ToDoubleFunction<double[]> statistic) {
        double[] means = new double[2];
        double variance = 0;
        for (int kind = 0; kind < 2; kind++) {
            double[] values =
                    (kind == 0 ? a : b).stream().mapToDouble(statistic).toArray();
            double sum = 0;
            double squares = 0;
            for (double value : values) {
                sum += value;
                squares += value * value;
            }
            means[kind] = sum / values.length;
            variance += (squares / values.length - means[kind] * means[kind]) / values.length;
        }
        return variance == 0 ? (means[0] == means[1] ? 0 : 1e9) : Math.abs(means[0] - means[1]) / Math.sqrt(variance);
    }

    /// The largest distance of any test of the battery.
    private static double battery(List<double[]> a, List<double[]> b) {
        double worst = 0;
        for (int i = 0; i < 2 * ROWS; i++) {
            int at = i;
            worst = Math.max(worst, apart(a, b, x -> x[at])); // level
            worst = Math.max(worst, apart(a, b, x -> Math.abs(x[at] - Q / 2))); // distance from both ends
            worst = Math.max(worst, apart(a, b, x -> x[at] % 65_536)); // low bits, in which the error lies
            worst = Math.max(worst, apart(a, b, x -> x[at] * x[(at + 1) % (2 * ROWS)] / Q)); // neighbours
        }
        for (int bit = 0; bit < PirParameters.MODULUS_BITS; bit++) {
            long mask = 1L << bit;
            worst = Math.max(worst, apart(a, b, x -> ones(x, mask)));
        }
        return Math.max(worst, classifier(a, b));
    }

    private static double ones(double[] integers, long mask) {
        int ones = 0;
        for (double integer : integers) {
            ones += ((long) integer & mask) != 0 ? 1 : 0;
        }
        return ones;
    }

    /// The nearest of two means, learnt from one half: how far above one half its right guesses of the other lie.
    private static double classifier(List<double[]> a, List<double[]> b) {
        double[] first = mean(a.subList(0, QUERIES / 2));
        double[] second = mean(b.subList(0, QUERIES / 2));
        int right = 0;
        for (int i = QUERIES / 2; i < QUERIES; i++) {
            right += distance(a.get(i), first) < distance(a.get(i), second) ? 1 : 0;
            right += distance(b.get(i), second) < distance(b.get(i), first) ? 1 : 0;
        }
        return (right - QUERIES / 2.0) / Math.sqrt(QUERIES / 4.0);
    }

    private static double[] mean(List<double[]> all) {
        double[] out = new double[2 * ROWS];
        for (double[] each : all) {
            for (int i = 0; i < out.length; i++) {
                out[i] += each[i] / all.size();
            }
        }
        return out;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    @Test
    void theQueriesForTwoRowsAreAlike() {
        double worst = battery(queries(FIRST), queries(SECOND));
        assertTrue(worst < FLAGGED, "a test of the battery gives " + worst + " deviations");
    }

    /// Two queries for one row have no more to do with each other than two for different rows.
    @Test
    void aRowAskedForTwiceDoesNotShow() {
        List<double[]> same = new ArrayList<>();
        List<double[]> other = new ArrayList<>();
        List<double[]> first = queries(FIRST);
        List<double[]> second = queries(SECOND);
        for (int i = 0; i + 1 < QUERIES; i += 2) {
            same.add(difference(first.get(i), first.get(i + 1)));
            other.add(difference(first.get(i + 1), second.get(i)));
        }
        for (int i = 0; i < 2 * ROWS; i++) {
            int at = i;
            assertTrue(apart(same, other, x -> x[at]) < FLAGGED);
            assertTrue(apart(same, other, x -> Math.abs(x[at] - Q / 2)) < FLAGGED);
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] >= b[i] ? a[i] - b[i] : a[i] - b[i] + Q;
        }
        return out;
    }

    /// The battery sees a query that is not masked, one whose masks are half as wide, and one bit that follows the row.
    @Test
    void theBatteryFindsWhatIsNotHidden() {
        List<double[]> second = queries(SECOND);
        Random random = new Random(5);
        List<double[]> plain = new ArrayList<>();
        List<double[]> narrow = new ArrayList<>();
        List<double[]> bit = new ArrayList<>();
        for (double[] query : queries(FIRST)) {
            double[] unmasked = query.clone();
            unmasked[FIRST] = PirParameters.SCALE + random.nextInt(20);
            plain.add(unmasked);
            double[] halved = query.clone();
            halved[FIRST] = Math.floor(halved[FIRST] / 2);
            narrow.add(halved);
            double[] odd = query.clone();
            odd[FIRST] = odd[FIRST] - odd[FIRST] % 2;
            bit.add(odd);
        }
        assertTrue(battery(plain, second) > FLAGGED);
        assertTrue(battery(narrow, second) > FLAGGED);
        assertTrue(apart(bit, second, x -> x[FIRST] % 2) > FLAGGED);
    }
}
