package poyang.chain.consensus.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.OrderedBlock;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One entry of the log: a batch of transactions, chained to the entry before by its id. A leader's first
/// entry is empty.
///
/// @param parent id of the entry before; the chain's id for the first
/// @param author the leader that made it
/// @param timestampMillis never less than the parent's
/// @param payload transactions, opaque here
public record LogEntry(Position position, Bytes parent, PartyId author, long timestampMillis, List<Bytes> payload) {
    static final int MOST_ENCODED_BYTES = OrderedBlock.MOST_BYTES + (1 << 17);
    private static final String DOMAIN = "poyang.raft.entry.v1";

    public LogEntry {
        payload = List.copyOf(payload);
    }

    public Bytes id(CryptoSuite suite) {
        return suite.hash(encoded());
    }

    long index() {
        return position.index();
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(position.round())
                .bytes(parent)
                .text(author.name())
                .u64(timestampMillis)
                .list(payload, CanonicalWriter::bytes)
                .toArray();
    }

    static LogEntry decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        LogEntry entry = new LogEntry(
                position(in),
                in.exactly(CryptoSuite.DIGEST_BYTES),
                party(in),
                in.u64(),
                in.list(OrderedBlock.MOST_ITEMS, r -> r.bytes(OrderedBlock.MOST_BYTES)));
        in.end();
        return entry;
    }

    static Position position(CanonicalReader in) {
        long round = in.u64();
        if (round < 0) {
            throw bad("a position is negative", null);
        }
        return Position.of(round);
    }

    static PartyId party(CanonicalReader in) {
        return named(in.text(64));
    }

    static PartyId named(String name) {
        try {
            return new PartyId(name);
        } catch (PoyangException e) {
            throw bad("\"" + name + "\" is no party's name", e);
        }
    }

    static PoyangException bad(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                KernelErrors.BAD_ENCODING, wrong, "the canonical form of one structure is needed", cause);
    }

    /// The first transactions of `offered` that fit into one entry.
    static List<Bytes> fitting(List<Bytes> offered) {
        long bytes = 0;
        int count = 0;
        while (count < offered.size() && count < OrderedBlock.MOST_ITEMS) {
            bytes += offered.get(count).length();
            if (bytes > OrderedBlock.MOST_BYTES) {
                break;
            }
            count++;
        }
        return List.copyOf(offered.subList(0, count));
    }

    long payloadBytes() {
        return payload.stream().mapToLong(Bytes::length).sum();
    }
}
