package poyang.pir;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import poyang.psi.Workers;

/// Do an asker's times depend on what it asks? `./poyang bench pir --timing [--json]`: queries for the first row
/// against queries for any row, and answers of keywords that are there against those that are not, in random order.
/// Welch's t of the faster nine tenths; above 4.5 a difference is taken as real (Reparaz, Balasch, Verbauwhede,
/// DATE 2017). A control that stops at the row asked for must be found.
final class PirTiming {
    private static final double FLAGGED = 4.5;
    private static final int CALLS = 1_600;
    private static final int WARM_UP = 200;
    private static final int ROWS = 4_000;

    private PirTiming() {}

    private interface Call {
        void run(boolean fixed, int number);
    }

    static int run(boolean json) {
        byte[] seed = new byte[PirParameters.SEED_BYTES];
        RowClient rows = new RowClient(ROWS, 4096, seed);
        Random any = new Random(1);
        double query = test((fixed, number) -> rows.ask(fixed ? 0 : any.nextInt(ROWS), PirBench.random("t" + number))
                .close());
        double control = test((fixed, number) -> {
            int row = fixed ? 0 : any.nextInt(ROWS);
            double sum = 0;
            for (int i = 0; i <= 40 * row; i++) {
                sum += Math.sqrt(i);
            }
            if (sum < 0) {
                throw new IllegalStateException("a sum of roots");
            }
        });
        double answer = answers();
        String line = String.format(
                Locale.ROOT,
                "{\"queryT\":%.2f,\"answerT\":%.2f,\"controlT\":%.2f,\"flagged\":%.1f}",
                query,
                answer,
                control,
                FLAGGED);
        if (!json) {
            System.out.println("t between the first row and any, between keywords that are there and not, of a leak:");
        }
        System.out.println(line);
        return query < FLAGGED && answer < FLAGGED && control > FLAGGED ? 0 : 1;
    }

    /// Opening an answer for a keyword that has a record, and for one that has none.
    private static double answers() {
        try (HolderKey key = HolderKey.random(PirBench.random("key"))) {
            byte[] there = "there".getBytes(StandardCharsets.UTF_8);
            KeywordTable table = KeywordTable.of(
                    taker -> {
                        taker.take(there, new byte[100]);
                        for (int i = 0; i < 200; i++) {
                            taker.take(PirBench.keyword(i), new byte[100]);
                        }
                    },
                    100,
                    1,
                    key,
                    PirBench.random("table"),
                    Workers.ALONE,
                    (_, _, _) -> {});
            KeywordClient client = new KeywordClient(table.form());
            KeywordClient.Lookup[] lookups = new KeywordClient.Lookup[2];
            byte[][] answers = new byte[2][];
            for (int i = 0; i < 2; i++) {
                byte[] keyword = i == 0 ? there : "nobody".getBytes(StandardCharsets.UTF_8);
                lookups[i] = client.lookup(List.of(keyword), PirBench.random("lookup " + i));
                byte[] evaluated = table.evaluate(lookups[i].blinded(), PirBench.random("proof"));
                answers[i] = table.answer(lookups[i].queries(evaluated), 1, Workers.ALONE);
            }
            double t = test((fixed, _) -> {
                int i = fixed ? 0 : 1;
                if (lookups[i].outcomes(answers[i]).getFirst() instanceof KeywordClient.Outcome.Complaint) {
                    throw new IllegalStateException("a right answer is complained of");
                }
            });
            Arrays.stream(lookups).forEach(KeywordClient.Lookup::close);
            return t;
        }
    }

    /// |t| between the two classes.
    private static double test(Call call) {
        Random order = new Random(2);
        long[][] nanos = new long[2][CALLS];
        int[] counts = new int[2];
        for (int number = -WARM_UP; counts[0] < CALLS || counts[1] < CALLS; number++) {
            boolean fixed = order.nextBoolean();
            int kind = fixed ? 0 : 1;
            if (number >= 0 && counts[kind] == CALLS) {
                continue;
            }
            long start = System.nanoTime();
            call.run(fixed, number);
            long took = System.nanoTime() - start;
            if (number >= 0) {
                nanos[kind][counts[kind]++] = took;
            }
        }
        long[] all = new long[2 * CALLS];
        System.arraycopy(nanos[0], 0, all, 0, CALLS);
        System.arraycopy(nanos[1], 0, all, CALLS, CALLS);
        Arrays.sort(all);
        long most = all[all.length * 9 / 10];
        double[] means = new double[2];
        double error = 0;
        for (int kind = 0; kind < 2; kind++) {
            double[] kept = Arrays.stream(nanos[kind])
                    .filter(took -> took <= most)
                    .asDoubleStream()
                    .toArray();
            double mean = Arrays.stream(kept).average().orElse(0);
            means[kind] = mean;
            error += Arrays.stream(kept).map(x -> (x - mean) * (x - mean)).sum() / kept.length / kept.length;
        }
        return Math.abs(means[0] - means[1]) / Math.sqrt(error);
    }
}
