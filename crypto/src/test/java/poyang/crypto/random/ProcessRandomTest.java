package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The process's source: new entropy in time, forks, threads, and that a failure is for good.
final class ProcessRandomTest {
    private static final int RESEED_BYTES = DrbgStream.ENTROPY_BYTES;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // the clock may wrap round
    private final PlantedEntropy entropy = new PlantedEntropy(7);

    private EntropyInput input() {
        return new EntropyInput(entropy);
    }

    @Test
    void newEntropyComesByCount() {
        DrbgStream stream = new DrbgStream(input(), nanos::get, "test");
        long before = entropy.given();
        byte[] _ = stream.bytes(32 * 1024);
        assertEquals(before, entropy.given(), "2^10 requests of 32 bytes");
        byte[] _ = stream.bytes(1);
        assertEquals(before + RESEED_BYTES, entropy.given());
        byte[] _ = stream.bytes(32 * 1023 + 1);
        assertEquals(before + 2 * RESEED_BYTES, entropy.given());
    }

    @Test
    void newEntropyComesByTime() {
        DrbgStream stream = new DrbgStream(input(), nanos::get, "test");
        long before = entropy.given();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60) - 1);
        byte[] _ = stream.bytes(8);
        assertEquals(before, entropy.given());
        nanos.addAndGet(1);
        byte[] _ = stream.bytes(8);
        assertEquals(before + RESEED_BYTES, entropy.given(), "after 60 s");
        byte[] _ = stream.bytes(8);
        assertEquals(before + RESEED_BYTES, entropy.given());
    }

    @Test
    void sameEntropyGivesTheSameBytesAndTheNameMatters() {
        DrbgStream one = new DrbgStream(new EntropyInput(new PlantedEntropy(1)), nanos::get, "a");
        DrbgStream same = new DrbgStream(new EntropyInput(new PlantedEntropy(1)), nanos::get, "a");
        DrbgStream other = new DrbgStream(new EntropyInput(new PlantedEntropy(1)), nanos::get, "b");
        byte[] bytes = one.bytes(100);
        assertArrayEquals(bytes, same.bytes(100));
        assertFalse(Arrays.equals(bytes, other.bytes(100)));
    }

    @Test
    void forksAreIndependentAndNeverRepeat() {
        Set<Bytes> seen = new HashSet<>();
        DrbgStream root = new DrbgStream(input(), nanos::get, "test");
        for (int i = 0; i < 50; i++) {
            RandomSource fork = root.fork("same label");
            assertTrue(seen.add(Bytes.wrap(fork.bytes(32))));
            assertTrue(seen.add(Bytes.wrap(fork.fork("same label").bytes(32))));
            assertTrue(seen.add(Bytes.wrap(fork.bytes(32))));
            assertTrue(seen.add(Bytes.wrap(root.bytes(32))));
        }
    }

    @Test
    void aFailureIsForGoodAndForAllForks() {
        DrbgStream root = new DrbgStream(input(), nanos::get, "test");
        DrbgStream fork = root.fork("fork");
        entropy.spoilNow(_ -> 0);
        byte[] out = new byte[64 * 1024];
        PoyangException failure = assertThrows(PoyangException.class, () -> root.fill(out));
        assertEquals(RandomErrors.ENTROPY_UNHEALTHY, failure.code());
        assertArrayEquals(new byte[out.length], out, "half an answer is no answer");
        entropy.spoilNow(octet -> octet);
        assertEquals(
                RandomErrors.ENTROPY_UNHEALTHY, refusal(() -> root.bytes(1)).code(), "good entropy heals nothing");
        assertEquals(
                RandomErrors.ENTROPY_UNHEALTHY, refusal(() -> fork.bytes(1)).code());
        assertEquals(
                RandomErrors.ENTROPY_UNHEALTHY, refusal(() -> root.fork("late")).code());
    }

    @Test
    void theProcessesSourceIsOpenedFromTheOperatingSystem() {
        try (ProcessRandom random = ProcessRandom.open("test")) {
            assertFalse(Arrays.equals(random.bytes(32), random.bytes(32)));
            assertEquals("ProcessRandom", random.toString());
            assertFalse(
                    Arrays.equals(random.fork("a").bytes(32), random.fork("a").bytes(32)));
        }
    }

    @Test
    void aClosedSourceRefuses() {
        ProcessRandom random = ProcessRandom.open("test", entropy, nanos::get);
        RandomSource fork = random.fork("fork");
        random.close();
        assertTrue(entropy.closed());
        assertEquals(
                RandomErrors.ENTROPY_UNAVAILABLE, refusal(() -> random.bytes(1)).code());
        assertEquals(
                RandomErrors.ENTROPY_UNAVAILABLE, refusal(() -> fork.bytes(1)).code());
    }

    /// The health tests leave this to the statistical one: each byte below 20 is given as one above 127.
    private static int tilted(int octet) {
        return octet < 20 ? octet + 128 : octet;
    }

    @Test
    void aSourceThatIsNotRandomIsRefusedAtTheStart() {
        entropy.spoilNow(ProcessRandomTest::tilted);
        assertEquals(
                RandomErrors.OUTPUT_NOT_RANDOM,
                refusal(() -> ProcessRandom.open("test", entropy, nanos::get)).code());
    }

    @Test
    void theGeneratorIsTestedEachHourBeforeItGives() {
        ProcessRandom random = ProcessRandom.open("test", entropy, nanos::get);
        nanos.addAndGet(DrbgStream.TEST_NANOS_MAX - 1);
        byte[] _ = random.bytes(1);
        long before = entropy.given();
        byte[] _ = random.bytes(1);
        assertEquals(before, entropy.given());
        nanos.addAndGet(1);
        byte[] _ = random.bytes(1);
        byte[] twin = new byte[OutputTest.SAMPLE_BYTES];
        assertFalse(OutputTest.passes(twin), "what is constant is refused");
        for (int i = 0; i < twin.length; i++) {
            twin[i] = (byte) tilted(i * 167 + i / 256 & 0xff);
        }
        assertFalse(OutputTest.passes(twin), "what is tilted is refused");
        assertTrue(OutputTest.passes(random));
    }

    @Test
    void manyThreadsGetDifferentBytes() throws InterruptedException {
        DrbgStream root = new DrbgStream(input(), nanos::get, "test");
        Set<Bytes> seen = Collections.synchronizedSet(new HashSet<>());
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2000; i++) {
                    seen.add(Bytes.wrap(root.bytes(16)));
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(4 * 2000, seen.size());
    }

    private static PoyangException refusal(Supplier<Object> asked) {
        return assertThrows(PoyangException.class, () -> {
            Object _ = asked.get();
        });
    }
}
