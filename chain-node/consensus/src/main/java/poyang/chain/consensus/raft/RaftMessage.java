package poyang.chain.consensus.raft;

import java.util.List;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What replicas say to each other. The transport authenticates the sender; nothing is signed besides,
/// since under this engine nobody is expected to lie.
public sealed interface RaftMessage {
    /// The sender's term, or the one that it would open.
    long term();

    /// Would you vote for me in `term`? Binds nobody.
    ///
    /// @param last where the sender's log ends
    record PreVoteAsk(long term, Position last) implements RaftMessage {}

    /// @param term the one asked about when granted, the answering replica's own otherwise
    record PreVoteAnswer(long term, boolean granted) implements RaftMessage {}

    /// Vote for me in `term`.
    ///
    /// @param last where the sender's log ends
    record VoteAsk(long term, Position last) implements RaftMessage {}

    record VoteAnswer(long term, boolean granted) implements RaftMessage {}

    /// The leader's log after `previous`; without entries it shows that the leader is there.
    ///
    /// @param commit index up to which the leader knows the log to be final
    record Append(long term, Position previous, List<LogEntry> entries, long commit) implements RaftMessage {
        static final int MOST_ENTRIES = 64;

        public Append {
            entries = List.copyOf(entries);
        }
    }

    /// Everything up to `index` agrees with the leader's log.
    record Taken(long term, long index) implements RaftMessage {}

    /// Nothing is known of the entry at `previous`; go on after `hint` at the latest.
    record Refused(long term, long previous, long hint) implements RaftMessage {}

    /// The canonical form.
    default byte[] encoded() {
        return switch (this) {
            case PreVoteAsk m -> ask("poyang.raft.pre-vote-ask.v1", m.term(), m.last());
            case PreVoteAnswer m -> answer("poyang.raft.pre-vote-answer.v1", m.term(), m.granted());
            case VoteAsk m -> ask("poyang.raft.vote-ask.v1", m.term(), m.last());
            case VoteAnswer m -> answer("poyang.raft.vote-answer.v1", m.term(), m.granted());
            case Append m ->
                new CanonicalWriter("poyang.raft.append.v1")
                        .u64(m.term())
                        .u64(m.previous().round())
                        .list(m.entries(), (w, e) -> w.bytes(e.encoded()))
                        .u64(m.commit())
                        .toArray();
            case Taken m ->
                new CanonicalWriter("poyang.raft.taken.v1")
                        .u64(m.term())
                        .u64(m.index())
                        .toArray();
            case Refused m ->
                new CanonicalWriter("poyang.raft.refused.v1")
                        .u64(m.term())
                        .u64(m.previous())
                        .u64(m.hint())
                        .toArray();
        };
    }

    private static byte[] ask(String domain, long term, Position last) {
        return new CanonicalWriter(domain).u64(term).u64(last.round()).toArray();
    }

    private static byte[] answer(String domain, long term, boolean granted) {
        return new CanonicalWriter(domain).u64(term).flag(granted).toArray();
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static RaftMessage decode(byte[] encoded) {
        String domain = CanonicalReader.domain(encoded);
        CanonicalReader in = new CanonicalReader(domain, encoded);
        RaftMessage message = switch (domain) {
            case "poyang.raft.pre-vote-ask.v1" -> new PreVoteAsk(term(in), LogEntry.position(in));
            case "poyang.raft.pre-vote-answer.v1" -> new PreVoteAnswer(term(in), in.flag());
            case "poyang.raft.vote-ask.v1" -> new VoteAsk(term(in), LogEntry.position(in));
            case "poyang.raft.vote-answer.v1" -> new VoteAnswer(term(in), in.flag());
            case "poyang.raft.append.v1" ->
                new Append(
                        term(in),
                        LogEntry.position(in),
                        in.list(Append.MOST_ENTRIES, r -> LogEntry.decode(r.array(LogEntry.MOST_ENCODED_BYTES))),
                        index(in));
            case "poyang.raft.taken.v1" -> new Taken(term(in), index(in));
            case "poyang.raft.refused.v1" -> new Refused(term(in), index(in), index(in));
            default -> throw LogEntry.bad("it is no message of Raft", null);
        };
        in.end();
        return message;
    }

    private static long term(CanonicalReader in) {
        long term = in.u64();
        if (!Position.inRange(term, 0)) {
            throw LogEntry.bad("a term is out of range", null);
        }
        return term;
    }

    private static long index(CanonicalReader in) {
        long index = in.u64();
        if (!Position.inRange(0, index)) {
            throw LogEntry.bad("an index is out of range", null);
        }
        return index;
    }
}
