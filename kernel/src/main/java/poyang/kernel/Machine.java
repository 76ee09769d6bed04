package poyang.kernel;

/// A deterministic state machine: the same events in the same order give the same results.
///
/// No thread, clock, input or output, logging or randomness inside; time and seeds arrive in events.
///
/// @param <E> the sealed type of events
/// @param <R> what the driver must do, usually a {@link Ready}
public interface Machine<E, R> {
    R step(E event);
}
