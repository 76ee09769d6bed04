package poyang.sdk;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/// Which alarms stand, as somebody sees it who looks again and again: each is raised once, and is over once. Safe for
/// use by several threads.
///
/// @param <T> what an alarm is about
public final class Alarms<T extends Comparable<T>> {
    private Set<T> standing = Set.of();

    /// What changed.
    ///
    /// @param raised what an alarm stands for now and did not
    /// @param over what an alarm stood for and does no more
    public record Change<T>(Set<T> raised, Set<T> over) {}

    /// Takes what there is to be said at this look.
    ///
    /// @return against the look before
    public synchronized Change<T> look(Collection<T> now) {
        Set<T> present = new TreeSet<>(now);
        Set<T> raised = new TreeSet<>(present);
        raised.removeAll(standing);
        Set<T> over = new TreeSet<>(standing);
        over.removeAll(present);
        standing = present;
        return new Change<>(raised, over);
    }

    /// Those that stood at the last look, in ascending order.
    public synchronized Set<T> standing() {
        return new TreeSet<>(standing);
    }
}
