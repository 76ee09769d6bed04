package poyang.psi;

import java.util.function.IntConsumer;

/// Runs the independent parts of a piece of work, on as many cores as its owner likes. What comes out
/// does not depend on their number.
@FunctionalInterface
public interface Workers {
    /// One part after the other on the caller's own thread.
    Workers ALONE = (parts, work) -> {
        for (int part = 0; part < parts; part++) {
            work.accept(part);
        }
    };

    /// Calls `work` with 0 … parts−1, each once and begun in ascending order by whoever runs several, and returns when
    /// all are done. Throws what a part threw as soon as one has, while others may still be under way: they may
    /// wait for what does not come any more.
    void each(int parts, IntConsumer work);
}
