package poyang.chain.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.kernel.Ready;

/// When which timer of which machine goes off.
final class Deadlines {
    private final Map<String, Long> deadlines = new LinkedHashMap<>();

    /// @param machine goes before the timer's name
    void follow(List<Ready.TimerChange> changes, String machine) {
        for (Ready.TimerChange change : changes) {
            if (change.delayMillis() < 0) {
                deadlines.remove(machine + change.name());
            } else {
                deadlines.put(machine + change.name(), nowMillis() + change.delayMillis());
            }
        }
    }

    /// Until the first goes off, at most `most`.
    long millisToWait(long most) {
        long first = Long.MAX_VALUE;
        for (long each : deadlines.values()) {
            first = Math.min(first, each);
        }
        return Math.clamp(first - nowMillis(), 0, most);
    }

    /// Those that went off, once.
    List<String> due() {
        long now = nowMillis();
        List<String> due = new ArrayList<>();
        for (Map.Entry<String, Long> each : deadlines.entrySet()) {
            if (each.getValue() <= now) {
                due.add(each.getKey());
            }
        }
        due.forEach(deadlines::remove);
        return due;
    }

    void clear() {
        deadlines.clear();
    }

    /// Never jumps, unlike the wall clock.
    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
