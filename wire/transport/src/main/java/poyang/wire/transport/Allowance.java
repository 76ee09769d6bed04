package poyang.wire.transport;

import java.util.concurrent.TimeUnit;

/// What one peer may still send, and what is held against it.
///
/// Frames and payload bytes are paid from a bucket each, which refills at the limit's rate up to
/// {@link #BURST_SECONDS} of it. Whoever overdraws is read again when the debt is paid; until then what it
/// sends waits on its own side of the line, and nobody else waits for it. A malformed message adds
/// {@link #MALFORMED} points; every {@link #POINTS_A_STEP} halve the rates, down to 1/64, so that a peer with a
/// bad record still can say what a quorum may need. Points halve every ten seconds.
final class Allowance {
    static final long MALFORMED = 1_000;
    static final long POINTS_A_STEP = 1_000;
    private static final int MOST_STEPS = 6;
    private static final long MOST_POINTS = 100 * POINTS_A_STEP;
    private static final double BURST_SECONDS = 2;
    private static final double LONGEST_PAUSE_SECONDS = 5;
    private static final long HALF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PeerLimits limits;
    private double frames;
    private double bytes;
    private long points;
    private long refilledNanos;
    private long fadedNanos;

    Allowance(PeerLimits limits, long nowNanos) {
        this.limits = limits;
        frames = BURST_SECONDS * limits.framesPerSecond();
        bytes = BURST_SECONDS * limits.bytesPerSecond();
        refilledNanos = nowNanos;
        fadedNanos = nowNanos;
    }

    /// Pays for a frame; the debt that this leaves is {@link #pauseNanos}.
    void take(int payloadBytes, long nowNanos) {
        refill(nowNanos);
        frames--;
        bytes -= payloadBytes;
    }

    void malformed(long nowNanos) {
        fade(nowNanos);
        points = Math.min(MOST_POINTS, points + MALFORMED);
    }

    /// Points held against the peer now.
    long points(long nowNanos) {
        fade(nowNanos);
        return points;
    }

    /// How long to read nothing more; 0 when nothing is owed, and at most five seconds, after which it is asked
    /// again.
    long pauseNanos(long nowNanos) {
        refill(nowNanos);
        double share = share();
        double seconds =
                Math.max(-frames / (share * limits.framesPerSecond()), -bytes / (share * limits.bytesPerSecond()));
        return seconds <= 0 ? 0 : (long) (1e9 * Math.min(seconds, LONGEST_PAUSE_SECONDS)) + 1;
    }

    private double share() {
        return 1.0 / (1 << Math.min(MOST_STEPS, points / POINTS_A_STEP));
    }

    private void refill(long nowNanos) {
        fade(nowNanos);
        double seconds = Math.max(0, nowNanos - refilledNanos) / 1e9;
        refilledNanos = nowNanos;
        double share = share();
        frames = Math.min(
                BURST_SECONDS * limits.framesPerSecond() * share, frames + seconds * share * limits.framesPerSecond());
        bytes = Math.min(
                BURST_SECONDS * limits.bytesPerSecond() * share, bytes + seconds * share * limits.bytesPerSecond());
    }

    private void fade(long nowNanos) {
        while (points > 0 && nowNanos - fadedNanos >= HALF_LIFE_NANOS) {
            points /= 2;
            fadedNanos += HALF_LIFE_NANOS;
        }
        if (points == 0) {
            fadedNanos = nowNanos;
        }
    }
}
