package poyang.kernel;

import java.util.List;

/// What the driver of a {@link Machine} must do, in this order: write and sync `persist`, then send,
/// then apply. Timers may be set at any time.
///
/// @param <P> an entry to persist
/// @param <M> a message to peers
/// @param <A> an effect to apply
/// @param persist entries in the order in which they must be durable
/// @param sendAfterPersist messages that may leave only when `persist` is durable
/// @param apply effects in order
/// @param timers timers to set or clear; setting a timer again replaces it
/// @param rejected inputs that were refused, for counters and logs
public record Ready<P, M, A>(
        List<P> persist,
        List<Outbound<M>> sendAfterPersist,
        List<A> apply,
        List<TimerChange> timers,
        List<Rejected> rejected) {

    public Ready {
        persist = List.copyOf(persist);
        sendAfterPersist = List.copyOf(sendAfterPersist);
        apply = List.copyOf(apply);
        timers = List.copyOf(timers);
        rejected = List.copyOf(rejected);
    }

    /// A message and its destination.
    public record Outbound<M>(PartyId to, M message) {}

    /// Sets timer `name` to fire in `delayMillis`, or clears it when the delay is negative.
    public record TimerChange(String name, long delayMillis) {}

    /// A refused input: from whom, and why.
    public record Rejected(String from, String reason) {}
}
