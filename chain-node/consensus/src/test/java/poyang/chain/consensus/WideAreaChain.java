package poyang.chain.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.simulation.Simulation;

/// The chain's machines on sites far apart, in virtual time: what a network's delays, each validator's uplink
/// and each validator's processor make of a load. Nothing fails here; {@link Campaign} is for that.
///
/// A message leaves when its sender's processor and uplink are free, takes the way between the two sites, and
/// waits for the receiver's processor. Signing, verifying, executing and handling a message take their time on
/// one processor a validator.
final class WideAreaChain {
    private static final Bytes CHAIN = Sm3.hash(new byte[] {43});
    /// Latitude and longitude of Nanchang, Beijing, Shanghai, Guangzhou and Chengdu.
    private static final double[][] SITES = {
        {28.68, 115.86}, {39.90, 116.41}, {31.23, 121.47}, {23.13, 113.26}, {30.57, 104.07}
    };

    private static final double EARTH_KILOMETRES = 6_371;
    /// Light in fibre, with ways twice as long as the crow flies.
    private static final double KILOMETRES_A_MILLI = 100;
    private static final double WITHIN_A_SITE_MILLIS = 0.5;

    /// What things cost and how much is asked.
    ///
    /// @param wide sites of one country, or one building
    /// @param perSecond transactions that clients bring, to all validators alike
    /// @param seconds of load
    record Settings(int nodes, long seed, boolean wide, int perSecond, int seconds, Costs costs) {}

    /// @param signMicros of a validator's signature
    /// @param verifyMicros of a validator's signature, as one of several that are checked together
    /// @param transactionMicros to check, execute and write one transaction
    /// @param blockMicros to execute and write a block, besides its transactions
    /// @param messageMicros to send or to take in a message
    /// @param megabits a second that a validator can send
    record Costs(
            double signMicros,
            double verifyMicros,
            double transactionMicros,
            double blockMicros,
            double messageMicros,
            double megabits) {}

    /// @param perSecond transactions with a proof at their validator, a second, after the first fifth of the time
    /// @param slowestDelayMillis from one validator to another, on the longest way
    /// @param busiest share of the time in which the busiest processor worked
    /// @param megabits a second that the busiest validator sent
    record Outcome(
            long submitted,
            long proven,
            double perSecond,
            long p50Millis,
            long p99Millis,
            double slowestDelayMillis,
            double busiest,
            double megabits,
            double transactionsABlock) {
        /// What is declared for these delays and this load.
        DeclaredTime declared(Settings of, double slower) {
            double execution =
                    of.costs().blockMicros() + transactionsABlock * of.costs().transactionMicros();
            return DeclaredTime.of(
                    Epoch.BFT,
                    of.nodes(),
                    Epoch.DEFAULT_BLOCK_TIME_MILLIS,
                    slower * slowestDelayMillis,
                    execution / 1e3,
                    transactionsABlock);
        }
    }

    private final Settings settings;
    private final Simulation simulation;
    private final Epoch epoch;
    private final Map<PartyId, Node> nodes = new LinkedHashMap<>();
    private final Map<Bytes, Bytes> roots = new HashMap<>();
    private final double[][] wayMillis;
    private final long[] submittedMillis;
    private final long[] provenMillis;
    private int submitted;

    WideAreaChain(Settings settings) {
        this.settings = settings;
        simulation = new Simulation(settings.seed());
        epoch = Campaign.epoch(settings.nodes());
        wayMillis = ways();
        submittedMillis = new long[settings.perSecond() * settings.seconds()];
        provenMillis = new long[submittedMillis.length];
        Arrays.fill(provenMillis, -1);
        epoch.validators().forEach(v -> nodes.put(v.id(), new Node(v.id(), nodes.size())));
    }

    private double[][] ways() {
        double[][] way = new double[settings.nodes()][settings.nodes()];
        for (int a = 0; a < settings.nodes(); a++) {
            for (int b = 0; b < settings.nodes(); b++) {
                double kilometres = settings.wide() ? kilometres(SITES[a % SITES.length], SITES[b % SITES.length]) : 0;
                way[a][b] = WITHIN_A_SITE_MILLIS + kilometres / KILOMETRES_A_MILLI;
            }
        }
        return way;
    }

    /// Along a great circle.
    private static double kilometres(double[] a, double[] b) {
        double north = Math.toRadians(a[0] - b[0]);
        double east = Math.toRadians(a[1] - b[1]);
        double h = Math.pow(Math.sin(north / 2), 2)
                + Math.cos(Math.toRadians(a[0])) * Math.cos(Math.toRadians(b[0])) * Math.pow(Math.sin(east / 2), 2);
        return 2 * EARTH_KILOMETRES * Math.asin(Math.sqrt(h));
    }

    /// Runs the load, and then until all is proven or half as long again has passed.
    Outcome run() {
        nodes.values().forEach(node -> node.enqueue(() -> node.feed(new BftEvent.Started(node.clock()))));
        for (int i = 0; i < submittedMillis.length; i++) {
            long at = 1_000 + 1_000L * i / settings.perSecond();
            simulation.after(at, this::submit);
        }
        long end = 1_000 + settings.seconds() * 1_500L;
        while (simulation.nowMillis() < end && simulation.step()) {
            if (submitted == provenMillis.length && Arrays.stream(provenMillis).allMatch(at -> at >= 0)) {
                break;
            }
        }
        return outcome();
    }

    private void submit() {
        int index = submitted++;
        Node node = new ArrayList<>(nodes.values()).get(index % settings.nodes());
        // 256 bytes of payload, a signature and the form around them.
        byte[] transaction = new CanonicalWriter("wide-area transaction")
                .u64(index)
                .bytes(new byte[384])
                .toArray();
        submittedMillis[index] = simulation.nowMillis();
        node.enqueue(() -> {
            node.mine.put(Bytes.wrap(transaction), index);
            node.spread(new Dissemination.Event.Admitted(List.of(Bytes.wrap(transaction)), node.clock()));
        });
    }

    private Outcome outcome() {
        long from = 1_000 + settings.seconds() * 200L;
        long until = 1_000 + settings.seconds() * 1_000L;
        long[] latencies = new long[provenMillis.length];
        int proven = 0;
        int within = 0;
        for (int i = 0; i < provenMillis.length; i++) {
            if (provenMillis[i] >= 0) {
                latencies[proven++] = provenMillis[i] - submittedMillis[i];
                within += provenMillis[i] >= from && provenMillis[i] < until ? 1 : 0;
            }
        }
        long[] sorted = Arrays.copyOf(latencies, proven);
        Arrays.sort(sorted);
        double seconds = simulation.nowMillis() / 1_000.0;
        double slowest =
                Arrays.stream(wayMillis).flatMapToDouble(Arrays::stream).max().orElseThrow();
        Node any = nodes.values().iterator().next();
        return new Outcome(
                submitted,
                proven,
                within * 1_000.0 / (until - from),
                proven == 0 ? -1 : sorted[proven / 2],
                proven == 0 ? -1 : sorted[(int) (proven * 0.99)],
                slowest,
                nodes.values().stream().mapToDouble(n -> n.workedMicros).max().orElseThrow() / 1e6 / seconds,
                nodes.values().stream().mapToDouble(n -> n.sentBytes).max().orElseThrow() * 8 / 1e6 / seconds,
                any.headers.isEmpty()
                        ? 0
                        : any.headers.stream()
                                .mapToInt(BlockHeader::transactionCount)
                                .average()
                                .orElseThrow());
    }

    /// One validator: its machines, its processor and its uplink.
    private final class Node {
        private final PartyId id;
        private final int index;
        private final Dissemination spread;
        private final BftReplica replica;
        private final Attestations attestations;
        private final Map<Bytes, Integer> mine = new HashMap<>();
        private final TreeMap<Long, List<Integer>> waiting = new TreeMap<>();
        private final ArrayDeque<BftEffect.Ordered> toExecute = new ArrayDeque<>();
        private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
        private final List<BlockHeader> headers = new ArrayList<>();
        private final Map<String, Long> timerSets = new TreeMap<>();
        private double freeMicros;
        private double uplinkFreeMicros;
        private double workedMicros;
        private double sentBytes;
        private boolean woken;

        Node(PartyId id, int index) {
            this.id = id;
            this.index = index;
            Signatures signatures = new Metered(new QuickSignatures(epoch, id));
            spread = new Dissemination(CHAIN, epoch, id, signatures, 1, List.of());
            replica = new BftReplica(BftConfig.of(CHAIN, epoch, id), signatures, spread, List.of(), CHAIN, 0);
            attestations = new Attestations(CHAIN, epoch, id, signatures, 0, List.of());
        }

        private long clock() {
            return simulation.nowMillis() + 100_000;
        }

        private void work(double micros) {
            freeMicros += micros;
            workedMicros += micros;
        }

        // ---- the processor ------------------------------------------------------------------------

        private void enqueue(Runnable work) {
            inbox.add(work);
            if (!woken) {
                woken = true;
                wake();
            }
        }

        private void wake() {
            double now = simulation.nowMillis() * 1_000.0;
            freeMicros = Math.max(freeMicros, now);
            while (!inbox.isEmpty() && freeMicros < now + 1_000) {
                work(settings.costs().messageMicros());
                inbox.removeFirst().run();
            }
            woken = !inbox.isEmpty();
            if (woken) {
                simulation.after((long) (freeMicros / 1_000) - simulation.nowMillis(), this::wake);
            }
        }

        private void send(PartyId to, int bytes, Consumer<Node> arrival) {
            Node receiver = nodes.get(to);
            if (receiver == null) {
                throw new AssertionError("unknown node");
            }
            work(settings.costs().messageMicros());
            uplinkFreeMicros = Math.max(uplinkFreeMicros, freeMicros)
                    + 8.0 * bytes / settings.costs().megabits();
            sentBytes += bytes;
            double way =
                    wayMillis[index][receiver.index] * (1 + simulation.random().nextDouble(0.1));
            long at = (long) Math.ceil(uplinkFreeMicros / 1_000 + way);
            simulation.after(at - simulation.nowMillis(), () -> receiver.enqueue(() -> arrival.accept(receiver)));
        }

        private void timers(List<Ready.TimerChange> changes, String machine, Consumer<String> fire) {
            for (Ready.TimerChange timer : changes) {
                long set = timerSets.merge(machine + timer.name(), 1L, Long::sum);
                if (timer.delayMillis() >= 0) {
                    simulation.after(timer.delayMillis(), () -> {
                        if (timerSets.getOrDefault(machine + timer.name(), 0L) == set) {
                            enqueue(() -> fire.accept(timer.name()));
                        }
                    });
                }
            }
        }

        // ---- the machines -------------------------------------------------------------------------

        private void feed(BftEvent event) {
            Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
            SizeOnce size = new SizeOnce();
            for (Ready.Outbound<BftMessage> out : ready.sendAfterPersist()) {
                BftMessage message = out.message();
                send(
                        out.to(),
                        size.of(message, message::encoded),
                        to -> to.feed(new BftEvent.Received(id, message, to.clock())));
            }
            timers(ready.timers(), "bft ", name -> feed(new BftEvent.TimerFired(name, clock())));
            for (BftEffect effect : ready.apply()) {
                switch (effect) {
                    case BftEffect.Ordered ordered -> {
                        toExecute.add(ordered);
                        executeWaiting();
                    }
                    case BftEffect.Missing(List<Bytes> payload, PartyId holder) ->
                        spread(new Dissemination.Event.Needed(payload, holder, clock()));
                    case BftEffect.Equivocated(Equivocation proof) ->
                        throw new AssertionError(proof.culprit() + " equivocated");
                }
            }
        }

        private void spread(Dissemination.Event event) {
            Ready<Void, DisseminationMessage, Dissemination.Effect> ready = spread.step(event);
            SizeOnce size = new SizeOnce();
            for (Ready.Outbound<DisseminationMessage> out : ready.sendAfterPersist()) {
                DisseminationMessage message = out.message();
                send(
                        out.to(),
                        size.of(message, message::encoded),
                        to -> to.spread(new Dissemination.Event.Received(id, message, to.clock())));
            }
            timers(ready.timers(), "spread ", name -> spread(new Dissemination.Event.TimerFired(name, clock())));
            for (Dissemination.Effect effect : ready.apply()) {
                switch (effect) {
                    case Dissemination.Effect.Arrived(Batch _) -> {
                        feed(new BftEvent.PayloadArrived(clock()));
                        executeWaiting();
                    }
                    case Dissemination.Effect.Changed() ->
                        feed(new BftEvent.PayloadAvailable(spread.available(), clock()));
                    case Dissemination.Effect.Asked(PartyId from, Bytes batch) ->
                        throw new AssertionError(from + " lacks batch " + batch + " which is forgotten already");
                }
            }
        }

        private void attest(Attestations.Event event) {
            Ready<Word, Word, Attestations.Effect> ready = attestations.step(event);
            SizeOnce size = new SizeOnce();
            for (Ready.Outbound<Word> out : ready.sendAfterPersist()) {
                Word word = out.message();
                send(
                        out.to(),
                        size.of(word, () -> word.encoded().toArray()),
                        to -> to.attest(new Attestations.Event.Heard(id, word)));
            }
            timers(ready.timers(), "words ", _ -> attest(new Attestations.Event.TimerFired()));
            for (Attestations.Effect effect : ready.apply()) {
                switch (effect) {
                    case Attestations.Effect.Finalised(var proof) -> {
                        long at = (long) (freeMicros / 1_000);
                        List<Integer> proven = waiting.remove(proof.header().height());
                        if (proven != null) {
                            proven.forEach(i -> provenMillis[i] = at);
                        }
                    }
                    case Attestations.Effect.Diverged(BlockHeader header, Bytes _) ->
                        throw new AssertionError(id + " diverged at height " + header.height());
                }
            }
        }

        private void executeWaiting() {
            while (!toExecute.isEmpty()) {
                OrderedBlock block = toExecute.getFirst().block();
                Optional<List<Bytes>> transactions = spread.transactions(block.payload());
                if (transactions.isEmpty()) {
                    spread(new Dissemination.Event.Needed(block.payload(), block.author(), clock()));
                    return;
                }
                toExecute.removeFirst();
                if (!transactions.get().isEmpty()) {
                    execute(block, transactions.get());
                }
                if (!block.isEmpty()) {
                    spread(new Dissemination.Event.Executed(block.payload()));
                }
            }
        }

        private void execute(OrderedBlock block, List<Bytes> transactions) {
            work(settings.costs().blockMicros()
                    + transactions.size() * settings.costs().transactionMicros());
            Bytes previous = headers.isEmpty() ? CHAIN : headers.getLast().hash(CryptoSuite.SM);
            Bytes root = roots.computeIfAbsent(
                    block.id(CryptoSuite.SM),
                    _ -> MerkleTree.root(
                            CryptoSuite.SM,
                            transactions.stream()
                                    .map(t -> new TransactionLeaf(t, Bytes.empty(), 0).encoded())
                                    .toList()));
            BlockHeader header = new BlockHeader(
                    CHAIN,
                    epoch.number(),
                    headers.size() + 1L,
                    previous,
                    block.round(),
                    block.author(),
                    block.timestampMillis(),
                    transactions.size(),
                    root,
                    root,
                    root);
            headers.add(header);
            List<Integer> own = new ArrayList<>();
            for (Bytes transaction : transactions) {
                Integer known = mine.remove(transaction);
                if (known != null) {
                    own.add(known);
                }
            }
            waiting.put(header.height(), own);
            attest(new Attestations.Event.Executed(header));
        }

        /// What signing and verifying would take, on this validator's processor.
        private final class Metered implements Signatures {
            private final Signatures quick;

            Metered(Signatures quick) {
                this.quick = quick;
            }

            @Override
            public Signature sign(byte[] message) {
                work(settings.costs().signMicros());
                return quick.sign(message);
            }

            @Override
            public boolean verify(List<Signed> signed) {
                work(settings.costs().verifyMicros() * signed.size());
                return quick.verify(signed);
            }
        }
    }

    /// A message to many is encoded once.
    private static final class SizeOnce {
        private final IdentityHashMap<Object, Integer> sizes = new IdentityHashMap<>();

        int of(Object message, Supplier<byte[]> encoded) {
            return sizes.computeIfAbsent(message, _ -> encoded.get().length);
        }
    }
}
