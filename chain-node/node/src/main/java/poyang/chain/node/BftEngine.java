package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftEffect;
import poyang.chain.consensus.BftEntry;
import poyang.chain.consensus.BftEvent;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.BftReplica;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.Signatures;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.proofs.Equivocation;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// The engine that bears lies.
final class BftEngine implements Engine {
    private final CryptoSuite suite;
    private final BftReplica replica;

    /// @param kept what earlier steps asked to keep
    /// @param mark what the ledger took in last
    BftEngine(BftConfig config, Signatures signatures, Payloads payloads, Map<String, Bytes> kept, OrderedMark mark) {
        suite = config.epoch().suite();
        List<BftEntry> entries = new ArrayList<>();
        kept.forEach((key, value) -> entries.add(BftEntry.decode(key, value)));
        replica = new BftReplica(config, signatures, payloads, entries, mark.blockId(), mark.round());
    }

    private Steps step(BftEvent event) {
        Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
        return new Steps(
                ready.persist().stream().map(this::kept).toList(),
                Engine.encoded(ready.sendAfterPersist(), BftMessage::encoded),
                ready.apply().stream().map(BftEngine::effect).toList(),
                ready.timers(),
                ready.rejected());
    }

    private Kept kept(BftEntry entry) {
        String key = entry.key(suite);
        return switch (entry) {
            case BftEntry.Kept(OrderedBlock block) ->
                new Kept(key, entry.encoded(), true, block.round(), block.payload());
            case BftEntry.Safety _ -> new Kept(key, entry.encoded(), false, 0, List.of());
        };
    }

    private static Effect effect(BftEffect effect) {
        return switch (effect) {
            case BftEffect.Ordered(Bytes id, OrderedBlock block) ->
                new Effect.Decided(
                        new Ordered(id, block.round(), block.author(), block.timestampMillis(), block.payload()));
            case BftEffect.Missing(List<Bytes> payload, PartyId holder) -> new Effect.Missing(payload, holder);
            case BftEffect.Equivocated(Equivocation proof) -> new Effect.Equivocated(proof);
        };
    }

    @Override
    public Steps started(long nowMillis) {
        return step(new BftEvent.Started(nowMillis));
    }

    @Override
    public Steps received(PartyId from, Heard message, long nowMillis) {
        if (message instanceof Heard.OfBft(BftMessage said)) {
            return step(new BftEvent.Received(from, said, nowMillis));
        }
        throw new Bug("a message of another engine");
    }

    @Override
    public Steps timerFired(String timer, long nowMillis) {
        return step(new BftEvent.TimerFired(timer, nowMillis));
    }

    @Override
    public Steps available(List<Bytes> payload, long nowMillis) {
        return step(new BftEvent.PayloadAvailable(payload, nowMillis));
    }

    @Override
    public Steps arrived(long nowMillis) {
        return step(new BftEvent.PayloadArrived(nowMillis));
    }

    @Override
    public Steps caughtUp(Bytes id, long round, long nowMillis) {
        return step(new BftEvent.CaughtUp(id, round, nowMillis));
    }

    @Override
    public long round() {
        return replica.round();
    }

    @Override
    public Heard decode(byte[] message) {
        return new Heard.OfBft(BftMessage.decode(message));
    }

    @Override
    public long placesBelow(long orderedRound) {
        return BftEntry.roundBelow(orderedRound);
    }

    @Override
    public long place(long round) {
        return round;
    }

    @Override
    public String keysFrom() {
        return BftEntry.keyBelow(0);
    }

    @Override
    public String keysBelow(long orderedRound) {
        return BftEntry.keyBelow(orderedRound);
    }
}
