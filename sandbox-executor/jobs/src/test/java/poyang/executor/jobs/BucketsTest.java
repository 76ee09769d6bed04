package poyang.executor.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.psi.DiskCollision;

/// How many buckets a job on disk works on, and what becomes of the others when one fails.
class BucketsTest {
    private static int lines(String protocol, int processors, int heapMebibytes) {
        JobPlan plan = JobPlan.Collision.of("person", "citizen", "id", protocol);
        JobFacts.Buckets buckets = new CollisionJob().buckets(plan, 1L << 22, processors, heapMebibytes);
        assertEquals(DiskCollision.BUCKET_KEYS, buckets.keys());
        return buckets.lines();
    }

    /// Within the memory that the operator gave, and one for a processor; one in any case.
    @Test
    void memoryAndProcessorsBoundTheBucketsUnderWay() {
        assertEquals(1, lines("vole", 1, 1 << 16));
        assertEquals(8, lines("vole", 8, 1 << 16));
        assertEquals(64, lines("vole", 1024, 1 << 20));
        assertEquals(1, lines("vole", 8, 64));
        for (String protocol : new String[] {"vole", "vole-malicious"}) {
            int one = 0;
            for (int heap = 512; heap <= 16_384; heap += 512) {
                int lines = lines(protocol, 64, heap);
                one = lines == 1 ? heap : one;
                assertEquals(lines, Math.max(1, Math.min(lines, heap / CollisionJob.bucketMebibytes(protocol))));
            }
            assertEquals(lines(protocol, 64, one + 512), 2, protocol);
        }
        JobPlan curve = JobPlan.Collision.of("person", "citizen", "id", "dh-sm2");
        assertEquals(JobFacts.Buckets.NONE, new CollisionJob().buckets(curve, 1L << 22, 4, 1 << 16));
        JobPlan small = JobPlan.Collision.of("person", "citizen", "id", "vole");
        assertEquals(JobFacts.Buckets.NONE, new CollisionJob().buckets(small, 1L << 20, 4, 1 << 16));
    }

    /// A bucket whose other party is lost ends the run, though others wait for frames that never come.
    @Test
    void onePartThatFailsEndsAll() {
        PoyangException lost = new PoyangException(KernelErrors.PEER_LOST, "lost", "run again");
        CountDownLatch never = new CountDownLatch(1);
        try (ChildWorkers workers = new ChildWorkers(3)) {
            PoyangException thrown = assertThrows(
                    PoyangException.class,
                    () -> workers.each(3, part -> {
                        if (part == 2) {
                            throw lost;
                        }
                        await(never);
                    }));
            assertSame(lost, thrown);
        }
    }

    private static void await(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
