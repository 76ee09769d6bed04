package poyang.chain.consensus.swap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftEffect;
import poyang.chain.consensus.BftEntry;
import poyang.chain.consensus.BftEvent;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.BftRemains;
import poyang.chain.consensus.BftReplica;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.fallback.FallbackEntry;
import poyang.chain.consensus.fallback.Remains;
import poyang.chain.consensus.raft.LogEntry;
import poyang.chain.consensus.raft.Position;
import poyang.chain.consensus.raft.RaftConfig;
import poyang.chain.consensus.raft.RaftEffect;
import poyang.chain.consensus.raft.RaftEvent;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.consensus.raft.RaftRecord;
import poyang.chain.consensus.raft.RaftRemains;
import poyang.chain.consensus.raft.RaftReplica;
import poyang.chain.proofs.Epoch;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// Either engine, as the simulation of epochs drives it. Payloads stand for nothing but themselves.
interface SimulatedEngine {
    Steps started(long now);

    Steps received(PartyId from, Object message, long now);

    Steps timerFired(String timer, long now);

    Steps available(List<Bytes> payload, long now);

    /// What was decided.
    record Decided(Bytes id, long round, PartyId author, long timestampMillis, List<Bytes> payload) {}

    /// What a step asks for.
    record Steps(
            Map<String, Bytes> persist,
            List<Ready.Outbound<Object>> send,
            List<Decided> decided,
            List<Ready.TimerChange> timers) {}

    /// Where an engine begins.
    record Place(Bytes chainId, Epoch epoch, PartyId self, Bytes start, long round, Bytes id) {}

    /// The engine that the epoch names.
    static SimulatedEngine of(Place place, Signatures signatures, Map<String, Bytes> kept, long seed) {
        return place.epoch().engine().equals(Epoch.BFT)
                ? new Bft(place, signatures, kept)
                : new Raft(place, kept, seed);
    }

    /// What the engine of the epoch leaves.
    static Remains remains(
            Place place,
            Signatures signatures,
            Supplier<Map<String, Bytes>> kept,
            Supplier<RaftRemains.Applied> applied) {
        Supplier<Map<String, Bytes>> own = () -> {
            Map<String, Bytes> found = new TreeMap<>(kept.get());
            found.keySet().removeIf(key -> key.startsWith(FallbackEntry.PREFIX));
            return found;
        };
        BftConfig config = BftConfig.of(place.chainId(), place.epoch(), place.self(), place.start());
        return place.epoch().engine().equals(Epoch.BFT)
                ? new BftRemains(config, signatures, own)
                : new RaftRemains(CryptoSuite.SM, own, applied);
    }

    /// Anything may be ordered.
    final class Anything implements Payloads {
        @Override
        public Verdict judge(List<Bytes> payload) {
            return Verdict.HERE;
        }

        @Override
        public List<Bytes> fitting(List<Bytes> fresh) {
            return fresh;
        }
    }

    private static <M> List<Ready.Outbound<Object>> all(List<Ready.Outbound<M>> messages) {
        List<Ready.Outbound<Object>> found = new ArrayList<>();
        messages.forEach(out -> found.add(new Ready.Outbound<>(out.to(), out.message())));
        return found;
    }

    /// The one that bears lies.
    final class Bft implements SimulatedEngine {
        private final BftReplica replica;

        Bft(Place place, Signatures signatures, Map<String, Bytes> kept) {
            List<BftEntry> entries = new ArrayList<>();
            kept.forEach((key, value) -> entries.add(BftEntry.decode(key, value)));
            BftConfig config = BftConfig.of(place.chainId(), place.epoch(), place.self(), place.start());
            replica = new BftReplica(config, signatures, new Anything(), entries, place.id(), place.round());
        }

        private Steps step(BftEvent event) {
            Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
            Map<String, Bytes> persist = new LinkedHashMap<>();
            ready.persist().forEach(entry -> persist.put(entry.key(CryptoSuite.SM), entry.encoded()));
            List<Decided> decided = new ArrayList<>();
            for (BftEffect effect : ready.apply()) {
                if (effect instanceof BftEffect.Ordered(Bytes id, OrderedBlock block)) {
                    decided.add(
                            new Decided(id, block.round(), block.author(), block.timestampMillis(), block.payload()));
                }
            }
            return new Steps(persist, all(ready.sendAfterPersist()), decided, ready.timers());
        }

        @Override
        public Steps started(long now) {
            return step(new BftEvent.Started(now));
        }

        @Override
        public Steps received(PartyId from, Object message, long now) {
            return step(new BftEvent.Received(from, (BftMessage) message, now));
        }

        @Override
        public Steps timerFired(String timer, long now) {
            return step(new BftEvent.TimerFired(timer, now));
        }

        @Override
        public Steps available(List<Bytes> payload, long now) {
            return step(new BftEvent.PayloadAvailable(payload, now));
        }
    }

    /// The one that bears crashes.
    final class Raft implements SimulatedEngine {
        private final RaftReplica replica;

        Raft(Place place, Map<String, Bytes> kept, long seed) {
            List<RaftRecord> records = new ArrayList<>();
            kept.forEach((key, value) -> records.add(RaftRecord.decode(key, value)));
            RaftConfig config = RaftConfig.of(place.chainId(), place.epoch(), place.self(), seed);
            replica = new RaftReplica(config, new Anything(), records, Position.of(place.round()), place.id());
        }

        private Steps step(RaftEvent event) {
            Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(event);
            Map<String, Bytes> persist = new LinkedHashMap<>();
            ready.persist().forEach(entry -> persist.put(entry.key(), entry.encoded()));
            List<Decided> decided = new ArrayList<>();
            for (RaftEffect effect : ready.apply()) {
                if (effect instanceof RaftEffect.Ordered(Bytes id, LogEntry entry)) {
                    decided.add(new Decided(
                            id, entry.position().round(), entry.author(), entry.timestampMillis(), entry.payload()));
                }
            }
            return new Steps(persist, all(ready.sendAfterPersist()), decided, ready.timers());
        }

        @Override
        public Steps started(long now) {
            return step(new RaftEvent.Started(now));
        }

        @Override
        public Steps received(PartyId from, Object message, long now) {
            return step(new RaftEvent.Received(from, (RaftMessage) message, now));
        }

        @Override
        public Steps timerFired(String timer, long now) {
            return step(new RaftEvent.TimerFired(timer, now));
        }

        @Override
        public Steps available(List<Bytes> payload, long now) {
            return step(new RaftEvent.PayloadAvailable(payload, now));
        }
    }
}
