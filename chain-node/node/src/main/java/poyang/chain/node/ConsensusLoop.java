package poyang.chain.node;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.Batch;
import poyang.chain.consensus.Dissemination;
import poyang.chain.consensus.DisseminationMessage;
import poyang.chain.consensus.fallback.FallbackMessage;
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
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// Drives the four step machines of a validator on one thread: what happens goes in, what they want made
/// durable, sent and applied is done in that order. {@link #run} is the thread's body.
///
/// **From epoch to epoch.** The block after which the state says that the next epoch is due is the last of its
/// epoch: whatever the engine orders above it is left out, by everybody alike. Once that block has its proof,
/// the ledger closes the epoch and begins the next in one durable step, and only then are there machines that
/// sign in it. Own transactions that no block took in go into the next epoch's first batches.
final class ConsensusLoop {
    static final int ENGINE_CHANNEL = 1;
    static final int WORD_CHANNEL = 2;
    static final int SPREAD_CHANNEL = 3;
    static final int SYNC_CHANNEL = 4;
    static final int FORWARD_CHANNEL = 5;
    static final int EXIT_CHANNEL = 6;
    static final int SNAPSHOT_CHANNEL = 7;

    private static final Logger LOG = LoggerFactory.getLogger(ConsensusLoop.class);
    private static final int INBOX = 10_000;
    static final String KEPT_POINT = "sync/point";
    private static final long LONGEST_WAIT_MILLIS = 1_000;
    /// Batches of one start of this node have numbers above those of the starts before.
    private static final int SEQUENCE_BITS = 20;

    private final Ledger ledger;
    private final Stage.Signer signer;
    private final Execution execution;
    private final Pool pool;
    private final Finality finality;
    private final Couriers couriers;
    private final Meter meter;
    private final Outlet outlet;
    private final Consumer<Equivocation> accuser;
    private final InstantSource clock;
    private final LinkedBlockingQueue<Input> inbox = new LinkedBlockingQueue<>(INBOX);
    private final LinkedBlockingQueue<Bytes> admitted = new LinkedBlockingQueue<>();
    private final ArrayDeque<Ordered> toExecute = new ArrayDeque<>();
    private final KeptBatches keptBatches;
    private final Deadlines deadlines = new Deadlines();
    private final Forwarding forwarding = new Forwarding();
    private final Supplier<Set<PartyId>> peers;
    private final EarlyMessages early = new EarlyMessages();
    private final BlockServer blockServer;
    private final Replay replay;
    private final long patienceMillis;
    private volatile Stage stage;
    private EpochExit exit;
    /// The epoch that begins once the last executed block has its proof.
    private Optional<Epoch> next;
    /// The round of what the engine decided last; the ledger may be below it while batches are fetched.
    private long decidedRound;

    private volatile long round;

    /// Sends to one peer; never blocks.
    interface Outlet {
        void send(PartyId to, int channel, Bytes payload);
    }

    ConsensusLoop(
            Ledger ledger,
            Stage.Signer signer,
            Execution execution,
            Replay replay,
            Pool pool,
            Finality finality,
            Couriers couriers,
            Meter meter,
            Outlet outlet,
            Supplier<Set<PartyId>> peers,
            long patienceMillis,
            Consumer<Equivocation> accuser,
            InstantSource clock) {
        this.ledger = ledger;
        this.execution = execution;
        this.replay = replay;
        this.pool = pool;
        this.finality = finality;
        this.couriers = couriers;
        this.meter = meter;
        this.outlet = outlet;
        this.peers = peers;
        this.accuser = accuser;
        this.clock = clock;
        this.signer = signer;
        this.patienceMillis = patienceMillis;
        keptBatches = new KeptBatches(ledger.safety());
        decidedRound = Stage.mark(ledger).round();
        Recovered kept = Recovered.from(ledger, keptBatches, decidedRound);
        stage = open(kept);
        exit = exit();
        next = execution.due(stage.epoch().number() + 1);
        kept.entries().keySet().stream().filter(stage.engine()::keptForOthers).forEach(keptBatches::entry);
        blockServer =
                new BlockServer(ledger, (to, message) -> outlet.send(to, SYNC_CHANNEL, Bytes.wrap(message.encoded())));
    }

    /// Takes in a peer's message; from any thread. What overflows is lost, as on a network.
    ///
    /// @throws PoyangException for a malformed one, which then counts against the peer
    void received(PartyId from, int channel, Bytes payload) {
        Stage now = stage;
        try {
            boolean room = switch (Stage.kind(channel)) {
                case WORD_CHANNEL -> {
                    Attestations.Word word = Attestations.Word.decode(payload.toArray());
                    yield word.header().epoch() == now.epoch().number() + 1
                            ? early.keep(word.header().epoch(), from, channel, payload)
                            : inbox.offer(new Input.Spoken(from, word));
                }
                case SYNC_CHANNEL -> synced(from, SyncMessage.decode(payload.toArray()));
                case FORWARD_CHANNEL -> forwarded(Forwarding.decode(payload.toArray()));
                case ENGINE_CHANNEL, SPREAD_CHANNEL, EXIT_CHANNEL -> ofEpoch(now, from, channel, payload);
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
            throw e;
        }
    }

    private boolean synced(PartyId from, SyncMessage message) {
        if (message instanceof SyncMessage.Blocks blocks && replay.expects(from, blocks.from())) {
            replay.check(blocks, (brought, hold) -> {
                boolean _ = inbox.offer(new Input.Synced(new SyncEvent.Brought(from, brought, hold)));
            });
            return true;
        }
        if (message instanceof SyncMessage.Point(OrderingPoint at)
                && at.epoch() > stage.epoch().number()) {
            // The epoch may have been given up: that is proven by no block.
            outlet.send(from, stage.channel(EXIT_CHANNEL), EpochExit.question());
        }
        return inbox.offer(new Input.Synced(new SyncEvent.Received(from, message)));
    }

    /// What a node that only observes was brought. Signatures are checked where it is executed.
    private boolean forwarded(List<Bytes> items) {
        return admitted.addAll(items) && inbox.offer(new Input.Woken());
    }

    /// What the engines and the spreading of another epoch say waits for that epoch, or comes too late.
    private boolean ofEpoch(Stage now, PartyId from, int channel, Bytes payload) {
        long ahead = now.ahead(channel);
        if (ahead != 0) {
            if (ahead < 0 && Stage.kind(channel) == EXIT_CHANNEL) {
                EpochExit.answer(ledger, now.epoch().number() + ahead)
                        .ifPresent(link -> outlet.send(from, channel, link));
            }
            if (ahead == 1) {
                boolean _ = early.keep(now.epoch().number() + 1, from, channel, payload);
            }
            return inbox.offer(new Input.Synced(ahead < 0 ? new SyncEvent.Behind(from) : new SyncEvent.Ahead(from)));
        }
        if (Stage.kind(channel) == EXIT_CHANNEL) {
            return inbox.offer(
                    new Input.Leaving(from, now.epoch().number(), FallbackMessage.decode(payload.toArray())));
        }
        boolean engine = Stage.kind(channel) == ENGINE_CHANNEL;
        if (!signer.votesIn(now.epoch()) || (engine && now.shut())) {
            return true;
        }
        return engine
                ? inbox.offer(new Input.Message(
                        from, now.epoch().number(), now.engine().decode(payload.toArray())))
                : inbox.offer(
                        new Input.Spread(from, now.epoch().number(), DisseminationMessage.decode(payload.toArray())));
    }

    /// Transactions that clients brought to this node, admitted; from any thread.
    void admitted(List<Bytes> transactions) {
        if (!transactions.isEmpty() && admitted.addAll(transactions) && admitted.size() <= transactions.size()) {
            boolean _ = inbox.offer(new Input.Woken());
        }
    }

    /// From now on this node has links with these; from any thread.
    void among(Set<PartyId> others) {
        boolean _ = inbox.offer(new Input.Synced(new SyncEvent.Among(others)));
    }

    long round() {
        return round;
    }

    /// Runs until interrupted, or until this node is better off with a snapshot; throws when it must stop.
    void run() throws InterruptedException {
        try (blockServer;
                replay) {
            drive();
        }
    }

    private void drive() throws InterruptedException {
        begin();
        while (!replay.tooMany(stage.blockSync().behind())) {
            Input input = inbox.poll(
                    admitted.isEmpty() ? deadlines.millisToWait(LONGEST_WAIT_MILLIS) : 0, TimeUnit.MILLISECONDS);
            if (input != null) {
                take(input);
            }
            fireTimers();
            takeAdmitted();
            if (next.isPresent() && ledger.finalisedHeight() == ledger.height()) {
                turn(next.get(), Optional.empty());
            } else if (next.isEmpty()) {
                exit.link().ifPresent(link -> turn(link.next(), Optional.of(link)));
            }
        }
    }

    private void takeAdmitted() {
        List<Bytes> fresh = new ArrayList<>();
        int _ = admitted.drainTo(fresh);
        if (!signer.votesIn(stage.epoch())) {
            forwarding.forward(
                    fresh, stage.epoch(), clock.millis(), (to, message) -> outlet.send(to, FORWARD_CHANNEL, message));
        } else if (!fresh.isEmpty()) {
            spread(new Dissemination.Event.Admitted(fresh, clock.millis()));
        }
    }

    private void begin() {
        exit.start(clock.millis());
        act(stage.engine().started(clock.millis()));
        for (long height = ledger.finalisedHeight() + 1; height <= ledger.height(); height++) {
            attest(new Attestations.Event.Executed(ledger.header(height).orElseThrow()));
        }
        sync(new SyncEvent.Started(progress(), ledger.safety().get(KEPT_POINT).map(OrderingPoint::decode)));
    }

    private Stage open(Recovered kept) {
        long sequence = clock.millis() << SEQUENCE_BITS;
        return Stage.open(ledger, signer, peers.get(), sequence, kept.entries(), kept.batches(), replay);
    }

    private EpochExit exit() {
        EpochExit made = new EpochExit(
                ledger,
                signer,
                stage,
                patienceMillis,
                new EpochExit.Around(
                        outlet,
                        deadlines,
                        meter,
                        () -> stage = stage.closed(),
                        ordered -> apply(new Engine.Effect.Decided(ordered))));
        stage = made.isShut() ? stage.closed() : stage;
        return made;
    }

    /// Leaves the epoch for the next one.
    ///
    /// @param by why, unless the state says so
    private void turn(Epoch to, Optional<EpochLink> by) {
        List<Bytes> carried = signer.votesIn(stage.epoch()) ? stage.spread().unordered() : forwarding.end();
        by.ifPresentOrElse(ledger::beginEpoch, () -> ledger.beginEpoch(to));
        by.ifPresent(link -> peers.get()
                .forEach(peer -> outlet.send(
                        peer, stage.channel(EXIT_CHANNEL), new FallbackMessage.Link(link.encoded()).encoded())));
        execution.enter(to);
        LOG.info(
                "epoch {} begins above height {}, {} transactions come along; {}",
                to.number(),
                ledger.height(),
                carried.size(),
                to.strength());
        next = Optional.empty();
        decidedRound = 0;
        toExecute.clear();
        deadlines.clear();
        keptBatches.clear();
        stage = open(new Recovered(Map.of(), List.of()));
        exit = exit();
        begin();
        boolean _ = admitted.addAll(carried);
        early.begun(to.number(), this::received);
    }

    private void take(Input input) {
        switch (input) {
            case Input.Message(PartyId from, long of, Engine.Heard message) -> {
                if (of == stage.epoch().number()) {
                    act(stage.engine().received(from, message, clock.millis()));
                }
            }
            case Input.Spread(PartyId from, long of, DisseminationMessage message) -> {
                if (of != stage.epoch().number()) {
                    return;
                }
                if (message instanceof DisseminationMessage.Carried(Batch batch)) {
                    meter.received(batch.transactions().size());
                }
                spread(new Dissemination.Event.Received(from, message, clock.millis()));
            }
            case Input.Leaving(PartyId from, long of, FallbackMessage message) -> {
                if (of == stage.epoch().number()) {
                    exit.received(from, message, clock.millis());
                }
            }
            case Input.Spoken(PartyId from, Attestations.Word word) -> attest(new Attestations.Event.Heard(from, word));
            case Input.Synced(SyncEvent event) -> sync(event);
            case Input.Woken() -> {}
        }
    }

    private void act(Engine.Steps steps) {
        round = stage.engine().round();
        if (!steps.persist().isEmpty()) {
            Map<String, Bytes> entries = new LinkedHashMap<>();
            for (Engine.Kept kept : steps.persist()) {
                entries.put(kept.key(), kept.encoded());
                if (kept.forOthers()) {
                    keptBatches.entry(kept.key());
                    keptBatches.keep(kept, stage.engine().place(kept.round()), stage.spread()::find, entries);
                }
            }
            ledger.safety().putAll(entries);
        }
        steps.send().forEach(out -> outlet.send(out.to(), stage.channel(ENGINE_CHANNEL), out.message()));
        deadlines.follow(steps.timers(), "engine:");
        steps.rejected().forEach(meter::refused);
        steps.apply().forEach(this::apply);
    }

    private void spread(Dissemination.Event event) {
        Ready<Void, DisseminationMessage, Dissemination.Effect> ready =
                stage.spread().step(event);
        send(ready.sendAfterPersist(), stage.channel(SPREAD_CHANNEL), message -> Bytes.wrap(message.encoded()));
        deadlines.follow(ready.timers(), "spread:");
        ready.rejected().forEach(meter::refused);
        boolean changed = false;
        boolean arrived = false;
        for (Dissemination.Effect effect : ready.apply()) {
            switch (effect) {
                case Dissemination.Effect.Arrived(Batch _) -> arrived = true;
                case Dissemination.Effect.Changed() -> changed = true;
                case Dissemination.Effect.Asked(PartyId from, Bytes batch) -> serve(from, batch);
            }
        }
        if (arrived) {
            act(stage.engine().arrived(clock.millis()));
            executeWaiting();
        }
        if (changed) {
            act(stage.engine().available(stage.spread().available(), clock.millis()));
        }
    }

    private void serve(PartyId from, Bytes id) {
        keptBatches
                .find(id)
                .ifPresent(batch -> outlet.send(
                        from,
                        stage.channel(SPREAD_CHANNEL),
                        Bytes.wrap(new DisseminationMessage.Carried(batch).encoded())));
    }

    private void apply(Engine.Effect effect) {
        switch (effect) {
            case Engine.Effect.Decided(Ordered ordered) -> {
                decidedRound = ordered.round();
                exit.decided(ordered.round(), ordered.id());
                toExecute.add(ordered);
                executeWaiting();
            }
            case Engine.Effect.Missing(List<Bytes> payload, PartyId holder) ->
                spread(new Dissemination.Event.Needed(payload, holder, clock.millis()));
            case Engine.Effect.Led(long term, PartyId leader) -> LOG.info("{} leads in term {}", leader, term);
            case Engine.Effect.Equivocated(Equivocation proof) -> accuser.accept(proof);
        }
    }

    /// Executes what is ordered, in order, as far as its batches are here. What came in by catching up was
    /// executed then, and needs none.
    private void executeWaiting() {
        while (!toExecute.isEmpty() && next.isEmpty()) {
            Ordered first = toExecute.getFirst();
            boolean known =
                    first.round() <= stage.round(ledger.header(ledger.height()).orElseThrow());
            Optional<List<Bytes>> transactions = stage.spread().transactions(first.payload());
            if (transactions.isEmpty() && !known) {
                spread(new Dissemination.Event.Needed(first.payload(), first.author(), clock.millis()));
                return;
            }
            toExecute.removeFirst();
            order(first, transactions.orElse(List.of()), known);
        }
        if (next.isPresent()) {
            // The epoch ended below.
            toExecute.clear();
        }
    }

    private void order(Ordered block, List<Bytes> transactions, boolean known) {
        long from = System.nanoTime();
        OrderedMark mark = new OrderedMark(block.round(), block.id());
        BlockHeader below = ledger.header(ledger.height()).orElseThrow();
        long timestampMillis = Math.max(block.timestampMillis(), below.timestampMillis());
        Optional<Execution.Block> executed =
                transactions.isEmpty() || known ? Optional.empty() : execution.run(transactions, timestampMillis);
        if (executed.isEmpty()) {
            ledger.advance(mark);
        } else {
            PreparedBlock prepared = executed.get().prepared();
            BlockHeader header = new BlockHeader(
                    ledger.chainId(),
                    stage.epoch().number(),
                    prepared.height(),
                    below.hash(ledger.genesis().suite()),
                    block.round(),
                    block.author(),
                    timestampMillis,
                    prepared.transactionCount(),
                    prepared.transactionsRoot(),
                    prepared.stateRoot(),
                    prepared.receiptsRoot());
            ledger.commitOrdered(header, prepared, mark);
            meter.written(System.nanoTime() - from);
            couriers.executed(executed.get());
            next = execution.due(stage.epoch().number() + 1);
            attest(new Attestations.Event.Executed(header));
        }
        if (!block.payload().isEmpty()) {
            pool.settled(transactions, executed.map(made -> made.ids().size()).orElse(0), ledger.height());
            spread(new Dissemination.Event.Executed(block.payload()));
        }
        keptBatches.forget(stage.engine(), block.round());
        sync(new SyncEvent.Advanced(progress()));
        if (next.isEmpty()) {
            exit.reached(block.round());
        }
    }

    private void attest(Attestations.Event event) {
        Ready<Attestations.Word, Attestations.Word, Attestations.Effect> ready =
                stage.attestations().step(event);
        send(ready.sendAfterPersist(), WORD_CHANNEL, Attestations.Word::encoded);
        deadlines.follow(ready.timers(), "words:");
        ready.rejected().forEach(meter::refused);
        for (Attestations.Effect effect : ready.apply()) {
            switch (effect) {
                case Attestations.Effect.Finalised(FinalityProof proof) -> {
                    finality.reached(ledger.finalise(proof));
                    couriers.reached(proof);
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
        OrderedMark mark = Stage.mark(ledger);
        BlockHeader last = ledger.header(ledger.height()).orElseThrow();
        return new SyncEvent.Progress(
                mark.round(), mark.blockId(), last.height(), stage.round(last), ledger.finalisedHeight());
    }

    private void sync(SyncEvent event) {
        BlockSync blockSync = stage.blockSync();
        boolean before = blockSync.active();
        Ready<SyncMessage, SyncMessage, SyncEffect> ready = blockSync.step(event);
        if (before != blockSync.active()) {
            LOG.info("{} catching up at height {}", before ? "done" : "begins", ledger.height());
            replay.rest();
        }
        ready.sendAfterPersist().forEach(out -> replay.expect(out.to(), out.message()));
        send(ready.sendAfterPersist(), SYNC_CHANNEL, message -> Bytes.wrap(message.encoded()));
        deadlines.follow(ready.timers(), "sync:");
        ready.rejected().forEach(meter::refused);
        for (SyncEffect effect : ready.apply()) {
            switch (effect) {
                case SyncEffect.Apply(PartyId from, List<ProvenBlock> blocks) -> catchUp(from, blocks);
                case SyncEffect.Remember(OrderingPoint latest) ->
                    ledger.safety().put(KEPT_POINT, latest.encoded());
                case SyncEffect.Resume(OrderingPoint at) -> resume(at);
                case SyncEffect.Serve asked -> blockServer.serve(asked);
            }
        }
    }

    private void resume(OrderingPoint at) {
        if (at.round() <= decidedRound || next.isPresent() || stage.shut()) {
            // The engine handed out what lies there: it is being applied, or the epoch is over or about to be.
            return;
        }
        LOG.info("the order goes on after round {}, height {}", at.round(), at.height());
        // What waits for batches lies below the point, and is executed.
        toExecute.clear();
        decidedRound = at.round();
        ledger.advance(new OrderedMark(at.round(), at.blockId()));
        act(stage.engine().caughtUp(at.blockId(), at.round(), clock.millis()));
    }

    /// Takes in blocks that a quorum attested, unless they are here, and keeps the proofs.
    private void catchUp(PartyId from, List<ProvenBlock> blocks) {
        List<ProvenBlock> fresh = blocks.stream()
                .filter(block -> block.height() > ledger.height())
                .toList();
        Bug.unless(next.isEmpty() || fresh.isEmpty(), "a quorum attests a block above the last of its epoch");
        Replay.Taken taken = replay.run(from, fresh, Stage.mark(ledger));
        taken.blocks().forEach(couriers::executed);
        next = execution.due(stage.epoch().number() + 1);
        for (ProvenBlock block : fresh) {
            List<Bytes> items = block.items();
            pool.settled(items, items.size(), ledger.height());
            forwarding.settled(items);
        }
        blocks.forEach(block -> attest(new Attestations.Event.Proven(block.proof())));
        taken.lie().ifPresent(height -> sync(new SyncEvent.Lied(from, height)));
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

    private void fireTimers() {
        for (String timer : deadlines.due()) {
            if (timer.startsWith("engine:")) {
                act(stage.engine().timerFired(timer.substring("engine:".length()), clock.millis()));
            } else if (timer.startsWith("spread:")) {
                spread(new Dissemination.Event.TimerFired(timer.substring("spread:".length()), clock.millis()));
            } else if (timer.startsWith(EpochExit.TIMERS)) {
                exit.fired(timer.substring(EpochExit.TIMERS.length()), clock.millis());
            } else if (timer.startsWith("sync:")) {
                sync(new SyncEvent.TimerFired());
            } else {
                attest(new Attestations.Event.TimerFired());
            }
        }
    }
}
