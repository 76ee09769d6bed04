package poyang.crypto.random;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// A process's entropy under continuous health tests, and the place where its random numbers end: after
/// the first failure of any kind nothing is given any more, to anyone, until the process starts again.
///
/// A sample is one byte, for which 7 bits of min-entropy are claimed (the source claims 8 and has no
/// reason for less; claiming less than it has keeps false alarms off). The bytes are tested, and each
/// of their eight bits apart with 0.8 bits claimed, so that a line that is stuck is seen although the
/// bytes still differ. The rate of false alarms is 2^-40 for each test and sample at those claims, and
/// far less at the source's own.
///
/// Thread-safe.
final class EntropyInput {
    static final int START_UP_SAMPLES = 4096;

    private static final int ALARM_EXPONENT = 40;
    private static final double BYTE_ENTROPY_BITS = 7;
    private static final int BYTE_WINDOW = 512;
    private static final double LINE_ENTROPY_BITS = 0.8;
    private static final int LINE_WINDOW = 1024;

    private final EntropySource source;
    private final HealthTest bytes = new HealthTest(BYTE_ENTROPY_BITS, BYTE_WINDOW, ALARM_EXPONENT);
    private final HealthTest[] lines = Stream.generate(
                    () -> new HealthTest(LINE_ENTROPY_BITS, LINE_WINDOW, ALARM_EXPONENT))
            .limit(Byte.SIZE)
            .toArray(HealthTest[]::new);
    private volatile @Nullable PoyangException refusal;

    /// Reads and drops the start-up samples; a failure shows at the first {@link #take}.
    EntropyInput(EntropySource source) {
        this.source = source;
        Arrays.fill(take(START_UP_SAMPLES), (byte) 0);
    }

    /// New bytes from the source that passed the tests; the caller zeroes them.
    synchronized byte[] take(int count) {
        unlessRefused();
        byte[] out = new byte[count];
        try {
            source.read(out);
        } catch (PoyangException e) {
            throw refuse(e);
        }
        for (byte octet : out) {
            if (!accepts(octet & 0xff)) {
                Arrays.fill(out, (byte) 0);
                throw refuse(
                        RandomErrors.ENTROPY_UNHEALTHY,
                        "the operating system's random numbers repeat themselves",
                        "this process gives out no random number any more; find what broke the machine's random"
                                + " device, then start it again");
            }
        }
        return out;
    }

    private boolean accepts(int octet) {
        boolean sound = bytes.accepts(octet);
        for (int line = 0; line < lines.length; line++) {
            sound &= lines[line].accepts(octet >> line & 1);
        }
        return sound;
    }

    /// Throws the first failure again.
    void unlessRefused() {
        PoyangException first = refusal;
        if (first != null) {
            throw new PoyangException(first.code(), first.wrong(), first.right(), first);
        }
    }

    PoyangException refuse(ErrorCode code, String wrong, String right) {
        return refuse(new PoyangException(code, wrong, right));
    }

    private synchronized PoyangException refuse(PoyangException failure) {
        if (refusal == null) {
            refusal = failure;
        }
        return failure;
    }

    /// Ends all that is fed from here.
    synchronized void close() {
        refuse(
                RandomErrors.ENTROPY_UNAVAILABLE,
                "this source of random numbers was closed",
                "take random numbers before the process ends them");
        source.close();
    }
}
