package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import poyang.kernel.PoyangException;

final class AllowanceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /// Sends as fast as it is let, and gives how many frames came through in so many seconds.
    private static long framesIn(Allowance allowance, int bytes, long fromNanos, int seconds) {
        long frames = 0;
        long now = fromNanos;
        while (now < fromNanos + seconds * SECOND) {
            allowance.take(bytes, now);
            frames++;
            now += Math.max(1_000, allowance.pauseNanos(now));
        }
        return frames;
    }

    @Test
    void whoSendsWithinTheLimitNeverWaits() {
        Allowance allowance = new Allowance(new PeerLimits(100, 1 << 20), 0);
        SplittableRandom random = new SplittableRandom(4);
        long now = 0;
        for (int i = 0; i < 100_000; i++) {
            allowance.take(random.nextInt(10_000), now);
            assertEquals(0, allowance.pauseNanos(now));
            now += SECOND / 100;
        }
    }

    @Test
    void aFloodGetsTheRateAndOneBurst() {
        long small = framesIn(new Allowance(new PeerLimits(100, 1 << 20), 7), 10, 7, 60);
        assertTrue(small >= 60 * 100 && small <= 62 * 100 + 1, () -> "frames: " + small);
        long large = framesIn(new Allowance(new PeerLimits(100, 1 << 20), 7), 1 << 18, 7, 60);
        assertTrue(large >= 60 * 4 && large <= 62 * 4 + 1, () -> "large frames: " + large);
    }

    @Test
    void malformedMessagesSlowTheirSenderAndAreForgottenInTime() {
        Allowance allowance = new Allowance(new PeerLimits(100, 1 << 20), 0);
        for (int i = 0; i < 200; i++) {
            allowance.malformed(0);
        }
        assertEquals(100_000, allowance.points(0));
        long slow = framesIn(allowance, 10, 0, 20);
        assertTrue(slow >= 20 && slow <= 60, () -> "at a 64th: " + slow);
        long later = 300 * SECOND;
        assertEquals(0, allowance.points(later));
        long again = framesIn(allowance, 10, later, 20);
        assertTrue(again >= 20 * 100 && again <= 22 * 100 + 1, () -> "forgiven: " + again);
    }

    /// What is owed is paid however late it is asked for, and a clock that stands still gives nothing.
    @Test
    void debtsAreNeverForgotten() {
        Allowance allowance = new Allowance(new PeerLimits(10, 64 << 10), 0);
        allowance.take(16 << 20, 0);
        long paused = 0;
        long now = 0;
        for (long pause = allowance.pauseNanos(now); pause > 0; pause = allowance.pauseNanos(now)) {
            assertTrue(pause <= 5 * SECOND + 1);
            assertEquals(pause, allowance.pauseNanos(now));
            paused += pause;
            now += pause;
        }
        assertEquals(254, paused / SECOND, "16 MiB at 64 KiB a second, less the burst of 128 KiB");
    }

    @Test
    void senselessLimitsAreRefused() {
        assertThrows(PoyangException.class, () -> new PeerLimits(9, 1 << 20));
        assertThrows(PoyangException.class, () -> new PeerLimits(10, 100));
    }
}
