package poyang.chain.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncEvent;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.simulation.SimulatedDisk;
import poyang.simulation.SimulatedNetwork;
import poyang.simulation.Simulation;

/// A whole chain under one seed: replicas, attestations, a ledger of hashes for each node; nodes that
/// crash, stay silent or lie; invariants checked after every effect.
final class SimulatedChain {
    static final Bytes CHAIN = Sm3.hash(new byte[] {42});

    final Simulation simulation;
    final SimulatedNetwork<BftMessage> network;
    final SimulatedNetwork<Word> wordNetwork;
    final SimulatedNetwork<SyncMessage> syncNetwork;
    final SimulatedNetwork<DisseminationMessage> spreadNetwork;
    final Map<PartyId, Node> nodes = new LinkedHashMap<>();
    private final Epoch epoch;
    private final BiFunction<Epoch, PartyId, Signatures> scheme;
    private final TreeMap<Long, Bytes> agreedHistory = new TreeMap<>();
    private final Map<Long, Bytes> votedByHonest = new TreeMap<>();
    private int submitted;
    long equivocationsSeen;

    SimulatedChain(
            long seed, Epoch epoch, SimulatedNetwork.Faults faults, BiFunction<Epoch, PartyId, Signatures> scheme) {
        simulation = new Simulation(seed);
        network = new SimulatedNetwork<>(simulation, faults);
        wordNetwork = new SimulatedNetwork<>(simulation, faults);
        syncNetwork = new SimulatedNetwork<>(simulation, faults);
        spreadNetwork = new SimulatedNetwork<>(simulation, faults);
        this.epoch = epoch;
        this.scheme = scheme;
        epoch.validators().forEach(v -> nodes.put(v.id(), new Node(v.id())));
    }

    Epoch epoch() {
        return epoch;
    }

    Signatures signatures(PartyId id) {
        return scheme.apply(epoch, id);
    }

    /// From now on these go wrong on every network.
    void faults(SimulatedNetwork.Faults now) {
        network.faults(now);
        wordNetwork.faults(now);
        spreadNetwork.faults(now);
        syncNetwork.faults(now);
    }

    void cut(PartyId a, PartyId b, boolean severed) {
        network.cut(a, b, severed);
        wordNetwork.cut(a, b, severed);
        spreadNetwork.cut(a, b, severed);
        syncNetwork.cut(a, b, severed);
    }

    void start() {
        nodes.values().forEach(Node::restart);
    }

    /// A client brings one transaction to some node, and to another one when that was in vain.
    void submit() {
        Bytes transaction = Bytes.utf8("transaction " + submitted++);
        bring(transaction);
    }

    private void bring(Bytes transaction) {
        List<Node> reachable = nodes.values().stream().filter(n -> n.up).toList();
        if (reachable.stream().filter(n -> n.honest).anyMatch(n -> n.ledger.contains(transaction))) {
            return;
        }
        if (!reachable.isEmpty()) {
            Node node = reachable.get(simulation.random().nextInt(reachable.size()));
            node.spread(new Dissemination.Event.Admitted(List.of(transaction), simulation.nowMillis()));
        }
        simulation.after(8_000, () -> bring(transaction));
    }

    int submitted() {
        return submitted;
    }

    /// Lets things happen until `done` holds or the virtual time is up; true when it held.
    boolean runUntil(BooleanSupplier done, long virtualMillis) {
        long end = simulation.nowMillis() + virtualMillis;
        while (simulation.nowMillis() < end) {
            if (done.getAsBoolean()) {
                return true;
            }
            if (!simulation.step()) {
                return done.getAsBoolean();
            }
        }
        return done.getAsBoolean();
    }

    /// How a node treats what it should do.
    interface Behaviour {
        /// The messages that really leave, for one that should.
        List<Ready.Outbound<BftMessage>> send(Ready.Outbound<BftMessage> honest);

        default List<Ready.Outbound<DisseminationMessage>> spread(Ready.Outbound<DisseminationMessage> honest) {
            return List.of(honest);
        }

        default Word word(Word honest) {
            return honest;
        }

        default SyncMessage sync(SyncMessage honest) {
            return honest;
        }
    }

    /// One validator with its disk, its ledger and its pool.
    final class Node {
        final PartyId id;
        final SimulatedDisk<BftEntry> disk = new SimulatedDisk<>();
        final Map<Bytes, Batch> diskBatches = new LinkedHashMap<>();
        private final ArrayDeque<BftEffect.Ordered> toExecute = new ArrayDeque<>();
        final List<Bytes> ledger = new ArrayList<>();
        final List<BlockHeader> headers = new ArrayList<>();
        final List<FinalityProof> proofs = new ArrayList<>();
        final List<List<TransactionLeaf>> blocks = new ArrayList<>();
        int caughtUp;
        int resumed;
        Bytes lastOrdered = CHAIN;
        long lastOrderedRound;
        Behaviour behaviour = List::of;
        boolean honest = true;
        boolean up;
        boolean diskKeepsPromises = true;
        /// How far its clock is off.
        long skewMillis;
        /// Its disk refuses to write, so it stops before it has said anything.
        boolean diskFull;
        /// How the ledger stood with each write since the last one that was durable, which is the first.
        private final ArrayDeque<Written> written = new ArrayDeque<>();
        private long life;
        private BftReplica replica;
        private Dissemination spread;
        private Attestations attestations;
        private BlockSync sync;
        private Optional<OrderingPoint> point = Optional.empty();
        private final Map<String, Long> timerSets = new TreeMap<>();

        @SuppressWarnings("NullAway.Init") // restart makes the machines
        Node(PartyId id) {
            this.id = id;
            wrote();
        }

        private long clock() {
            return Math.max(1, simulation.nowMillis() + 100_000 + skewMillis);
        }

        void crash() {
            up = false;
            life++;
            disk.tear(tornWrites ? simulation.random().nextInt(disk.unsynced() + 1) : 0);
            lose(tornWrites ? simulation.random().nextInt(written.size()) : 0);
            timerSets.clear();
            toExecute.clear();
        }

        /// The ledger and the engine's entries share one log, so a durable write keeps all that came before.
        private void durable() {
            written.clear();
            wrote();
        }

        private void wrote() {
            written.add(
                    new Written(ledger.size(), headers.size(), proofs.size(), lastOrdered, lastOrderedRound, point));
        }

        /// The ledger falls back to what was durable, and to some writes more.
        private void lose(int kept) {
            for (int i = 0; i < kept; i++) {
                written.removeFirst();
            }
            Written last = written.getFirst();
            cut(ledger, last.transactions());
            cut(headers, last.blocks());
            cut(blocks, last.blocks());
            cut(proofs, last.proofs());
            lastOrdered = last.ordered();
            lastOrderedRound = last.orderedRound();
            point = last.point();
            durable();
        }

        private static void cut(List<?> list, int size) {
            list.subList(size, list.size()).clear();
        }

        /// What the log says of the ledger.
        private record Written(
                int transactions,
                int blocks,
                int proofs,
                Bytes ordered,
                long orderedRound,
                Optional<OrderingPoint> point) {}

        /// Starts, from what the disk and the ledger kept.
        void restart() {
            up = true;
            life++;
            List<BftEntry> entries = diskKeepsPromises
                    ? disk.entries()
                    : disk.entries().stream()
                            .filter(e -> e instanceof BftEntry.Kept)
                            .toList();
            spread = new Dissemination(CHAIN, epoch, id, signatures(id), life << 20, List.copyOf(diskBatches.values()));
            replica = new BftReplica(
                    BftConfig.of(CHAIN, epoch, id), signatures(id), spread, entries, lastOrdered, lastOrderedRound);
            attestations = new Attestations(
                    CHAIN, epoch, id, signatures(id), proofs.size(), headers.subList(0, proofs.size()));
            sync = new BlockSync(CHAIN, epoch, id, signatures(id));
            feed(new BftEvent.Started(clock()));
            catchUp(new SyncEvent.Started(progress(), point));
            List.copyOf(headers.subList(proofs.size(), headers.size()))
                    .forEach(header -> attest(new Attestations.Event.Executed(header)));
        }

        long round() {
            return replica.round();
        }

        void feed(BftEvent event) {
            if (!up) {
                return;
            }
            Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
            long now = life;
            if (diskFull && !ready.persist().isEmpty()) {
                crash();
                diskFull = false;
                simulation.after(1_000 + simulation.random().nextLong(5_000), this::restart);
                return;
            }
            disk.write(ready.persist());
            // A crash may come before the sync, or between sync and sending.
            if (crashesNow()) {
                return;
            }
            disk.sync();
            if (!ready.persist().isEmpty()) {
                durable();
            }
            ready.persist().forEach(this::keepBatches);
            if (crashesNow()) {
                return;
            }
            for (Ready.Outbound<BftMessage> honestOut : ready.sendAfterPersist()) {
                if (honest && honestOut.message() instanceof BftMessage.Vote vote) {
                    checkOneVotePerRound(vote);
                }
                for (Ready.Outbound<BftMessage> out : behaviour.send(honestOut)) {
                    network.send(id, out.to(), out.message(), (from, message) -> {
                        Node to = node(out.to());
                        to.feed(new BftEvent.Received(from, message, to.clock()));
                    });
                }
            }
            ready.timers().forEach(timer -> setTimer(timer, now));
            ready.apply().forEach(effect -> {
                if (life == now) {
                    apply(effect);
                }
            });
        }

        private void keepBatches(BftEntry entry) {
            if (entry instanceof BftEntry.Kept(OrderedBlock block)) {
                for (Bytes item : block.payload()) {
                    Bytes batch = BatchCertificate.decode(item.toArray()).batch();
                    spread.find(batch).ifPresent(found -> diskBatches.put(batch, found));
                }
            }
        }

        void spread(Dissemination.Event event) {
            if (!up) {
                return;
            }
            Ready<Void, DisseminationMessage, Dissemination.Effect> ready = spread.step(event);
            long now = life;
            for (Ready.Outbound<DisseminationMessage> honestOut : ready.sendAfterPersist()) {
                for (Ready.Outbound<DisseminationMessage> out : behaviour.spread(honestOut)) {
                    sendSpread(out);
                }
            }
            for (Ready.TimerChange timer : ready.timers()) {
                simulation.after(timer.delayMillis(), () -> {
                    if (life == now) {
                        spread(new Dissemination.Event.TimerFired(timer.name(), clock()));
                    }
                });
            }
            for (Dissemination.Effect effect : ready.apply()) {
                switch (effect) {
                    case Dissemination.Effect.Arrived(Batch _) -> {
                        feed(new BftEvent.PayloadArrived(clock()));
                        executeWaiting();
                    }
                    case Dissemination.Effect.Changed() ->
                        feed(new BftEvent.PayloadAvailable(spread.available(), clock()));
                    case Dissemination.Effect.Asked(PartyId from, Bytes batch) -> {
                        Batch kept = diskBatches.get(batch);
                        if (kept != null) {
                            sendSpread(new Ready.Outbound<>(from, new DisseminationMessage.Carried(kept)));
                        }
                    }
                }
            }
        }

        private void sendSpread(Ready.Outbound<DisseminationMessage> out) {
            spreadNetwork.send(
                    id,
                    out.to(),
                    out.message(),
                    (from, message) -> node(out.to())
                            .spread(new Dissemination.Event.Received(from, message, simulation.nowMillis())));
        }

        private void executeWaiting() {
            while (up && !toExecute.isEmpty()) {
                BftEffect.Ordered next = toExecute.getFirst();
                Optional<List<Bytes>> transactions =
                        spread.transactions(next.block().payload());
                if (transactions.isEmpty()) {
                    spread(new Dissemination.Event.Needed(
                            next.block().payload(), next.block().author(), clock()));
                    return;
                }
                toExecute.removeFirst();
                order(next.id(), next.block(), transactions.get());
            }
        }

        private boolean crashesNow() {
            if (crashChance > 0 && honest && simulation.random().nextDouble() < crashChance && crashes > 0) {
                crashes--;
                crash();
                simulation.after(500 + simulation.random().nextLong(3000), this::restart);
                return true;
            }
            return false;
        }

        private void setTimer(Ready.TimerChange timer, long atLife) {
            long set = timerSets.merge(timer.name(), 1L, Long::sum);
            if (timer.delayMillis() >= 0) {
                simulation.after(timer.delayMillis(), () -> {
                    if (life == atLife && timerSets.getOrDefault(timer.name(), 0L) == set) {
                        feed(new BftEvent.TimerFired(timer.name(), clock()));
                    }
                });
            }
        }

        private boolean proven(Equivocation proof) {
            Signatures signatures = scheme.apply(epoch, id);
            return signatures.verify(Stream.of(proof.first(), proof.second())
                    .map(said -> new Signatures.Signed(
                            proof.culprit(),
                            Bytes.wrap(proof.kind().message(CHAIN, proof.epoch(), proof.round(), said.blockId())),
                            said.signature()))
                    .toList());
        }

        private void apply(BftEffect effect) {
            switch (effect) {
                case BftEffect.Ordered ordered -> {
                    toExecute.add(ordered);
                    executeWaiting();
                }
                case BftEffect.Missing(List<Bytes> payload, PartyId holder) ->
                    spread(new Dissemination.Event.Needed(payload, holder, clock()));
                case BftEffect.Equivocated(Equivocation proof) -> {
                    check(!node(proof.culprit()).honest, proof.culprit() + " is honest and was seen equivocating");
                    check(proven(proof), proof + " proves nothing");
                    equivocationsSeen++;
                }
            }
        }

        private void order(Bytes blockId, OrderedBlock block, List<Bytes> carried) {
            lastOrdered = blockId;
            lastOrderedRound = block.round();
            simulation.observe(id + " orders " + blockId);
            boolean known =
                    !headers.isEmpty() && block.round() <= headers.getLast().round();
            // As execution does with nonces: what was executed before has no place.
            List<TransactionLeaf> leaves = carried.stream()
                    .distinct()
                    .filter(t -> !ledger.contains(t))
                    .map(t -> new TransactionLeaf(t, Bytes.empty(), 0))
                    .toList();
            if (known || leaves.isEmpty()) {
                wrote();
            } else {
                execute(leaves, block.round(), block.author(), block.timestampMillis());
                wrote();
                attest(new Attestations.Event.Executed(headers.getLast()));
            }
            if (!block.isEmpty()) {
                spread(new Dissemination.Event.Executed(block.payload()));
            }
            catchUp(new SyncEvent.Advanced(progress()));
        }

        private void execute(List<TransactionLeaf> leaves, long round, PartyId author, long timestampMillis) {
            Bytes previous = headers.isEmpty() ? CHAIN : headers.getLast().hash(CryptoSuite.SM);
            long height = headers.size() + 1L;
            check(headers.isEmpty() || headers.getLast().timestampMillis() <= timestampMillis, "time runs backwards");
            leaves.forEach(leaf -> {
                check(!ledger.contains(leaf.payload()), "a transaction was ordered twice");
                ledger.add(leaf.payload());
            });
            blocks.add(leaves);
            Bytes transactions = MerkleTree.root(
                    CryptoSuite.SM,
                    leaves.stream().map(TransactionLeaf::encoded).toList());
            Bytes state = Sm3.hash(previous.toArray(), transactions.toArray());
            BlockHeader header = new BlockHeader(
                    CHAIN,
                    epoch.number(),
                    height,
                    previous,
                    round,
                    author,
                    timestampMillis,
                    leaves.size(),
                    transactions,
                    state,
                    state);
            headers.add(header);
            if (honest) {
                Bytes agreed = agreedHistory.putIfAbsent(height, header.hash(CryptoSuite.SM));
                check(
                        agreed == null || agreed.equals(header.hash(CryptoSuite.SM)),
                        "two histories at height " + height);
            }
        }

        private SyncEvent.Progress progress() {
            long executedRound = headers.isEmpty() ? 0 : headers.getLast().round();
            return new SyncEvent.Progress(lastOrderedRound, lastOrdered, headers.size(), executedRound, proofs.size());
        }

        private void catchUp(SyncEvent event) {
            if (!up) {
                return;
            }
            Ready<SyncMessage, SyncMessage, SyncEffect> ready = sync.step(event);
            long now = life;
            for (Ready.Outbound<SyncMessage> out : ready.sendAfterPersist()) {
                sendSync(out.to(), out.message());
            }
            for (Ready.TimerChange timer : ready.timers()) {
                simulation.after(timer.delayMillis(), () -> {
                    if (life == now) {
                        catchUp(new SyncEvent.TimerFired());
                    }
                });
            }
            for (SyncEffect effect : ready.apply()) {
                switch (effect) {
                    case SyncEffect.Apply(PartyId _, List<ProvenBlock> served) -> served.forEach(this::take);
                    case SyncEffect.Remember(OrderingPoint latest) -> {
                        point = Optional.of(latest);
                        durable();
                    }
                    case SyncEffect.Resume(OrderingPoint at) -> {
                        check(at.height() == headers.size(), "resumed at another height");
                        resumed++;
                        lastOrdered = at.blockId();
                        lastOrderedRound = at.round();
                        wrote();
                        feed(new BftEvent.CaughtUp(at.blockId(), at.round(), clock()));
                    }
                    case SyncEffect.Serve(PartyId to, long from, int count, boolean _) -> {
                        List<ProvenBlock> found = new ArrayList<>();
                        for (long height = from; height < from + count && height <= proofs.size(); height++) {
                            found.add(new ProvenBlock(proofs.get((int) height - 1), blocks.get((int) height - 1)));
                        }
                        sendSync(to, new SyncMessage.Blocks(from, found));
                    }
                }
            }
        }

        private void take(ProvenBlock block) {
            if (!up) {
                return;
            }
            BlockHeader header = block.proof().header();
            if (header.height() > headers.size()) {
                caughtUp++;
                execute(block.transactions(), header.round(), header.proposer(), header.timestampMillis());
                wrote();
            }
            check(headers.get((int) header.height() - 1).equals(header), "a served block is another");
            attest(new Attestations.Event.Proven(block.proof()));
        }

        private void sendSync(PartyId to, SyncMessage honestMessage) {
            SyncMessage message =
                    SyncMessage.decode(behaviour.sync(honestMessage).encoded());
            syncNetwork.send(id, to, message, (from, m) -> node(to).catchUp(new SyncEvent.Received(from, m)));
        }

        private void attest(Attestations.Event event) {
            if (!up) {
                return;
            }
            Ready<Word, Word, Attestations.Effect> ready = attestations.step(event);
            long now = life;
            for (Ready.Outbound<Word> out : ready.sendAfterPersist()) {
                wordNetwork.send(
                        id,
                        out.to(),
                        behaviour.word(out.message()),
                        (from, word) -> node(out.to()).attest(new Attestations.Event.Heard(from, word)));
            }
            for (Ready.TimerChange timer : ready.timers()) {
                simulation.after(timer.delayMillis(), () -> {
                    if (life == now) {
                        attest(new Attestations.Event.TimerFired());
                    }
                });
            }
            for (Attestations.Effect effect : ready.apply()) {
                switch (effect) {
                    case Attestations.Effect.Finalised(FinalityProof proof) -> {
                        check(proof.header().height() == proofs.size() + 1L, "heights must not jump");
                        check(proof.signatures().size() >= epoch.quorum(), "a proof without a quorum");
                        check(
                                !honest
                                        || Objects.equals(
                                                proof.header().hash(CryptoSuite.SM),
                                                agreedHistory.get(proof.header().height())),
                                "a proof of another history");
                        proofs.add(proof);
                        wrote();
                        catchUp(new SyncEvent.Advanced(progress()));
                    }
                    case Attestations.Effect.Diverged(BlockHeader mine, Bytes _) ->
                        check(!honest, id + " diverged at height " + mine.height());
                }
            }
        }

        /// No honest validator votes for two blocks of one round, restarts included.
        private void checkOneVotePerRound(BftMessage.Vote vote) {
            long key = vote.round() * 100 + epoch.indexOf(id);
            Bytes known = votedByHonest.putIfAbsent(key, vote.blockId());
            check(known == null || known.equals(vote.blockId()), id + " voted twice in round " + vote.round());
        }
    }

    double crashChance;
    int crashes;
    boolean tornWrites;

    Node node(PartyId id) {
        Node node = nodes.get(id);
        check(node != null, "unknown node");
        return Objects.requireNonNull(node);
    }

    /// The header that a block would have after another execution.
    static BlockHeader withAnotherState(BlockHeader h) {
        return new BlockHeader(
                h.chainId(),
                h.epoch(),
                h.height(),
                h.previousHash(),
                h.round(),
                h.proposer(),
                h.timestampMillis(),
                h.transactionCount(),
                h.transactionsRoot(),
                Sm3.hash(new byte[] {9}),
                h.receiptsRoot());
    }

    static void check(boolean invariant, String message) {
        if (!invariant) {
            throw new AssertionError(message);
        }
    }
}
