package poyang.chain.node;

import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.DisseminationMessage;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.chain.consensus.sync.SyncEvent;
import poyang.kernel.PartyId;

/// What waits for the consensus thread. Words of an epoch are for that epoch alone.
sealed interface Input {
    record Message(PartyId from, long epoch, Engine.Heard message) implements Input {}

    record Spoken(PartyId from, Attestations.Word word) implements Input {}

    record Synced(SyncEvent event) implements Input {}

    record Spread(PartyId from, long epoch, DisseminationMessage message) implements Input {}

    record Leaving(PartyId from, long epoch, FallbackMessage message) implements Input {}

    record Woken() implements Input {}
}
