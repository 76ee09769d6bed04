package poyang.chain.consensus.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.fallback.Fallback;
import poyang.chain.consensus.fallback.FallbackEffect;
import poyang.chain.consensus.fallback.FallbackEntry;
import poyang.chain.consensus.fallback.FallbackEvent;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.chain.consensus.fallback.Remains;
import poyang.chain.consensus.raft.RaftRemains;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// One node of {@link SimulatedEpochs}, from epoch to epoch: what it has on disk, its machines, and
/// what it does when it crashes, is behind, or is asked. Of everything that it decides and proves
/// the chain's invariants are checked.
final class EpochNode {
    private static final long PATIENCE_MILLIS = 12_000;
    private static final int SERVED = 16;

    private final SimulatedEpochs chain;
    final PartyId id;
    boolean honest = true;
    boolean up;
    SimulatedEpochs.Behaviour behaviour = (_, _, said) -> said;

    // On disk.
    private final List<Letter.Block> blocks = new ArrayList<>();
    private final List<FinalityProof> proofs = new ArrayList<>();
    private final Proposals proposals = new Proposals();
    private final TreeMap<Long, Letter.End> overs = new TreeMap<>();
    private Map<String, Bytes> kept = new TreeMap<>();
    private Epoch epoch;
    private Bytes start = SimulatedEpochs.CHAIN;
    private long orderedRound;
    private Bytes ordered = SimulatedEpochs.CHAIN;

    private long life;
    private Optional<SimulatedEngine> engine = Optional.empty();
    private Attestations attestations;
    private Optional<Fallback> fallback = Optional.empty();
    private final Map<String, Long> timerSets = new TreeMap<>();
    private Optional<Epoch> next = Optional.empty();
    private long lastRound = Long.MAX_VALUE;
    private boolean executedAll;
    private List<FinalityProof.Signed> over = List.of();

    @SuppressWarnings("NullAway.Init") // restart makes the machines
    EpochNode(SimulatedEpochs chain, PartyId id) {
        this.chain = chain;
        this.id = id;
        epoch = chain.first;
    }

    Bytes start() {
        return start;
    }

    Epoch epoch() {
        return epoch;
    }

    int finalHeight() {
        return proofs.size();
    }

    boolean holds(Bytes transaction) {
        return blocks.stream().anyMatch(b -> b.transactions().contains(transaction));
    }

    boolean allFinal() {
        return proofs.size() == blocks.size();
    }

    Signatures signatures() {
        return new KeyedSignatures(epoch, id);
    }

    private boolean votes() {
        return epoch.indexOf(id) >= 0;
    }

    private long clock() {
        return chain.simulation.nowMillis() + 100_000;
    }

    void crash() {
        up = false;
        life++;
        timerSets.clear();
    }

    void restart() {
        up = true;
        enter();
        askNowAndThen(life);
    }

    /// Makes the machines of the present epoch, from what is on disk.
    private void enter() {
        life++;
        timerSets.clear();
        lastRound = Long.MAX_VALUE;
        executedAll = false;
        over = List.of();
        next = due();
        List<BlockHeader> finals = blocks.subList(0, proofs.size()).stream()
                .map(Letter.Block::header)
                .toList();
        attestations = new Attestations(SimulatedEpochs.CHAIN, epoch, id, signatures(), proofs.size(), finals);
        engine = Optional.empty();
        fallback = Optional.empty();
        if (votes()) {
            fallback = Optional.of(exit());
            if (!fallback.get().isShut()) {
                Map<String, Bytes> entries = new TreeMap<>(kept);
                entries.keySet().removeIf(key -> key.startsWith(FallbackEntry.PREFIX));
                engine = Optional.of(SimulatedEngine.of(
                        new SimulatedEngine.Place(SimulatedEpochs.CHAIN, epoch, id, start, orderedRound, ordered),
                        signatures(),
                        entries,
                        chain.simulation.random().nextLong()));
            }
            leave(new FallbackEvent.Started(clock()));
        }
        long now = life;
        engine.ifPresent(e -> act(e.started(clock())));
        if (life == now && votes()) {
            for (int i = proofs.size(); i < blocks.size(); i++) {
                attest(new Attestations.Event.Executed(blocks.get(i).header()));
            }
            offer();
        }
    }

    private Fallback exit() {
        List<FallbackEntry> entries = new ArrayList<>();
        kept.forEach((key, value) -> {
            if (key.startsWith(FallbackEntry.PREFIX)) {
                entries.add(FallbackEntry.decode(key, value));
            }
        });
        Remains remains = SimulatedEngine.remains(
                new SimulatedEngine.Place(SimulatedEpochs.CHAIN, epoch, id, start, orderedRound, ordered),
                signatures(),
                () -> kept,
                () -> new RaftRemains.Applied(orderedRound, ordered));
        return new Fallback(
                new Fallback.Scene(SimulatedEpochs.CHAIN, epoch, id, signatures()),
                remains,
                PATIENCE_MILLIS,
                entries,
                orderedRound,
                ordered);
    }

    private List<Bytes> open() {
        return chain.pool.stream().filter(t -> !holds(t)).limit(20).toList();
    }

    void offer() {
        if (up) {
            engine.ifPresent(e -> act(e.available(open(), clock())));
        }
    }

    // ---- engine -------------------------------------------------------------------------------

    private boolean crashesNow() {
        if (!honest || chain.crashes == 0 || chain.simulation.random().nextDouble() >= chain.crashChance) {
            return false;
        }
        chain.crashes--;
        crash();
        chain.simulation.after(500 + chain.simulation.random().nextLong(4_000), this::restart);
        return true;
    }

    private boolean persist(Map<String, Bytes> entries) {
        if (!entries.isEmpty() && crashesNow()) {
            return false;
        }
        kept.putAll(entries);
        return entries.isEmpty() || !crashesNow();
    }

    private void act(SimulatedEngine.Steps steps) {
        long now = life;
        SimulatedEpochs.check(
                fallback.filter(Fallback::isShut).isEmpty(), id + " takes a step in an epoch that it has closed");
        if (!persist(steps.persist())) {
            return;
        }
        if (chain.muted != epoch.number()) {
            steps.send().forEach(out -> say(out.to(), out.message()));
        }
        steps.timers().forEach(timer -> setTimer("engine:", timer));
        for (SimulatedEngine.Decided each : steps.decided()) {
            if (life == now) {
                decide(each);
            }
        }
    }

    private void decide(SimulatedEngine.Decided block) {
        if (next.isPresent()) {
            // The epoch ended below.
            return;
        }
        long now = life;
        leave(new FallbackEvent.Decided(block.round(), block.id()));
        if (life != now) {
            return;
        }
        BlockHeader below = blocks.isEmpty() ? null : blocks.getLast().header();
        boolean known = below != null && below.epoch() == epoch.number() && block.round() <= below.round();
        List<Bytes> fresh =
                block.payload().stream().distinct().filter(t -> !holds(t)).toList();
        boolean makesBlock = !known && !fresh.isEmpty();
        if (makesBlock) {
            long time = Math.max(block.timestampMillis(), below == null ? 0 : below.timestampMillis());
            execute(fresh, block.round(), block.author(), time);
        }
        orderedRound = block.round();
        ordered = block.id();
        if (makesBlock) {
            attest(new Attestations.Event.Executed(blocks.getLast().header()));
        }
        if (life == now) {
            reached();
            turnWhenOver();
        }
    }

    private void execute(List<Bytes> transactions, long round, PartyId author, long time) {
        Bytes previous = blocks.isEmpty()
                ? SimulatedEpochs.CHAIN
                : blocks.getLast().header().hash(CryptoSuite.SM);
        Bytes root = Sm3.hash(
                previous.toArray(),
                transactions.stream().reduce(Bytes.empty(), Bytes::concat).toArray());
        BlockHeader header = new BlockHeader(
                SimulatedEpochs.CHAIN,
                epoch.number(),
                blocks.size() + 1L,
                previous,
                round,
                author,
                time,
                transactions.size(),
                root,
                root,
                root);
        blocks.add(new Letter.Block(header, List.copyOf(transactions)));
        for (Proposals.Counted word : proposals.execute(header, transactions)) {
            SimulatedEpochs.check(
                    !chain.node(word.validator()).honest || chain.words.contains(word.transaction()),
                    word.validator() + " is taken for ready, and never said so");
        }
        next = due();
        chain.simulation.observe(id + " executes " + header.height());
        if (honest) {
            Bytes hash = header.hash(CryptoSuite.SM);
            Bytes agreed = chain.history.putIfAbsent(header.height(), hash);
            SimulatedEpochs.check(
                    agreed == null || agreed.equals(hash),
                    "height " + header.height() + " was decided in two ways, by " + id + " in epoch " + epoch.number());
        }
    }

    private Bytes lastHash() {
        return blocks.isEmpty()
                ? SimulatedEpochs.CHAIN
                : blocks.getLast().header().hash(CryptoSuite.SM);
    }

    private Optional<Epoch> due() {
        return proposals.due(epoch.number() + 1);
    }

    // ---- words --------------------------------------------------------------------------------

    private void attest(Attestations.Event event) {
        if (!up) {
            return;
        }
        Ready<Word, Word, Attestations.Effect> ready = attestations.step(event);
        long now = life;
        if (votes()) {
            ready.sendAfterPersist().forEach(out -> say(out.to(), out.message()));
        }
        ready.timers().forEach(timer -> setTimer("words:", timer));
        for (Attestations.Effect effect : ready.apply()) {
            switch (effect) {
                case Attestations.Effect.Finalised(FinalityProof proof) -> {
                    SimulatedEpochs.check(
                            proof.header().height() == proofs.size() + 1L, "certified heights jump or fall");
                    SimulatedEpochs.check(proof.signatures().size() >= epoch.quorum(), "a proof without a quorum");
                    SimulatedEpochs.check(
                            !honest
                                    || Objects.equals(
                                            chain.history.get(proof.header().height()),
                                            proof.header().hash(CryptoSuite.SM)),
                            "a proof of another chain.history");
                    proofs.add(proof);
                }
                case Attestations.Effect.Diverged(BlockHeader mine, Bytes _) ->
                    SimulatedEpochs.check(!honest, id + " diverged at height " + mine.height());
            }
        }
        if (life == now) {
            turnWhenOver();
        }
    }

    // ---- from epoch to epoch ------------------------------------------------------------------

    private void turnWhenOver() {
        if (proofs.size() != blocks.size()) {
            return;
        }
        if (next.isPresent()) {
            turn(next.get());
        } else if (!over.isEmpty()) {
            overs.put(epoch.number(), new Letter.End(blocks.size(), over));
            chain.givenUp++;
            turn(epoch.fallback().orElseThrow());
        }
    }

    private void turn(Epoch to) {
        if (honest) {
            Epoch known = chain.epochs.putIfAbsent(to.number(), to);
            Long end = chain.ends.putIfAbsent(epoch.number(), (long) blocks.size());
            SimulatedEpochs.check(known == null || known.equals(to), "two epochs have the number " + to.number());
            SimulatedEpochs.check(end == null || end == blocks.size(), "epoch " + epoch.number() + " ended twice");
        }
        chain.simulation.observe(id + " turns to " + to.number());
        epoch = to;
        start = lastHash();
        kept = new TreeMap<>();
        orderedRound = 0;
        ordered = start;
        enter();
    }

    private void leave(FallbackEvent event) {
        if (!up || fallback.isEmpty()) {
            return;
        }
        Ready<FallbackEntry, FallbackMessage, FallbackEffect> ready =
                fallback.get().step(event);
        long now = life;
        Map<String, Bytes> entries = new TreeMap<>();
        ready.persist().forEach(entry -> entries.put(entry.key(CryptoSuite.SM), entry.encoded()));
        if (!persist(entries)) {
            return;
        }
        ready.sendAfterPersist()
                .forEach(out -> say(
                        out.to(), FallbackMessage.decode(out.message().encoded().toArray())));
        ready.timers().forEach(timer -> setTimer("exit:", timer));
        for (FallbackEffect effect : ready.apply()) {
            if (life != now) {
                return;
            }
            switch (effect) {
                case FallbackEffect.Shut() -> engine = Optional.empty();
                case FallbackEffect.Rest(List<Remains.Item> items, long round) -> {
                    for (Remains.Item item : items) {
                        if (life == now) {
                            decide(new SimulatedEngine.Decided(
                                    item.id(), item.round(), item.author(), item.timestampMillis(), item.payload()));
                        }
                    }
                    if (life == now) {
                        lastRound = round;
                        reached();
                    }
                }
                case FallbackEffect.Over(List<FinalityProof.Signed> words) -> {
                    over = words;
                    turnWhenOver();
                }
            }
        }
    }

    private void reached() {
        if (!executedAll && orderedRound >= lastRound && next.isEmpty()) {
            executedAll = true;
            leave(new FallbackEvent.Executed(lastHash()));
        }
    }

    // ---- catching up --------------------------------------------------------------------------

    private void askNowAndThen(long atLife) {
        chain.simulation.after(700 + chain.simulation.random().nextLong(600), () -> {
            if (up && life >= atLife) {
                List<PartyId> all = List.copyOf(chain.nodes.keySet());
                PartyId peer = all.get(chain.simulation.random().nextInt(all.size()));
                if (!peer.equals(id)) {
                    say(peer, new Letter.AskBlocks(proofs.size()));
                }
                sayReady();
                askNowAndThen(atLife);
            }
        });
    }

    /// Says that it has a proposal's block, final, with the key that the proposal names for it.
    private void sayReady() {
        proposals
                .open(epoch.number() + 1)
                .filter(to -> to.indexOf(id) >= 0 && !proposals.isReady(id) && proposals.height() <= proofs.size())
                .ifPresent(to -> {
                    Bytes word = Proposals.ready(to, id, proposals.height(), new KeyedSignatures(to, id));
                    if (chain.words.add(word)) {
                        chain.submit(word);
                    }
                });
    }

    /// What it knows of proposals.
    Proposals proposals() {
        return proposals;
    }

    private void serve(PartyId to, int from) {
        List<Letter.Served> found = new ArrayList<>();
        for (int i = from; i < proofs.size() && found.size() < SERVED; i++) {
            found.add(new Letter.Served(blocks.get(i), proofs.get(i)));
        }
        if (!found.isEmpty() || epoch.number() > 0) {
            say(to, new Letter.Blocks(found, Map.copyOf(overs)));
        }
    }

    private void take(Letter.Blocks brought) {
        leaveBy(brought.ends());
        for (Letter.Served each : brought.blocks()) {
            BlockHeader header = each.block().header();
            if (header.height() == proofs.size() + 1L
                    && header.epoch() == epoch.number()
                    && each.holds(epoch, signatures())) {
                if (blocks.size() == proofs.size()) {
                    execute(each.block().transactions(), header.round(), header.proposer(), header.timestampMillis());
                }
                boolean same = blocks.get(proofs.size()).header().equals(header);
                SimulatedEpochs.check(!honest || same, "a served block is another");
                attest(new Attestations.Event.Proven(each.proof()));
                leaveBy(brought.ends());
            }
        }
    }

    /// Leaves the epochs that end here, and were given up.
    private void leaveBy(Map<Long, Letter.End> ends) {
        Letter.End end = ends.get(epoch.number());
        while (end != null
                && end.height() == blocks.size()
                && proofs.size() == blocks.size()
                && next.isEmpty()
                && end.holds(epoch, lastHash(), signatures())) {
            over = end.over();
            turnWhenOver();
            end = ends.get(epoch.number());
        }
    }

    // ---- letters ------------------------------------------------------------------------------

    private void say(PartyId to, Object honestWord) {
        Object word = honest ? honestWord : behaviour.says(this, to, honestWord);
        chain.network.send(
                id,
                to,
                new Letter(epoch.number(), word),
                (from, letter) -> chain.node(to).hear(from, letter));
    }

    private void hear(PartyId from, Letter letter) {
        if (!up) {
            return;
        }
        switch (letter.content()) {
            case Word word -> attest(new Attestations.Event.Heard(from, word));
            case Letter.AskBlocks(int height) -> serve(from, height);
            case Letter.Blocks brought -> take(brought);
            case FallbackMessage message -> {
                if (letter.epoch() == epoch.number()) {
                    leave(new FallbackEvent.Received(from, message, clock()));
                }
            }
            default -> {
                if (letter.epoch() == epoch.number()) {
                    engine.ifPresent(e -> act(e.received(from, letter.content(), clock())));
                    offer();
                }
            }
        }
    }

    private void setTimer(String machine, Ready.TimerChange timer) {
        String name = machine + timer.name();
        long set = timerSets.merge(name, 1L, Long::sum);
        long now = life;
        if (timer.delayMillis() < 0) {
            return;
        }
        chain.simulation.after(timer.delayMillis(), () -> {
            if (life == now && up && timerSets.getOrDefault(name, 0L) == set) {
                switch (machine) {
                    case "engine:" -> engine.ifPresent(e -> act(e.timerFired(timer.name(), clock())));
                    case "words:" -> attest(new Attestations.Event.TimerFired());
                    default -> leave(new FallbackEvent.TimerFired(timer.name(), !open().isEmpty(), clock()));
                }
            }
        });
    }
}
