package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import poyang.chain.consensus.Pace;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.raft.LogEntry;
import poyang.chain.consensus.raft.Position;
import poyang.chain.consensus.raft.RaftConfig;
import poyang.chain.consensus.raft.RaftEffect;
import poyang.chain.consensus.raft.RaftEvent;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.consensus.raft.RaftRecord;
import poyang.chain.consensus.raft.RaftReplica;
import poyang.chain.consensus.raft.SingleReplica;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// The engines that bear crashes only: Raft, and the log of one validator alone. What there is to order is
/// handed to them with time in between, so that entries carry enough ({@link Pace}).
final class RaftEngine implements Engine {
    private static final String PACE_TIMER = "pace";

    private final Machine<RaftEvent, Ready<RaftRecord, RaftMessage, RaftEffect>> replica;
    private final Payloads payloads;
    private final boolean alone;
    private final Pace pace;
    private long paceMillis;
    private List<Bytes> payload = List.of();
    private long handedMillis = Long.MIN_VALUE / 2;
    private boolean waiting;
    private long term;

    /// @param kept what earlier steps asked to keep
    /// @param mark what the ledger took in last
    RaftEngine(RaftConfig config, Payloads payloads, Map<String, Bytes> kept, OrderedMark mark) {
        this.payloads = payloads;
        Epoch epoch = config.epoch();
        pace = Pace.of(epoch);
        paceMillis = pace.usualMillis();
        alone = epoch.engine().equals(Epoch.SINGLE);
        List<RaftRecord> records = new ArrayList<>();
        kept.forEach((key, value) -> records.add(RaftRecord.decode(key, value)));
        Position applied = Position.of(mark.round());
        replica = alone
                ? new SingleReplica(epoch, records, applied, mark.blockId())
                : new RaftReplica(config, payloads, records, applied, mark.blockId());
        term = applied.term();
    }

    private Steps step(RaftEvent event) {
        Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(event);
        List<Effect> apply = new ArrayList<>();
        for (RaftEffect effect : ready.apply()) {
            apply.add(effect(effect));
        }
        return new Steps(
                ready.persist().stream().map(RaftEngine::kept).toList(),
                Engine.encoded(ready.sendAfterPersist(), RaftMessage::encoded),
                apply,
                ready.timers(),
                ready.rejected());
    }

    private static Kept kept(RaftRecord each) {
        return switch (each) {
            case RaftRecord.Kept(LogEntry entry) ->
                new Kept(each.key(), each.encoded(), true, entry.position().round(), entry.payload());
            case RaftRecord.Promise _ -> new Kept(each.key(), each.encoded(), false, 0, List.of());
        };
    }

    private Effect effect(RaftEffect effect) {
        return switch (effect) {
            case RaftEffect.Ordered(Bytes id, LogEntry entry) -> {
                term = Math.max(term, entry.position().term());
                yield new Effect.Decided(new Ordered(
                        id, entry.position().round(), entry.author(), entry.timestampMillis(), entry.payload()));
            }
            case RaftEffect.Missing(List<Bytes> missing, PartyId holder) -> new Effect.Missing(missing, holder);
            case RaftEffect.Led(long at, PartyId leader) -> {
                term = Math.max(term, at);
                yield new Effect.Led(at, leader);
            }
        };
    }

    @Override
    public Steps started(long nowMillis) {
        return step(new RaftEvent.Started(nowMillis));
    }

    @Override
    public Steps received(PartyId from, Heard message, long nowMillis) {
        if (message instanceof Heard.OfRaft(RaftMessage said)) {
            return step(new RaftEvent.Received(from, said, nowMillis));
        }
        throw new Bug("a message of another engine");
    }

    @Override
    public Steps timerFired(String timer, long nowMillis) {
        if (!timer.equals(PACE_TIMER)) {
            return step(new RaftEvent.TimerFired(timer, nowMillis));
        }
        waiting = false;
        return hand(nowMillis);
    }

    @Override
    public Steps available(List<Bytes> available, long nowMillis) {
        payload = available;
        if (waiting) {
            return NOTHING;
        }
        long early = handedMillis + paceMillis - nowMillis;
        if (payload.isEmpty() || early <= 0 || early > paceMillis) {
            return hand(nowMillis);
        }
        return wait(NOTHING, early);
    }

    private Steps hand(long nowMillis) {
        List<Bytes> fitting = payloads.fitting(payload);
        if (!fitting.isEmpty()) {
            handedMillis = nowMillis;
            paceMillis = pace.millisAfter(payloads.count(fitting));
        }
        // The log of one alone takes all that it is given, the leader of several what fits into an entry.
        Steps steps = step(new RaftEvent.PayloadAvailable(alone ? fitting : payload, nowMillis));
        return fitting.size() < payload.size() ? wait(steps, paceMillis) : steps;
    }

    private Steps wait(Steps steps, long millis) {
        waiting = true;
        List<Ready.TimerChange> timers = new ArrayList<>(steps.timers());
        timers.add(new Ready.TimerChange(PACE_TIMER, millis));
        return new Steps(steps.persist(), steps.send(), steps.apply(), timers, steps.rejected());
    }

    @Override
    public Steps arrived(long nowMillis) {
        return step(new RaftEvent.PayloadArrived(nowMillis));
    }

    @Override
    public Steps caughtUp(Bytes id, long round, long nowMillis) {
        return step(new RaftEvent.CaughtUp(id, Position.of(round), nowMillis));
    }

    @Override
    public long round() {
        return term;
    }

    @Override
    public Heard decode(byte[] message) {
        return new Heard.OfRaft(RaftMessage.decode(message));
    }

    @Override
    public long placesBelow(long orderedRound) {
        return RaftRecord.lowestKept(place(orderedRound));
    }

    @Override
    public long place(long round) {
        return Position.of(round).index();
    }

    @Override
    public String keysFrom() {
        return RaftRecord.keyBelow(0);
    }

    @Override
    public String keysBelow(long orderedRound) {
        return RaftRecord.keyBelow(place(orderedRound));
    }
}
