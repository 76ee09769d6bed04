package poyang.chain.node;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What an engine decided next.
///
/// @param id in the order; what follows is chained to it
/// @param round rises from one to the next
/// @param author who proposed it
/// @param payload certificates of batches
record Ordered(Bytes id, long round, PartyId author, long timestampMillis, List<Bytes> payload) {
    Ordered {
        payload = List.copyOf(payload);
    }
}
