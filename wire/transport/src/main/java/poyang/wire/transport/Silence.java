package poyang.wire.transport;

/// For how long a peer has said nothing while this side listened.
///
/// A side that the machine lets wait hears nothing either, and what it missed lies before it unread. So the time by
/// which a beat comes late does not count as the peer's silence: on an overloaded machine links would
/// otherwise be cut one after the other, and their handshakes would load it further. Times are those
/// of {@link System#nanoTime}.
final class Silence {
    private static final int MISSED_BEATS = 5;

    private final long beatNanos;
    private long sinceNanos;
    private long dueNanos;

    /// @param beatNanos between two looks
    Silence(long beatNanos, long now) {
        this.beatNanos = beatNanos;
        sinceNanos = now;
        dueNanos = now;
    }

    void heard(long now) {
        sinceNanos = now;
    }

    /// Looks; is the peer lost?
    boolean lost(long now) {
        long late = Math.max(0, now - dueNanos);
        sinceNanos = Math.min(now, sinceNanos + late);
        dueNanos = now + beatNanos;
        return nanos(now) > MISSED_BEATS * beatNanos;
    }

    long nanos(long now) {
        return now - sinceNanos;
    }
}
