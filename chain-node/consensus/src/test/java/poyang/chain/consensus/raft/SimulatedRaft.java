package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.QuickSignatures;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncEvent;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.simulation.SimulatedDisk;
import poyang.simulation.SimulatedNetwork;
import poyang.simulation.Simulation;

/// A whole chain under Raft and one seed: replicas, attestations, sync and a ledger of hashes for each
/// node; nodes that crash at any point, clocks that go wrong, disks that are full; invariants checked after
/// every message and effect.
final class SimulatedRaft {
    static final Bytes CHAIN = Sm3.hash(new byte[] {43});

    final Simulation simulation;
    final SimulatedNetwork<RaftMessage> network;
    final SimulatedNetwork<Word> wordNetwork;
    final SimulatedNetwork<SyncMessage> syncNetwork;
    final Map<PartyId, Node> nodes = new LinkedHashMap<>();
    private final Epoch epoch;
    private final TreeMap<Long, Bytes> entries = new TreeMap<>();
    private final TreeMap<Long, Bytes> headers = new TreeMap<>();
    private final TreeMap<Long, PartyId> leaders = new TreeMap<>();
    private final Map<String, PartyId> votes = new TreeMap<>();
    private int submitted;
    boolean batchesComeLate;
    double crashChance;
    int crashes;

    SimulatedRaft(long seed, Epoch epoch, SimulatedNetwork.Faults faults) {
        simulation = new Simulation(seed);
        network = new SimulatedNetwork<>(simulation, faults);
        wordNetwork = new SimulatedNetwork<>(simulation, faults);
        syncNetwork = new SimulatedNetwork<>(simulation, faults);
        this.epoch = epoch;
        epoch.validators().forEach(v -> nodes.put(v.id(), new Node(v.id())));
    }

    Epoch epoch() {
        return epoch;
    }

    void start() {
        nodes.values().forEach(Node::restart);
    }

    /// Puts one transaction into the pool of every node; where batches come late, only later into some, who
    /// may meet it in an entry before.
    void submit() {
        Bytes transaction = Bytes.utf8("transaction " + submitted++);
        for (Node node : nodes.values()) {
            if (batchesComeLate && simulation.random().nextInt(3) == 0) {
                simulation.after(simulation.random().nextLong(2_000), () -> node.learn(transaction));
            } else {
                node.learn(transaction);
            }
        }
    }

    int submitted() {
        return submitted;
    }

    long highestTerm() {
        return nodes.values().stream().mapToLong(n -> n.term).max().orElseThrow();
    }

    /// Cuts these off from the others, or mends it.
    void cut(Set<PartyId> some, boolean severed) {
        for (PartyId a : some) {
            for (PartyId b : nodes.keySet()) {
                if (!some.contains(b)) {
                    network.cut(a, b, severed);
                    wordNetwork.cut(a, b, severed);
                    syncNetwork.cut(a, b, severed);
                }
            }
        }
    }

    /// Lets things happen until `done` holds or the virtual time is up; true when it held.
    boolean runUntil(BooleanSupplier done, long virtualMillis) {
        long end = simulation.nowMillis() + virtualMillis;
        while (simulation.nowMillis() < end && !done.getAsBoolean()) {
            if (!simulation.step()) {
                break;
            }
        }
        return done.getAsBoolean();
    }

    boolean allHave(int transactions) {
        return nodes.values().stream()
                .allMatch(n -> n.up && n.ledger.size() == transactions && n.proofs.size() == n.chain.size());
    }

    /// Where everybody stands, in words.
    String state() {
        return nodes.values().stream()
                .map(n -> n.id + (n.up ? "" : " (down)") + " at " + n.lastPosition + " ledger " + n.ledger.size()
                        + " blocks " + n.chain.size() + " proofs " + n.proofs.size())
                .toList()
                .toString();
    }

    /// One validator with its disk, its ledger and its pool.
    final class Node {
        final PartyId id;
        final SimulatedDisk<RaftRecord> disk = new SimulatedDisk<>();
        final Set<Bytes> pool = new LinkedHashSet<>();
        /// What this validator holds of what entries stand for.
        private final Set<Bytes> here = new LinkedHashSet<>();
        final Set<Bytes> ledger = new LinkedHashSet<>();
        final List<BlockHeader> chain = new ArrayList<>();
        final List<FinalityProof> proofs = new ArrayList<>();
        final List<List<TransactionLeaf>> blocks = new ArrayList<>();
        private final Map<String, Long> timerSets = new TreeMap<>();
        Bytes lastOrdered = CHAIN;
        Position lastPosition = Position.GENESIS;
        private Position handedOut = Position.GENESIS;
        int caughtUp;
        boolean up;
        boolean diskFull;
        boolean diskKeepsPromises = true;
        long skewMillis;
        double clockRate = 1;
        long term;
        private long life;
        private Machine<RaftEvent, Ready<RaftRecord, RaftMessage, RaftEffect>> replica;
        private Attestations attestations;
        private BlockSync sync;
        private Optional<OrderingPoint> point = Optional.empty();

        @SuppressWarnings("NullAway.Init") // restart makes the machines
        Node(PartyId id) {
            this.id = id;
        }

        void crash() {
            up = false;
            life++;
            disk.crash();
            timerSets.clear();
        }

        /// Starts, from what the disk and the ledger kept.
        void restart() {
            up = true;
            life++;
            handedOut = lastPosition;
            TreeMap<String, Bytes> kept = new TreeMap<>();
            disk.entries().forEach(r -> kept.put(r.key(), r.encoded()));
            List<RaftRecord> records = kept.entrySet().stream()
                    .map(e -> RaftRecord.decode(e.getKey(), e.getValue()))
                    .filter(r -> diskKeepsPromises || r instanceof RaftRecord.Kept)
                    .toList();
            Signatures signatures = new QuickSignatures(epoch, id);
            replica = epoch.validators().size() == 1
                    ? new SingleReplica(epoch, records, lastPosition, lastOrdered)
                    : new RaftReplica(
                            RaftConfig.of(CHAIN, epoch, id, simulation.random().nextLong()),
                            new Holdings(),
                            records,
                            lastPosition,
                            lastOrdered);
            attestations =
                    new Attestations(CHAIN, epoch, id, signatures, proofs.size(), chain.subList(0, proofs.size()));
            sync = new BlockSync(CHAIN, epoch, id, signatures);
            feed(new RaftEvent.Started(now()));
            catchUp(new SyncEvent.Started(progress(), point));
            offer();
            List.copyOf(chain.subList(proofs.size(), chain.size()))
                    .forEach(header -> attest(new Attestations.Event.Executed(header)));
        }

        private long now() {
            return simulation.nowMillis() + skewMillis;
        }

        private void learn(Bytes transaction) {
            here.add(transaction);
            if (!ledger.contains(transaction)) {
                pool.add(transaction);
                offer();
            }
        }

        private void offer() {
            feed(new RaftEvent.PayloadAvailable(List.copyOf(pool), now()));
        }

        private void feed(RaftEvent event) {
            if (!up) {
                return;
            }
            long before = life;
            Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(event);
            if (!persisted(ready.persist())) {
                return;
            }
            for (Ready.Outbound<RaftMessage> out : ready.sendAfterPersist()) {
                observe(out);
                RaftMessage message = RaftMessage.decode(out.message().encoded());
                network.send(id, out.to(), message, (from, m) -> {
                    Node to = node(out.to());
                    to.feed(new RaftEvent.Received(from, m, to.now()));
                });
            }
            ready.timers().forEach(timer -> setTimer(timer, before));
            check(ready.rejected().isEmpty(), () -> id + " refused " + ready.rejected());
            for (RaftEffect effect : ready.apply()) {
                if (effect instanceof RaftEffect.Ordered(Bytes _, LogEntry entry)) {
                    handedOut = entry.position();
                }
            }
            for (RaftEffect effect : ready.apply()) {
                if (crashesNow(List.of())) {
                    return;
                }
                switch (effect) {
                    case RaftEffect.Ordered(Bytes entryId, LogEntry entry) -> order(entryId, entry);
                    case RaftEffect.Led(long at, PartyId _) -> term = Math.max(term, at);
                    case RaftEffect.Missing(List<Bytes> payload, PartyId _) ->
                        simulation.after(50 + simulation.random().nextLong(200), () -> {
                            here.addAll(payload);
                            feed(new RaftEvent.PayloadArrived(now()));
                        });
                }
            }
        }

        /// Writes and syncs; false when the node went down before it had.
        private boolean persisted(List<RaftRecord> records) {
            check(
                    records.stream()
                            .allMatch(r -> !(r instanceof RaftRecord.Kept(LogEntry entry))
                                    || here.containsAll(entry.payload())),
                    () -> id + " keeps an entry that it could not execute");
            if (diskFull && !records.isEmpty()) {
                goDownFor(1_000);
                return false;
            }
            if (crashesNow(records)) {
                return false;
            }
            disk.write(records);
            disk.sync();
            return !crashesNow(List.of());
        }

        /// Transactions are spread apart from entries, so an entry may name what is not here yet.
        private final class Holdings implements Payloads {
            @Override
            public Verdict judge(List<Bytes> payload) {
                return here.containsAll(payload) ? Verdict.HERE : Verdict.MISSING;
            }

            @Override
            public List<Bytes> fitting(List<Bytes> fresh) {
                return fresh;
            }
        }

        /// A crash leaves a beginning of what was being written.
        private boolean crashesNow(List<RaftRecord> torn) {
            if (crashes == 0 || simulation.random().nextDouble() >= crashChance) {
                return false;
            }
            crashes--;
            disk.write(torn.subList(0, simulation.random().nextInt(torn.size() + 1)));
            disk.sync();
            goDownFor(500 + simulation.random().nextLong(3_000));
            return true;
        }

        void goDownFor(long millis) {
            crash();
            long down = life;
            simulation.after(millis, () -> {
                if (life == down) {
                    restart();
                }
            });
        }

        private void setTimer(Ready.TimerChange timer, long atLife) {
            long set = timerSets.merge(timer.name(), 1L, Long::sum);
            if (timer.delayMillis() >= 0) {
                simulation.after((long) (timer.delayMillis() * clockRate), () -> {
                    if (life == atLife && timerSets.getOrDefault(timer.name(), 0L) == set) {
                        feed(new RaftEvent.TimerFired(timer.name(), now()));
                    }
                });
            }
        }

        private void order(Bytes entryId, LogEntry entry) {
            check(entry.index() == lastPosition.index() + 1, () -> id + " left out an entry before " + entry.index());
            check(entry.position().compareTo(lastPosition) > 0, () -> "positions fall at " + entry.index());
            Bytes agreed = entries.putIfAbsent(entry.index(), entryId);
            check(agreed == null || agreed.equals(entryId), () -> "two entries at " + entry.index());
            lastOrdered = entryId;
            lastPosition = entry.position();
            simulation.observe(id + " orders " + entryId);
            pool.removeAll(entry.payload());
            boolean known = !chain.isEmpty()
                    && entry.position().round() <= chain.getLast().round();
            List<TransactionLeaf> leaves = entry.payload().stream()
                    .filter(t -> !ledger.contains(t))
                    .map(t -> new TransactionLeaf(t, Bytes.empty(), 0))
                    .toList();
            if (!known && !leaves.isEmpty()) {
                execute(leaves, entry.position().round(), entry.author(), entry.timestampMillis());
                attest(new Attestations.Event.Executed(chain.getLast()));
            }
            catchUp(new SyncEvent.Advanced(progress()));
        }

        private void execute(List<TransactionLeaf> leaves, long round, PartyId author, long timestampMillis) {
            Bytes previous = chain.isEmpty() ? CHAIN : chain.getLast().hash(CryptoSuite.SM);
            long below = chain.isEmpty() ? 0 : chain.getLast().timestampMillis();
            long height = chain.size() + 1L;
            leaves.forEach(leaf -> ledger.add(leaf.payload()));
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
                    Math.max(below, timestampMillis),
                    leaves.size(),
                    transactions,
                    state,
                    state);
            chain.add(header);
            Bytes hash = header.hash(CryptoSuite.SM);
            Bytes agreed = headers.putIfAbsent(height, hash);
            check(agreed == null || agreed.equals(hash), () -> "two histories at height " + height);
        }

        private SyncEvent.Progress progress() {
            long executedRound = chain.isEmpty() ? 0 : chain.getLast().round();
            return new SyncEvent.Progress(
                    lastPosition.round(), lastOrdered, chain.size(), executedRound, proofs.size());
        }

        private void catchUp(SyncEvent event) {
            if (!up) {
                return;
            }
            Ready<SyncMessage, SyncMessage, SyncEffect> ready = sync.step(event);
            long now = life;
            ready.sendAfterPersist().forEach(out -> sendSync(out.to(), out.message()));
            for (Ready.TimerChange timer : ready.timers()) {
                simulation.after(timer.delayMillis(), () -> {
                    if (life == now) {
                        catchUp(new SyncEvent.TimerFired());
                    }
                });
            }
            for (SyncEffect effect : ready.apply()) {
                if (life != now) {
                    return;
                }
                switch (effect) {
                    case SyncEffect.Apply(PartyId _, List<ProvenBlock> served) -> served.forEach(this::take);
                    case SyncEffect.Remember(OrderingPoint latest) -> point = Optional.of(latest);
                    case SyncEffect.Resume(OrderingPoint at) -> {
                        if (at.round() <= handedOut.round()) {
                            // The replica handed out what lies there: it is being applied.
                            break;
                        }
                        check(at.height() == chain.size(), () -> "resumed at another height");
                        lastOrdered = at.blockId();
                        lastPosition = Position.of(at.round());
                        feed(new RaftEvent.CaughtUp(at.blockId(), lastPosition, now()));
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
            BlockHeader header = block.proof().header();
            if (header.height() > chain.size()) {
                caughtUp++;
                execute(block.transactions(), header.round(), header.proposer(), header.timestampMillis());
                block.transactions().forEach(leaf -> pool.remove(leaf.payload()));
            }
            check(chain.get((int) header.height() - 1).equals(header), () -> "a served block is another");
            attest(new Attestations.Event.Proven(block.proof()));
        }

        private void sendSync(PartyId to, SyncMessage message) {
            SyncMessage copy = SyncMessage.decode(message.encoded());
            syncNetwork.send(id, to, copy, (from, m) -> node(to).catchUp(new SyncEvent.Received(from, m)));
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
                        out.message(),
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
                        long height = proof.header().height();
                        check(height == proofs.size() + 1L, () -> "heights must not jump");
                        check(proof.signatures().size() >= epoch.quorum(), () -> "a proof without a quorum");
                        Bytes hash = proof.header().hash(CryptoSuite.SM);
                        check(Objects.equals(hash, headers.get(height)), () -> "a proof of another history");
                        proofs.add(proof);
                    }
                    case Attestations.Effect.Diverged(BlockHeader mine, Bytes _) ->
                        check(false, () -> id + " diverged at height " + mine.height());
                }
            }
            // Only now: what the sync hands over may go on from the last of these proofs.
            if (!ready.apply().isEmpty()) {
                catchUp(new SyncEvent.Advanced(progress()));
            }
        }

        /// One leader a term, and one vote of each replica in it, restarts included.
        private void observe(Ready.Outbound<RaftMessage> out) {
            switch (out.message()) {
                case RaftMessage.Append append -> {
                    term = Math.max(term, append.term());
                    PartyId known = leaders.putIfAbsent(append.term(), id);
                    check(known == null || known.equals(id), () -> "two leaders in term " + append.term());
                }
                case RaftMessage.VoteAnswer(long at, boolean granted) -> {
                    if (granted) {
                        vote(at, out.to());
                    }
                }
                case RaftMessage.VoteAsk(long at, Position _) -> {
                    term = Math.max(term, at);
                    vote(at, id);
                }
                case RaftMessage.PreVoteAsk _,
                        RaftMessage.PreVoteAnswer _,
                        RaftMessage.Taken _,
                        RaftMessage.Refused _ -> {}
            }
        }

        private void vote(long at, PartyId candidate) {
            PartyId known = votes.putIfAbsent(at + " " + id, candidate);
            check(known == null || known.equals(candidate), () -> id + " voted twice in term " + at);
        }
    }

    Node node(PartyId id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    /// The node that leads in the highest term, when it is up.
    Optional<Node> leader() {
        return Optional.ofNullable(leaders.lastEntry())
                .map(e -> node(e.getValue()))
                .filter(n -> n.up);
    }

    private static void check(boolean invariant, Supplier<String> message) {
        if (!invariant) {
            throw new AssertionError(message.get());
        }
    }
}
