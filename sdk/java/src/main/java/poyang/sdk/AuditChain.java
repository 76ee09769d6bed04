package poyang.sdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.sdk.AuditFinding.Kind;
import poyang.wire.schema.StoredAnchor;

/// A follower's own account of one log: holds each record against the one before it, and both against the
/// anchors on chain. Whoever hands the records over needs not be believed. Not safe for several threads.
public final class AuditChain {
    /// So long a process may take to show a record that the chain has an anchor of.
    static final long WITHHELD_MILLIS = 60_000;

    private static final int UNCONFIRMED_MOST = 100_000;

    private final String log;
    private final TreeMap<Long, Bytes> unconfirmed = new TreeMap<>();
    private final TreeMap<Long, Ahead> ahead = new TreeMap<>();
    private @Nullable Position position;
    private long anchored;
    private boolean withheld;

    /// A place in the log.
    ///
    /// @param value chain value after the record
    public record Position(long sequence, Bytes value) {
        /// Before the first record.
        public static final Position START = new Position(0, AuditRecord.BEFORE_ALL);
    }

    private record Ahead(Bytes value, long sinceMillis) {}

    /// @param from where an earlier look at the log ended; empty to begin where the process says
    public AuditChain(String log, Optional<Position> from) {
        this.log = log;
        position = from.orElse(null);
        from.ifPresent(known -> unconfirmed.put(known.sequence(), known.value()));
    }

    /// Where the follower is; empty before anything came.
    public Optional<Position> position() {
        return Optional.ofNullable(position);
    }

    /// The last record that the chain has an anchor of, which is the one that was shown; 0 when there is none.
    public long anchored() {
        return anchored;
    }

    /// The process says where its answer begins.
    public List<AuditFinding> starts(Position start) {
        Position known = position;
        position = start;
        unconfirmed.put(start.sequence(), start.value());
        if (known == null) {
            // Older anchors are of records that nobody asked for.
            ahead.headMap(start.sequence(), false).clear();
            Ahead waiting = ahead.remove(start.sequence());
            return waiting == null ? List.of() : compare(start.sequence(), waiting.value());
        }
        if (start.sequence() != known.sequence()) {
            return List.of(found(
                    Kind.GAP,
                    start.sequence(),
                    "the process begins after record " + start.sequence() + ", and it was asked for what follows "
                            + known.sequence()));
        }
        return start.value().equals(known.value())
                ? List.of()
                : List.of(found(
                        Kind.REWRITTEN,
                        start.sequence(),
                        "record " + start.sequence() + " is another than the one that was shown before"));
    }

    /// The next record.
    public List<AuditFinding> take(AuditRecord record) {
        List<AuditFinding> found = new ArrayList<>();
        Position before = position == null ? Position.START : position;
        if (record.sequence() > before.sequence() + 1) {
            found.add(found(
                    Kind.GAP,
                    record.sequence(),
                    "records " + (before.sequence() + 1) + " to " + (record.sequence() - 1) + " are left out"));
        } else if (record.sequence() <= before.sequence()) {
            found.add(found(
                    Kind.REWOUND,
                    record.sequence(),
                    "record " + record.sequence() + " came after record " + before.sequence()));
        } else if (!record.follows(before.value())) {
            found.add(found(
                    Kind.TAMPERED,
                    record.sequence(),
                    "record " + record.sequence() + " does not follow from record " + before.sequence()
                            + ": one of them was changed"));
        }
        position = new Position(record.sequence(), record.value());
        unconfirmed.put(record.sequence(), record.value());
        if (unconfirmed.size() > UNCONFIRMED_MOST) {
            unconfirmed.pollFirstEntry();
        }
        Ahead waiting = ahead.remove(record.sequence());
        if (waiting != null) {
            found.addAll(compare(record.sequence(), waiting.value()));
        }
        if (withheld && ahead.isEmpty()) {
            withheld = false;
            found.add(found(Kind.BACK, record.sequence(), "what was withheld is shown"));
        }
        return found;
    }

    /// The chain has an anchor of this log.
    public List<AuditFinding> anchors(StoredAnchor anchor, long nowMillis) {
        long sequence = anchor.getAnchor().getSequence();
        Bytes value = ChainForms.bytes(anchor.getAnchor().getHead());
        if (position == null || sequence > position.sequence()) {
            ahead.putIfAbsent(sequence, new Ahead(value, nowMillis));
            return List.of();
        }
        return compare(sequence, value);
    }

    private List<AuditFinding> compare(long sequence, Bytes value) {
        Bytes shown = unconfirmed.get(sequence);
        if (shown == null) {
            return List.of();
        }
        if (!shown.equals(value)) {
            return List.of(found(
                    Kind.REWRITTEN,
                    sequence,
                    "record " + sequence + " is another than the one that the chain has an anchor of"));
        }
        anchored = Math.max(anchored, sequence);
        // The value itself stays: the same anchor comes again while nothing is recorded.
        unconfirmed.headMap(sequence, false).clear();
        return List.of();
    }

    /// Time goes by.
    public List<AuditFinding> late(long nowMillis) {
        Map.Entry<Long, Ahead> first = ahead.firstEntry();
        if (withheld || first == null || nowMillis - first.getValue().sinceMillis() <= WITHHELD_MILLIS) {
            return List.of();
        }
        withheld = true;
        return List.of(found(
                Kind.WITHHELD,
                first.getKey(),
                "the chain has an anchor of record " + first.getKey() + ", and the process shows "
                        + (position == null ? "none" : "no more than record " + position.sequence())));
    }

    /// The process says that its log ends before where the follower is.
    AuditFinding rewound(String words) {
        return found(Kind.REWOUND, position == null ? 0 : position.sequence(), words);
    }

    private AuditFinding found(Kind kind, long sequence, String words) {
        return new AuditFinding(log, kind, sequence, words);
    }
}
