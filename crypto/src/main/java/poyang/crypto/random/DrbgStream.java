package poyang.crypto.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One generator that takes new entropy in time: before request 2^10 + 1 of a seed, and before the first
/// request that comes 60 s or more after it (GM/T 0105-2021 at security level 2 of GB/T 37092).
///
/// A fork is a generator with a seed of its own from the same entropy; its label is in its
/// personalisation. Two forks with one label give different bytes: what comes from the operating system
/// cannot be given a second time, and what looks for a replay takes a `SeededRandom`.
///
/// A JVM cannot go on after fork(2), so no state is ever in two processes. A virtual machine that is
/// restored from a snapshot repeats bytes for the rest of a seed's 60 s at most.
///
/// Thread-safe; forks do not wait for each other.
final class DrbgStream implements RandomSource {
    static final int ENTROPY_BYTES = 64;
    static final int NONCE_BYTES = 32;
    static final long SEED_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    static final long TEST_NANOS_MAX = TimeUnit.HOURS.toNanos(1);

    private static final HashDrbg.Form FORM = HashDrbg.Form.GMT_0105;

    static final String NOT_RANDOM = "what the random number generator gives is not random";
    static final String WHAT_TO_DO = "this process gives out no random number any more; find what broke the"
            + " machine's random device or the processor, then start it again";

    private final EntropyInput entropy;
    private final LongSupplier nanos;
    private final String personalisation;
    private final HashDrbg drbg;
    private long seededAtNanos;
    private long testedAtNanos;

    DrbgStream(EntropyInput entropy, LongSupplier nanos, String personalisation) {
        this.entropy = entropy;
        this.nanos = nanos;
        this.personalisation = personalisation;
        byte[] seed = entropy.take(ENTROPY_BYTES);
        byte[] nonce = entropy.take(NONCE_BYTES);
        seededAtNanos = nanos.getAsLong();
        testedAtNanos = seededAtNanos;
        drbg = new HashDrbg(FORM, Sm3::digest, seed, nonce, personalisation.getBytes(StandardCharsets.UTF_8));
        Arrays.fill(seed, (byte) 0);
        Arrays.fill(nonce, (byte) 0);
    }

    @Override
    public void fill(byte[] out) {
        synchronized (drbg) {
            try {
                testInTime();
                fillUntested(out);
            } catch (PoyangException e) {
                Arrays.fill(out, (byte) 0);
                drbg.uninstantiate(); // for good: a refusal is never taken back
                throw e;
            }
        }
    }

    /// The hourly test; its sample comes from this very state.
    private void testInTime() {
        long now = nanos.getAsLong();
        if (now - testedAtNanos < TEST_NANOS_MAX) {
            return;
        }
        testedAtNanos = now;
        byte[] sample = new byte[OutputTest.SAMPLE_BYTES];
        fillUntested(sample);
        boolean passes = OutputTest.passes(sample);
        Arrays.fill(sample, (byte) 0);
        if (!passes) {
            throw entropy.refuse(RandomErrors.OUTPUT_NOT_RANDOM, NOT_RANDOM, WHAT_TO_DO);
        }
    }

    private void fillUntested(byte[] out) {
        for (int from = 0; from < out.length; from += FORM.requestBytesMax()) {
            request(out, from, Math.min(FORM.requestBytesMax(), out.length - from));
        }
    }

    private void request(byte[] out, int from, int length) {
        entropy.unlessRefused();
        long now = nanos.getAsLong();
        if (drbg.exhausted() || now - seededAtNanos >= SEED_NANOS_MAX) {
            byte[] seed = entropy.take(ENTROPY_BYTES);
            drbg.reseed(seed, ByteBuffer.allocate(Long.BYTES).putLong(now).array());
            Arrays.fill(seed, (byte) 0);
            seededAtNanos = now;
        }
        drbg.generate(out, from, length, HashDrbg.NOTHING);
    }

    @Override
    public DrbgStream fork(String label) {
        return new DrbgStream(entropy, nanos, personalisation + "/" + label);
    }

    void close() {
        synchronized (drbg) {
            drbg.uninstantiate();
        }
    }

    @Override
    public String toString() {
        return "DrbgStream";
    }
}
