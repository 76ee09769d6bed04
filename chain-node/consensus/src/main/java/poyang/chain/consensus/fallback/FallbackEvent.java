package poyang.chain.consensus.fallback;

import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What happens. `nowMillis` is the driver's clock; it matters for time stamps only.
public sealed interface FallbackEvent {
    record Started(long nowMillis) implements FallbackEvent {}

    /// The engine decided something; rises with the order.
    record Decided(long round, Bytes id) implements FallbackEvent {}

    /// @param waiting is there something to order?
    record TimerFired(String timer, boolean waiting, long nowMillis) implements FallbackEvent {}

    /// A message from an authenticated peer.
    record Received(PartyId from, FallbackMessage message, long nowMillis) implements FallbackEvent {}

    /// The ledger has executed all that was handed over.
    ///
    /// @param header hash of its last block's header
    record Executed(Bytes header) implements FallbackEvent {}
}
