package poyang.chain.consensus;

import java.util.Locale;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// What a replica must not forget, in the order in which it is to be made durable.
///
/// A driver keeps each entry's {@link #encoded} under its {@link #key}; an entry replaces the one with the
/// same key. Keys below {@link #keyBelow} of the last ordered round may be forgotten.
public sealed interface BftEntry {
    /// A block that was voted for or certified: it can be served to others after a crash.
    record Kept(OrderedBlock block) implements BftEntry {}

    /// The promises: no vote in rounds up to `lastVotedRound`, and the highest certificate known. Each
    /// replaces the one before.
    record Safety(long lastVotedRound, QuorumCertificate highest) implements BftEntry {
        private static final String DOMAIN = "poyang.bft.safety.v1";
    }

    /// Keys of kept blocks ascend with their rounds and lie below the key of the promises.
    default String key(CryptoSuite suite) {
        return switch (this) {
            case Kept kept ->
                blockKey(kept.block().round()) + "/" + kept.block().id(suite).hex();
            case Safety _ -> "safety";
        };
    }

    /// Kept blocks with keys below this one are no longer served to anybody.
    static String keyBelow(long lastOrderedRound) {
        return blockKey(roundBelow(lastOrderedRound));
    }

    /// The first round whose blocks are still served.
    static long roundBelow(long lastOrderedRound) {
        return Math.max(0, lastOrderedRound - BlockTree.KEPT_ROUNDS);
    }

    private static String blockKey(long round) {
        return String.format(Locale.ROOT, "block/%016x", round);
    }

    default Bytes encoded() {
        return switch (this) {
            case Kept kept -> Bytes.wrap(kept.block().encoded());
            case Safety safety ->
                new CanonicalWriter(Safety.DOMAIN)
                        .u64(safety.lastVotedRound())
                        .bytes(safety.highest().encoded())
                        .toBytes();
        };
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for what {@link #encoded} did not make
    static BftEntry decode(String key, Bytes encoded) {
        if (!key.equals("safety")) {
            return new Kept(OrderedBlock.decode(encoded.toArray()));
        }
        CanonicalReader in = new CanonicalReader(Safety.DOMAIN, encoded.toArray());
        Safety safety = new Safety(in.u64(), QuorumCertificate.decode(in.array(1 << 17)));
        in.end();
        return safety;
    }
}
