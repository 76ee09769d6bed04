package poyang.pir;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// How fast threads together can read memory and do next to nothing with it: the limit of any first
/// pass.
final class ReadLimit {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LONGS = 1 << 25; // 256 MiB a thread
    private static final int ROUNDS = 9;

    private ReadLimit() {}

    static double bytesPerSecond(int threads) throws Exception {
        List<long[]> memory = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < threads; i++) {
            long[] part = new long[LONGS];
            for (int j = 0; j < LONGS; j += 512) {
                part[j] = random.nextLong();
            }
            memory.add(part);
        }
        double best = 0;
        long sink = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < ROUNDS; round++) {
                List<Callable<Long>> tasks = memory.stream()
                        .map(part -> (Callable<Long>) () -> sum(part))
                        .toList();
                long start = System.nanoTime();
                for (Future<Long> sum : pool.invokeAll(tasks)) {
                    sink += sum.get();
                }
                double rate = (double) threads * LONGS * Long.BYTES / ((System.nanoTime() - start) / 1e9);
                best = Math.max(best, rate);
            }
        }
        if (sink == 42) {
            System.out.println("the sum is 42");
        }
        return best;
    }

    private static long sum(long[] memory) {
        LongVector a = LongVector.zero(SPECIES);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        int lanes = SPECIES.length();
        for (int i = 0; i + 4 * lanes <= memory.length; i += 4 * lanes) {
            a = a.add(LongVector.fromArray(SPECIES, memory, i));
            b = b.add(LongVector.fromArray(SPECIES, memory, i + lanes));
            c = c.add(LongVector.fromArray(SPECIES, memory, i + 2 * lanes));
            d = d.add(LongVector.fromArray(SPECIES, memory, i + 3 * lanes));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
