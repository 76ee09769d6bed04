package poyang.chain.node;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftEffect;
import poyang.chain.consensus.BftEntry;
import poyang.chain.consensus.BftEvent;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.BftReplica;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncEvent;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// Drives the three step machines of a validator on one thread: what happens goes in, what they want made
/// durable, sent and applied is done in that order. {@link #run} is the thread's body.
final class ConsensusLoop {
    static final int BFT_CHANNEL = 1;
    static final int WORD_CHANNEL = 2;
    static final int TRANSACTION_CHANNEL = 3;
    static final int SYNC_CHANNEL = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ConsensusLoop.class);
    private static final int INBOX = 10_000;
    private static final int OFFERED = 8_000;
    private static final int FORGET_AT = 64;
    private static final long RECENT_HEADERS = 1_000;
    private static final long LONGEST_WAIT_MILLIS = 1_000;

    private final Ledger ledger;
    private final Epoch epoch;
    private final PartyId self;
    private final Execution execution;
    private final Pool pool;
    private final Finality finality;
    private final Outlet outlet;
    private final InstantSource clock;
    private final LinkedBlockingQueue<Input> inbox = new LinkedBlockingQueue<>(INBOX);
    private final AtomicBoolean poolChanged = new AtomicBoolean(true);
    private final Map<String, Long> deadlines = new LinkedHashMap<>();
    private final TreeSet<String> keptKeys = new TreeSet<>();
    private final BftReplica replica;
    private final Attestations attestations;
    private final BlockSync blockSync;
    private final BlockServer blockServer;
    private volatile long round;

    /// Sends to one peer; never blocks.
    interface Outlet {
        void send(PartyId to, int channel, Bytes payload);
    }

    private sealed interface Input {
        record Message(PartyId from, BftMessage message) implements Input {}

        record Spoken(PartyId from, Attestations.Word word) implements Input {}

        record Synced(PartyId from, SyncMessage message) implements Input {}

        record Woken() implements Input {}
    }

    ConsensusLoop(
            Ledger ledger,
            Signer signer,
            Execution execution,
            Pool pool,
            Finality finality,
            Outlet outlet,
            InstantSource clock) {
        this.ledger = ledger;
        this.execution = execution;
        this.pool = pool;
        this.finality = finality;
        this.outlet = outlet;
        this.clock = clock;
        epoch = ledger.genesis().epoch();
        self = signer.id();
        List<BftEntry> entries = new ArrayList<>();
        ledger.safety().all("").forEach((key, value) -> entries.add(BftEntry.decode(key, value)));
        entries.stream()
                .filter(entry -> entry instanceof BftEntry.Kept)
                .map(entry -> entry.key(ledger.genesis().suite()))
                .forEach(keptKeys::add);
        OrderedMark mark = mark();
        replica = new BftReplica(
                BftConfig.of(ledger.chainId(), epoch, self),
                signer.signatures(),
                entries,
                mark.blockId(),
                mark.round());
        blockSync = new BlockSync(ledger.chainId(), epoch, self, signer.signatures());
        blockServer =
                new BlockServer(ledger, (to, message) -> outlet.send(to, SYNC_CHANNEL, Bytes.wrap(message.encoded())));
        attestations = new Attestations(
                ledger.chainId(), epoch, self, signer.signatures(), ledger.finalisedHeight(), recentHeaders());
    }

    /// The validator's name and its signatures.
    record Signer(PartyId id, Signatures signatures) {}

    /// What the ledger took in last, the genesis at first.
    private OrderedMark mark() {
        return ledger.orderedMark().orElse(new OrderedMark(0, ledger.chainId()));
    }

    private List<BlockHeader> recentHeaders() {
        List<BlockHeader> recent = new ArrayList<>();
        long last = ledger.finalisedHeight();
        for (long height = Math.max(1, last - RECENT_HEADERS + 1); height <= last; height++) {
            recent.add(ledger.header(height).orElseThrow());
        }
        return recent;
    }

    /// Takes in a peer's message; from any thread. What overflows is lost, as on a network.
    void received(PartyId from, int channel, Bytes payload) {
        try {
            boolean room = switch (channel) {
                case BFT_CHANNEL -> inbox.offer(new Input.Message(from, BftMessage.decode(payload.toArray())));
                case WORD_CHANNEL -> inbox.offer(new Input.Spoken(from, Attestations.Word.decode(payload.toArray())));
                case SYNC_CHANNEL -> inbox.offer(new Input.Synced(from, SyncMessage.decode(payload.toArray())));
                default -> {
                    LOG.warn("{} sent on channel {}, which means nothing", from, channel);
                    yield true;
                }
            };
            if (!room) {
                LOG.warn("a message of {} is dropped, {} are waiting", from, INBOX);
            }
        } catch (PoyangException e) {
            LOG.warn("a malformed message of {}: {}", from, e.wrong());
        }
    }

    /// The pool holds something new.
    void poolChanged() {
        if (!poolChanged.getAndSet(true)) {
            boolean _ = inbox.offer(new Input.Woken());
        }
    }

    long round() {
        return round;
    }

    /// Runs until interrupted; throws when this node must stop.
    void run() throws InterruptedException {
        try (blockServer) {
            drive();
        }
    }

    private void drive() throws InterruptedException {
        bft(new BftEvent.Started(clock.millis()));
        for (long height = ledger.finalisedHeight() + 1; height <= ledger.height(); height++) {
            attest(new Attestations.Event.Executed(ledger.header(height).orElseThrow()));
        }
        sync(new SyncEvent.Started(progress()));
        while (true) {
            Input input = inbox.poll(millisToWait(), TimeUnit.MILLISECONDS);
            if (input != null) {
                take(input);
            }
            fireTimers();
            if (poolChanged.getAndSet(false)) {
                bft(new BftEvent.PayloadAvailable(pool.offer(OFFERED), clock.millis()));
            }
        }
    }

    private void take(Input input) {
        switch (input) {
            case Input.Message(PartyId from, BftMessage message) ->
                bft(new BftEvent.Received(from, message, clock.millis()));
            case Input.Spoken(PartyId from, Attestations.Word word) -> attest(new Attestations.Event.Heard(from, word));
            case Input.Synced(PartyId from, SyncMessage message) -> sync(new SyncEvent.Received(from, message));
            case Input.Woken() -> {}
        }
    }

    private void bft(BftEvent event) {
        Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
        round = replica.round();
        if (!ready.persist().isEmpty()) {
            Map<String, Bytes> entries = new LinkedHashMap<>();
            ready.persist()
                    .forEach(entry -> entries.put(entry.key(ledger.genesis().suite()), entry.encoded()));
            ledger.safety().putAll(entries);
            ready.persist().stream()
                    .filter(entry -> entry instanceof BftEntry.Kept)
                    .map(entry -> entry.key(ledger.genesis().suite()))
                    .forEach(keptKeys::add);
        }
        send(ready.sendAfterPersist(), BFT_CHANNEL, message -> Bytes.wrap(message.encoded()));
        follow(ready.timers(), "bft:");
        ready.rejected().forEach(r -> LOG.warn("refused from {}: {}", r.from(), r.reason()));
        ready.apply().forEach(this::apply);
    }

    private void apply(BftEffect effect) {
        switch (effect) {
            case BftEffect.Ordered(Bytes id, OrderedBlock block) -> order(id, block);
            case BftEffect.Equivocation(PartyId culprit, long at, Bytes first, Bytes second) ->
                LOG.error("{} lied in round {}: it stood for {} and for {}", culprit, at, first, second);
        }
    }

    private void order(Bytes id, OrderedBlock block) {
        OrderedMark mark = new OrderedMark(block.round(), id);
        BlockHeader below = ledger.header(ledger.height()).orElseThrow();
        long timestampMillis = Math.max(block.timestampMillis(), below.timestampMillis());
        // A block of this round or below it came in by catching up, and was executed then.
        boolean known = block.round() <= below.round();
        Optional<PreparedBlock> prepared =
                block.isEmpty() || known ? Optional.empty() : execution.run(block.payload(), timestampMillis);
        if (prepared.isEmpty()) {
            ledger.advance(mark);
        } else {
            BlockHeader header = new BlockHeader(
                    ledger.chainId(),
                    epoch.number(),
                    prepared.get().height(),
                    below.hash(ledger.genesis().suite()),
                    block.round(),
                    block.author(),
                    timestampMillis,
                    prepared.get().transactionCount(),
                    prepared.get().transactionsRoot(),
                    prepared.get().stateRoot(),
                    prepared.get().receiptsRoot());
            ledger.commit(header, prepared.get(), mark);
            attest(new Attestations.Event.Executed(header));
        }
        if (!block.isEmpty()) {
            pool.settled(block.payload(), ledger.height());
            poolChanged();
        }
        forget(block.round());
        sync(new SyncEvent.Advanced(progress()));
    }

    private void forget(long orderedRound) {
        List<String> old = List.copyOf(keptKeys.headSet(BftEntry.keyBelow(orderedRound)));
        if (old.size() >= FORGET_AT) {
            ledger.safety().delete(old);
            old.forEach(keptKeys::remove);
        }
    }

    private void attest(Attestations.Event event) {
        Ready<Attestations.Word, Attestations.Word, Attestations.Effect> ready = attestations.step(event);
        send(ready.sendAfterPersist(), WORD_CHANNEL, Attestations.Word::encoded);
        follow(ready.timers(), "words:");
        ready.rejected().forEach(r -> LOG.warn("refused from {}: {}", r.from(), r.reason()));
        for (Attestations.Effect effect : ready.apply()) {
            switch (effect) {
                case Attestations.Effect.Finalised(FinalityProof proof) -> {
                    finality.reached(ledger.finalise(proof));
                    sync(new SyncEvent.Advanced(progress()));
                }
                case Attestations.Effect.Diverged(BlockHeader mine, Bytes theirs) ->
                    throw new Bug("a quorum attests " + theirs + " at height " + mine.height() + ", this node executed "
                            + mine.hash(ledger.genesis().suite()) + " and stops");
            }
        }
    }

    // ---- catching up ------------------------------------------------------------------------------

    private SyncEvent.Progress progress() {
        OrderedMark mark = mark();
        BlockHeader last = ledger.header(ledger.height()).orElseThrow();
        return new SyncEvent.Progress(
                mark.round(), mark.blockId(), last.height(), last.round(), ledger.finalisedHeight());
    }

    private void sync(SyncEvent event) {
        boolean before = blockSync.active();
        Ready<SyncMessage, SyncMessage, SyncEffect> ready = blockSync.step(event);
        if (before != blockSync.active()) {
            LOG.info("{} catching up at height {}", before ? "done" : "begins", ledger.height());
        }
        send(ready.sendAfterPersist(), SYNC_CHANNEL, message -> Bytes.wrap(message.encoded()));
        follow(ready.timers(), "sync:");
        ready.rejected().forEach(r -> LOG.warn("refused from {}: {}", r.from(), r.reason()));
        for (SyncEffect effect : ready.apply()) {
            switch (effect) {
                case SyncEffect.Apply(ProvenBlock block) -> catchUp(block);
                case SyncEffect.Resume(OrderingPoint at) -> {
                    LOG.info("the order goes on after round {}, height {}", at.round(), at.height());
                    ledger.advance(new OrderedMark(at.round(), at.blockId()));
                    bft(new BftEvent.CaughtUp(at.blockId(), at.round(), clock.millis()));
                }
                case SyncEffect.Serve(PartyId to, long from, int count) -> blockServer.serve(to, from, count);
            }
        }
    }

    /// Executes a block that a quorum attested, unless it was executed, and keeps the proof.
    private void catchUp(ProvenBlock block) {
        BlockHeader header = block.proof().header();
        if (header.height() > ledger.height()) {
            List<Bytes> items =
                    block.transactions().stream().map(TransactionLeaf::encoded).toList();
            PreparedBlock prepared = execution
                    .run(items, header.timestampMillis())
                    .filter(p -> p.stateRoot().equals(header.stateRoot())
                            && p.receiptsRoot().equals(header.receiptsRoot())
                            && p.transactionsRoot().equals(header.transactionsRoot()))
                    .orElseThrow(() -> new Bug("executing block " + header.height()
                            + " here gives another result than a quorum attests, and this node stops"));
            ledger.commit(header, prepared, mark());
            pool.settled(items, ledger.height());
        }
        attest(new Attestations.Event.Proven(block.proof()));
    }

    private <M> void send(List<Ready.Outbound<M>> messages, int channel, Function<M, Bytes> encode) {
        @Nullable M last = null;
        Bytes encoded = Bytes.empty();
        for (Ready.Outbound<M> out : messages) {
            if (!out.message().equals(last)) {
                last = out.message();
                encoded = encode.apply(out.message());
            }
            outlet.send(out.to(), channel, encoded);
        }
    }

    // ---- timers -----------------------------------------------------------------------------------

    private void follow(List<Ready.TimerChange> changes, String machine) {
        for (Ready.TimerChange change : changes) {
            if (change.delayMillis() < 0) {
                deadlines.remove(machine + change.name());
            } else {
                deadlines.put(machine + change.name(), nowMillis() + change.delayMillis());
            }
        }
    }

    private long millisToWait() {
        if (poolChanged.get()) {
            return 0;
        }
        long first = deadlines.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
        return Math.clamp(first - nowMillis(), 0, LONGEST_WAIT_MILLIS);
    }

    private void fireTimers() {
        long now = nowMillis();
        List<String> due = deadlines.entrySet().stream()
                .filter(entry -> entry.getValue() <= now)
                .map(Map.Entry::getKey)
                .toList();
        for (String timer : due) {
            deadlines.remove(timer);
            if (timer.startsWith("bft:")) {
                bft(new BftEvent.TimerFired(timer.substring("bft:".length()), clock.millis()));
            } else if (timer.startsWith("sync:")) {
                sync(new SyncEvent.TimerFired());
            } else {
                attest(new Attestations.Event.TimerFired());
            }
        }
    }

    /// Never jumps, unlike the wall clock.
    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
