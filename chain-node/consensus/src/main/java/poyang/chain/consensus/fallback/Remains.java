package poyang.chain.consensus.fallback;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What an epoch's engine left on disk. Asked only once the engine says nothing more.
public interface Remains {
    /// A block or entry of the order.
    ///
    /// @param parent id of the one before
    /// @param encoded what {@link Remains#decode} takes
    record Item(
            Bytes id,
            Bytes parent,
            long round,
            PartyId author,
            long timestampMillis,
            List<Bytes> payload,
            Bytes encoded) {
        public Item {
            payload = List.copyOf(payload);
        }
    }

    /// The highest that this validator knows.
    Claim highest();

    /// Is what the claim names certified by the engine's validators?
    boolean holds(Claim claim);

    Optional<Item> find(Bytes id);

    /// What a peer found.
    ///
    /// @throws poyang.kernel.PoyangException `BAD_ENCODING`
    Item decode(Bytes encoded);
}
