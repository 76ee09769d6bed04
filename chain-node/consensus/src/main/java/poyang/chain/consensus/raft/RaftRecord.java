package poyang.chain.consensus.raft;

import java.util.Locale;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// What a replica must not forget, in the order in which it is to be made durable.
///
/// A driver keeps each record's {@link #encoded} under its {@link #key}; a record replaces the one with
/// the same key. Keys below {@link #keyBelow} of the last ordered index may be forgotten.
///
/// A kept entry may outlive its being taken back: when entry 5 is replaced, an old entry 6 stays. It does
/// no harm. It is chained to the old entry 5 by hash, so a restart leaves it out; and should the old 5
/// come back, then 6 comes back as what it always was, an entry of its leader's log with the right
/// predecessors, which makes this replica's log longer and so its vote more demanding, and no less true.
public sealed interface RaftRecord {
    /// An entry of the log.
    record Kept(LogEntry entry) implements RaftRecord {}

    /// The promises: no other vote in this term, and no part in earlier ones.
    record Promise(long term, Optional<PartyId> votedFor) implements RaftRecord {
        private static final String DOMAIN = "poyang.raft.promise.v1";
    }

    /// Keys of kept entries ascend with their indices and lie below the key of the promises.
    default String key() {
        return switch (this) {
            case Kept kept -> entryKey(kept.entry().index());
            case Promise _ -> "raft/promise";
        };
    }

    /// Kept entries with keys below this one are no longer sent to anybody.
    static String keyBelow(long orderedIndex) {
        return entryKey(lowestKept(orderedIndex));
    }

    /// The first index whose entry is still sent.
    static long lowestKept(long orderedIndex) {
        return Math.max(0, orderedIndex - RaftLog.KEPT_ENTRIES);
    }

    private static String entryKey(long index) {
        return String.format(Locale.ROOT, "raft/entry/%016x", index);
    }

    default Bytes encoded() {
        return switch (this) {
            case Kept kept -> Bytes.wrap(kept.entry().encoded());
            case Promise promise ->
                new CanonicalWriter(Promise.DOMAIN)
                        .u64(promise.term())
                        .text(promise.votedFor().map(PartyId::name).orElse(""))
                        .toBytes();
        };
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for what {@link #encoded} did not make
    static RaftRecord decode(String key, Bytes encoded) {
        if (!key.equals("raft/promise")) {
            return new Kept(LogEntry.decode(encoded.toArray()));
        }
        CanonicalReader in = new CanonicalReader(Promise.DOMAIN, encoded.toArray());
        long term = in.u64();
        if (!Position.inRange(term, 0)) {
            throw LogEntry.bad("a term is out of range", null);
        }
        String name = in.text(64);
        in.end();
        return new Promise(term, name.isEmpty() ? Optional.empty() : Optional.of(LogEntry.named(name)));
    }
}
