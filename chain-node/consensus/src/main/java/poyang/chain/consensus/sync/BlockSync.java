package poyang.chain.consensus.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.sync.SyncEvent.Progress;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// Brings a validator back that is further behind than the blocks which consensus itself still passes on.
///
/// Two things are needed, and trusted for different reasons. **Blocks** come in ranges from several peers
/// at once; each carries a quorum's attestations of its header, which names the transactions, so that any
/// peer may serve it. **Where in the order** the ledger stands then no header says, since consensus also
/// orders empty blocks of which the ledger makes none. Every validator therefore announces, once in
/// {@link #CHECKPOINT_ROUNDS} rounds, the last block ordered before that checkpoint and the height after
/// it. More equal announcements than there may be liars contain an honest one, and honest validators
/// order the same blocks: such a point is true, and consensus resumes from it once the ledger stands at
/// its height.
///
/// A peer that is in a later epoch says so with its points. Blocks are taken up to the last one of the own
/// epoch, each with the proof of that epoch; the next epoch has a machine of its own.
///
/// A peer that serves what does not hold is passed over for that range and reported; one that is silent is
/// passed over after a while. Memory is bounded by {@link #MOST_RANGES} messages of blocks.
public final class BlockSync implements Machine<SyncEvent, Ready<SyncMessage, SyncMessage, SyncEffect>> {
    /// How many rounds lie between two checkpoints.
    public static final long CHECKPOINT_ROUNDS = 64;

    static final String TIMER = "sync";
    static final int MOST_RANGES = 8;
    private static final long TICK_MILLIS = 500;
    private static final int PATIENCE_TICKS = 6;
    private static final int ASKING_TICKS = 4;
    private static final int POINTS_KEPT = 4;
    private static final long ROUNDS_BEHIND = 2 * CHECKPOINT_ROUNDS;
    private static final long HEIGHTS_BEHIND = 64;
    private static final int MOST_AT_ONE_PEER = 2;

    private final Bytes chainId;
    private final PartyId self;
    private final Epoch epoch;
    private final Signatures signatures;
    private final List<PartyId> peers;
    private List<PartyId> others;
    private final boolean following;
    private final boolean outcomes;
    private final TreeSet<PartyId> liars = new TreeSet<>();
    private final int believed;
    private final TreeMap<PartyId, TreeMap<Place, OrderingPoint>> points = new TreeMap<>();
    private final TreeMap<Long, Range> open = new TreeMap<>();
    private final TreeMap<Long, SyncEffect.Apply> arrived = new TreeMap<>();
    private final TreeSet<PartyId> ahead = new TreeSet<>();
    private Progress state;
    private OrderingPoint latest;
    private long handed;
    private long planned;
    private boolean active;
    private int turn;
    private int ticks;

    private List<Outbound<SyncMessage>> send = new ArrayList<>();
    private List<SyncEffect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    private static final class Range {
        private final long from;
        private final long to;
        private @Nullable PartyId asked;
        private int waited;
        /// How often it was asked for.
        private int asks;

        Range(long from, long to) {
            this.from = from;
            this.to = to;
        }
    }

    private record Place(long epoch, long checkpoint) implements Comparable<Place> {
        static Place of(OrderingPoint point) {
            return new Place(point.epoch(), point.checkpoint());
        }

        @Override
        public int compareTo(Place other) {
            return epoch == other.epoch ? Long.compare(checkpoint, other.checkpoint) : Long.compare(epoch, other.epoch);
        }
    }

    /// Where a machine stands.
    ///
    /// @param begin where the epoch begins
    /// @param others who may ask besides the epoch's validators, and are told where the epoch begins
    /// @param votes is this node one of the validators? Who only follows asks for every block
    /// @param outcomes does it ask for what executing blocks gave, too, while it is far behind?
    public record Neighbours(OrderingPoint begin, Collection<PartyId> others, boolean votes, boolean outcomes) {
        public Neighbours {
            others = List.copyOf(others);
        }
    }

    /// In a chain's first epoch.
    ///
    /// @param signatures checks those of the epoch's validators
    public BlockSync(Bytes chainId, Epoch epoch, PartyId self, Signatures signatures) {
        this(
                chainId,
                epoch,
                self,
                signatures,
                new Neighbours(new OrderingPoint(epoch.number(), 0, 0, chainId, 0), List.of(), true, false));
    }

    /// @param signatures checks those of the epoch's validators
    /// @param around where the machine stands
    public BlockSync(Bytes chainId, Epoch epoch, PartyId self, Signatures signatures, Neighbours around) {
        this.self = self;
        following = !around.votes();
        outcomes = around.outcomes();
        this.chainId = chainId;
        this.epoch = epoch;
        this.signatures = signatures;
        peers = epoch.validators().stream()
                .map(v -> v.id())
                .filter(id -> !id.equals(self))
                .toList();
        others = besides(around.others());
        believed = epoch.validators().size() - epoch.quorum() + 1;
        state = new Progress(0, around.begin().blockId(), 0, 0, 0);
        latest = around.begin();
    }

    private List<PartyId> besides(Collection<PartyId> all) {
        return all.stream()
                .filter(id -> !peers.contains(id) && !id.equals(self))
                .toList();
    }

    /// Is it fetching blocks now?
    public boolean active() {
        return active;
    }

    /// By how many final blocks the ledger is behind what enough peers name.
    public long behind() {
        return goal().map(to -> to.height() - state.finalised()).orElse(0L);
    }

    @Override
    public Ready<SyncMessage, SyncMessage, SyncEffect> step(SyncEvent event) {
        switch (event) {
            case SyncEvent.Started(Progress at, Optional<OrderingPoint> point) -> {
                state = at;
                latest = point.orElse(latest);
                handed = at.finalised();
                planned = handed;
                askPoints();
                if (epoch.number() > 0) {
                    announce();
                    others.forEach(peer -> send.add(new Outbound<>(peer, new SyncMessage.Point(latest))));
                }
                timers.add(new TimerChange(TIMER, TICK_MILLIS));
            }
            case SyncEvent.Ahead(PartyId peer) -> {
                if (peers.contains(peer) && ahead.add(peer)) {
                    send.add(new Outbound<>(peer, new SyncMessage.AskPoint()));
                }
            }
            case SyncEvent.Behind(PartyId peer) -> {
                if ((peers.contains(peer) || others.contains(peer)) && ahead.add(peer)) {
                    send.add(new Outbound<>(peer, new SyncMessage.Point(latest)));
                }
            }
            case SyncEvent.Advanced(Progress at) -> advanced(at);
            case SyncEvent.Among(Collection<PartyId> all) -> among(besides(all));
            case SyncEvent.Lied(PartyId peer, long height) -> {
                liars.add(peer);
                rejected.add(new Rejected(
                        peer.name(), "a write set of block " + height + " that does not lead to its state root"));
            }
            case SyncEvent.TimerFired() -> tick();
            case SyncEvent.Received(PartyId from, SyncMessage message) -> {
                if (known(from)) {
                    received(from, message);
                }
            }
            case SyncEvent.Brought(
                    PartyId from,
                    SyncMessage.Blocks(long first, List<ProvenBlock> blocks),
                    boolean hold) -> {
                if (known(from)) {
                    take(from, first, blocks, () -> hold);
                }
            }
        }
        plan();
        Ready<SyncMessage, SyncMessage, SyncEffect> ready = new Ready<>(List.of(), send, apply, timers, rejected);
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    private void among(List<PartyId> now) {
        if (epoch.number() > 0) {
            now.stream()
                    .filter(peer -> !others.contains(peer))
                    .forEach(peer -> send.add(new Outbound<>(peer, new SyncMessage.Point(latest))));
        }
        others = now;
    }

    private boolean known(PartyId from) {
        boolean known = peers.contains(from) || others.contains(from);
        if (!known) {
            rejected.add(new Rejected(from.name(), "a message from a stranger or from oneself"));
        }
        return known;
    }

    private void received(PartyId from, SyncMessage message) {
        switch (message) {
            case SyncMessage.AskPoint() -> send.add(new Outbound<>(from, new SyncMessage.Point(latest)));
            case SyncMessage.Point(OrderingPoint at) -> {
                if (at.epoch() < epoch.number() || (!peers.contains(from) && at.epoch() == epoch.number())) {
                    return;
                }
                TreeMap<Place, OrderingPoint> known = points.computeIfAbsent(from, _ -> new TreeMap<>());
                known.put(Place.of(at), at);
                while (known.size() > POINTS_KEPT) {
                    known.pollFirstEntry();
                }
            }
            case SyncMessage.AskBlocks(long first, int count, boolean gave) -> {
                int most = Math.clamp(count, 0, SyncMessage.MOST_BLOCKS);
                apply.add(new SyncEffect.Serve(from, first, most, gave));
            }
            case SyncMessage.Blocks brought -> {
                List<ProvenBlock> blocks = ofEpoch(epoch, brought).blocks();
                take(from, brought.from(), blocks, () -> holds(chainId, epoch, signatures, brought.from(), blocks));
            }
        }
    }

    // ---- points ---------------------------------------------------------------------------------

    private void advanced(Progress at) {
        long crossed = at.round() / CHECKPOINT_ROUNDS;
        boolean inPlace = state.executedRound() <= state.round();
        if (crossed > state.round() / CHECKPOINT_ROUNDS && inPlace) {
            latest = new OrderingPoint(epoch.number(), crossed, state.round(), state.blockId(), state.executed());
            apply.add(new SyncEffect.Remember(latest));
            announce();
        }
        state = at;
        handed = Math.max(handed, at.finalised());
    }

    private void announce() {
        peers.forEach(peer -> send.add(new Outbound<>(peer, new SyncMessage.Point(latest))));
    }

    private void askPoints() {
        peers.forEach(peer -> send.add(new Outbound<>(peer, new SyncMessage.AskPoint())));
        if (following) {
            // All validators of this epoch may be gone, where it is long over.
            others.forEach(peer -> send.add(new Outbound<>(peer, new SyncMessage.AskPoint())));
        }
    }

    /// The furthest point that enough peers name; one does for a later epoch where nobody lies, because all that
    /// comes of it are blocks with proofs.
    private Optional<OrderingPoint> goal() {
        Map<OrderingPoint, Integer> named = new LinkedHashMap<>();
        points.values().forEach(known -> known.values().forEach(point -> named.merge(point, 1, Integer::sum)));
        return named.entrySet().stream()
                .filter(entry -> entry.getValue() >= believed || epoch.crashFaultsOnly() && later(entry.getKey()))
                .map(Map.Entry::getKey)
                .max((a, b) -> Place.of(a).compareTo(Place.of(b)));
    }

    private boolean later(OrderingPoint point) {
        return point.epoch() > epoch.number();
    }

    /// Is it so far ahead that blocks are fetched, where enough peers name it?
    private boolean beyond(OrderingPoint to) {
        return later(to)
                ? to.height() > state.finalised()
                : to.round() > state.round() + ROUNDS_BEHIND || to.height() > state.finalised() + HEIGHTS_BEHIND;
    }

    /// Does a peer name such a point? What others said of it may have been lost, and a chain without anything to
    /// order announces no further one.
    private boolean hinted() {
        return points.values().stream()
                .flatMap(known -> known.values().stream())
                .anyMatch(this::beyond);
    }

    // ---- ranges ---------------------------------------------------------------------------------

    private void plan() {
        if (following && !active) {
            hand();
            if (open.isEmpty() && arrived.isEmpty()) {
                open.put(handed + 1, new Range(handed + 1, handed + SyncMessage.MOST_BLOCKS));
            }
            open.values().forEach(this::ask);
        }
        Optional<OrderingPoint> goal = goal();
        if (goal.isEmpty()) {
            return;
        }
        OrderingPoint to = goal.get();
        if (!active) {
            active = beyond(to);
            planned = handed;
        }
        if (!active) {
            return;
        }
        hand();
        if (to.height() <= state.finalised()) {
            // Otherwise the ledger is past the point already, and the next one will do.
            if (!later(to) && to.height() == state.executed() && to.round() > state.round()) {
                apply.add(new SyncEffect.Resume(to));
                latest = to;
                apply.add(new SyncEffect.Remember(latest));
                state = new Progress(
                        to.round(), to.blockId(), state.executed(), state.executedRound(), state.finalised());
            }
            active = false;
            open.clear();
            arrived.clear();
            return;
        }
        planned = Math.max(planned, handed);
        while (open.size() + arrived.size() < MOST_RANGES && planned < to.height()) {
            long last = Math.min(planned + SyncMessage.MOST_BLOCKS, to.height());
            open.put(planned + 1, new Range(planned + 1, last));
            planned = last;
        }
        open.values().forEach(this::ask);
    }

    private void ask(Range range) {
        // Blocks prove themselves: where the validators were all asked twice in vain, another may have them.
        int round = 2 * peers.size() + 1;
        List<PartyId> askable = others.isEmpty() || range.asks % round != round - 1 ? peers : others;
        for (int i = 0; range.asked == null && i < askable.size(); i++) {
            PartyId peer = askable.get((turn + i) % askable.size());
            long busy = open.values().stream()
                    .filter(other -> peer.equals(other.asked))
                    .count();
            if (busy < MOST_AT_ONE_PEER) {
                turn = (turn + i + 1) % askable.size();
                range.asked = peer;
                range.asks++;
                range.waited = 0;
                int count = (int) (range.to - range.from + 1);
                boolean wanted = outcomes && active && !liars.contains(peer);
                send.add(new Outbound<>(peer, new SyncMessage.AskBlocks(range.from, count, wanted)));
            }
        }
    }

    private void take(PartyId from, long first, List<ProvenBlock> blocks, BooleanSupplier hold) {
        Range range = open.get(first);
        if (range == null || !from.equals(range.asked)) {
            return;
        }
        if (blocks.isEmpty()) {
            // It has none of them, or not yet: another peer is asked after a tick.
            range.waited = PATIENCE_TICKS;
            return;
        }
        if (blocks.size() > range.to - range.from + 1 || !hold.getAsBoolean()) {
            rejected.add(new Rejected(from.name(), "blocks from " + first + " on whose proofs do not hold"));
            range.waited = PATIENCE_TICKS;
            return;
        }
        open.remove(first);
        arrived.put(first, new SyncEffect.Apply(from, blocks));
        long next = first + blocks.size();
        if (next <= range.to) {
            open.put(next, new Range(next, range.to));
        }
    }

    /// Those of an epoch: what follows is asked for again in its own.
    public static SyncMessage.Blocks ofEpoch(Epoch epoch, SyncMessage.Blocks brought) {
        return new SyncMessage.Blocks(
                brought.from(),
                brought.blocks().stream()
                        .takeWhile(block -> block.proof().header().epoch() <= epoch.number())
                        .toList());
    }

    /// Do these follow each other from height `first` on, each with a quorum's attestations of what it says?
    ///
    /// @param signatures checks those of the epoch's validators
    public static boolean holds(
            Bytes chainId, Epoch epoch, Signatures signatures, long first, List<ProvenBlock> blocks) {
        List<Signatures.Signed> claims = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            Optional<List<Signatures.Signed>> of = blocks.get(i).claims(chainId, epoch);
            if (blocks.get(i).height() != first + i || of.isEmpty()) {
                return false;
            }
            claims.addAll(of.get());
        }
        return signatures.verify(claims);
    }

    /// Hands over what follows without a gap, and forgets what is no longer needed.
    private void hand() {
        open.values().removeIf(range -> range.to <= handed);
        while (!arrived.isEmpty() && arrived.firstKey() <= handed + 1) {
            SyncEffect.Apply came = arrived.pollFirstEntry().getValue();
            List<ProvenBlock> next = came.blocks().stream()
                    .filter(block -> block.height() > handed)
                    .toList();
            if (!next.isEmpty()) {
                apply.add(new SyncEffect.Apply(came.from(), next));
                handed = next.getLast().height();
            }
        }
    }

    private void tick() {
        ticks++;
        ahead.clear();
        boolean lonely = points.size() < believed || following;
        if ((lonely || active || hinted()) && ticks % ASKING_TICKS == 0) {
            askPoints();
        }
        for (Range range : open.values()) {
            if (range.asked != null && ++range.waited > PATIENCE_TICKS) {
                range.asked = null;
            }
        }
        timers.add(new TimerChange(TIMER, TICK_MILLIS));
    }
}
