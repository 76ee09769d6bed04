package poyang.chain.consensus.fallback;

import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.OrderedBlock;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What validators say to each other to leave an epoch. The transport authenticates the sender; what others
/// must be able to check later is signed besides.
public sealed interface FallbackMessage {
    /// Nothing was decided here for long. Binds to nothing.
    record Stalled() implements FallbackMessage {}

    /// The sender has closed the epoch for good.
    record Closed(Claim claim, Signature signature) implements FallbackMessage {}

    /// Of the agreement about which closure counts.
    record Deciding(BftMessage message) implements FallbackMessage {}

    /// Asks for a block or entry of the epoch's order.
    record Ask(Bytes id) implements FallbackMessage {}

    /// What was asked for.
    record Found(Bytes item) implements FallbackMessage {}

    /// For the sender the epoch ended with this block.
    ///
    /// @param header hash of the block's header
    record Over(Bytes header, Signature signature) implements FallbackMessage {}

    /// Proves that the epoch is over: the canonical form of the link to the next one.
    record Link(Bytes link) implements FallbackMessage {}

    int MOST_BYTES = OrderedBlock.MOST_BYTES + (1 << 19);

    /// The canonical form.
    default Bytes encoded() {
        return switch (this) {
            case Stalled() -> new CanonicalWriter("poyang.fallback.stalled.v1").toBytes();
            case Closed(Claim claim, Signature signature) ->
                new CanonicalWriter("poyang.fallback.closed.v1")
                        .bytes(claim.encoded())
                        .bytes(signature.encoded())
                        .toBytes();
            case Deciding(BftMessage message) -> one("poyang.fallback.deciding.v1", Bytes.wrap(message.encoded()));
            case Ask(Bytes id) -> one("poyang.fallback.ask.v1", id);
            case Found(Bytes item) -> one("poyang.fallback.found.v1", item);
            case Over(Bytes header, Signature signature) ->
                new CanonicalWriter("poyang.fallback.over.v1")
                        .bytes(header)
                        .bytes(signature.encoded())
                        .toBytes();
            case Link(Bytes link) -> one("poyang.fallback.link.v1", link);
        };
    }

    private static Bytes one(String domain, Bytes value) {
        return new CanonicalWriter(domain).bytes(value).toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static FallbackMessage decode(byte[] encoded) {
        String domain = CanonicalReader.domain(encoded);
        CanonicalReader in = new CanonicalReader(domain, encoded);
        FallbackMessage message = switch (domain) {
            case "poyang.fallback.stalled.v1" -> new Stalled();
            case "poyang.fallback.closed.v1" -> new Closed(Claim.decode(in.array(2 * Claim.MOST_BYTES)), signature(in));
            case "poyang.fallback.deciding.v1" -> new Deciding(BftMessage.decode(in.array(MOST_BYTES)));
            case "poyang.fallback.ask.v1" -> new Ask(in.exactly(CryptoSuite.DIGEST_BYTES));
            case "poyang.fallback.found.v1" -> new Found(in.bytes(MOST_BYTES));
            case "poyang.fallback.over.v1" -> new Over(in.exactly(CryptoSuite.DIGEST_BYTES), signature(in));
            case "poyang.fallback.link.v1" -> new Link(in.bytes(MOST_BYTES));
            default -> throw bad("it is no message about the end of an epoch");
        };
        in.end();
        return message;
    }

    private static Signature signature(CanonicalReader in) {
        return Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray());
    }

    /// A validator's name.
    static PartyId party(CanonicalReader in) {
        String name = in.text(64);
        try {
            return new PartyId(name);
        } catch (PoyangException e) {
            throw bad("\"" + name + "\" is no party's name");
        }
    }

    private static PoyangException bad(String wrong) {
        return new PoyangException(KernelErrors.BAD_ENCODING, wrong, "the canonical form of one structure is needed");
    }
}
