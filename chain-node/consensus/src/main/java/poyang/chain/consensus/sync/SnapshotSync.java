package poyang.chain.consensus.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.StatePart;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// Takes over the state after a final block from several peers at once.
///
/// First every peer is asked for an offer; the highest one that holds is taken. What an offer says is proven by
/// the links between epochs and a quorum's attestations, so one peer is enough. Then **parts** of the state
/// come from all peers, each proven against the root in the block's header, and the last **blocks**, each with its
/// own quorum. A part that is too large for a message is cut into sixteen, when a second peer says so as well.
///
/// A peer that serves what does not hold is reported and asked nothing more; one that is silent is passed over
/// for that part; when nobody has the state any more, offers are asked for anew. Memory is bounded by
/// {@link #MOST_OPEN} messages; what is taken is the driver's, who says at the start what is missing.
public final class SnapshotSync
        implements Machine<SnapshotSync.Event, Ready<SnapshotMessage, SnapshotMessage, SnapshotSync.Effect>> {
    static final String TIMER = "snapshot";
    static final int MOST_OPEN = 12;
    private static final long TICK_MILLIS = 250;
    private static final int OFFER_TICKS = 4;
    private static final int ASKING_TICKS = 8;
    private static final int PATIENCE_TICKS = 20;
    private static final int REST_TICKS = 4;
    private static final int MOST_AT_ONE_PEER = 2;
    private static final int DEEPEST_CUT = 16;

    private final List<PartyId> peers;
    private final TreeMap<PartyId, SnapshotMessage.Offer> offers = new TreeMap<>();
    private final TreeSet<PartyId> liars = new TreeSet<>();
    private final TreeMap<PartyId, Integer> resting = new TreeMap<>();
    private final ArrayDeque<Item> waiting = new ArrayDeque<>();
    private final TreeMap<Item, Asked> asked = new TreeMap<>();
    private final TreeSet<Item> checked = new TreeSet<>();
    /// Who said of a part that it is too large.
    private final TreeMap<Item, PartyId> cutBy = new TreeMap<>();
    private SnapshotMessage.@Nullable Offer taken;
    private boolean done;
    private int turn;
    private int ticks;
    private int without;

    private List<Outbound<SnapshotMessage>> send = new ArrayList<>();
    private List<Effect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    /// What is asked for: a part of the state by its path, or blocks.
    ///
    /// @param from of blocks, their first height; 0 for a part
    /// @param count of blocks
    public record Item(Bytes path, long from, int count) implements Comparable<Item> {
        /// A part of the state.
        public static Item part(Bytes path) {
            return new Item(path, 0, 0);
        }

        /// Blocks that follow each other.
        public static Item past(long from, int count) {
            return new Item(SnapshotMessage.BLOCKS, from, count);
        }

        boolean isPart() {
            return from == 0;
        }

        @Override
        public int compareTo(Item other) {
            return from == other.from ? path.compareTo(other.path) : Long.compare(from, other.from);
        }
    }

    /// What happens to it.
    public sealed interface Event {
        /// It may begin; `resumed` when a snapshot was begun before.
        record Started(Optional<Begun> resumed) implements Event {}

        /// A message from an authenticated peer.
        record Received(PartyId from, SnapshotMessage message) implements Event {}

        /// The driver has judged an offer.
        record Judged(PartyId from, SnapshotMessage.Offer offer, boolean holds) implements Event {}

        /// The driver has begun to take an offer.
        record Beginning(Begun begun) implements Event {}

        /// The driver has checked what a peer served, and taken it when it held.
        record Took(PartyId from, Item item, boolean held) implements Event {}

        /// The timer went off.
        record TimerFired() implements Event {}
    }

    /// A snapshot, and what of it is not here.
    public record Begun(SnapshotMessage.Offer offer, List<Item> missing) {
        public Begun {
            missing = List.copyOf(missing);
        }
    }

    /// What it wants done.
    public sealed interface Effect {
        /// Say whether the offer holds and is worth it.
        record Judge(PartyId from, SnapshotMessage.Offer offer) implements Effect {}

        /// Begin to take this one, instead of what was begun before.
        record Begin(SnapshotMessage.Offer offer) implements Effect {}

        /// Check what the peer served, and take it when it holds.
        record Take(PartyId from, Item item, SnapshotMessage message) implements Effect {}

        /// Everything is here.
        record Finish() implements Effect {}
    }

    private static final class Asked {
        private final PartyId peer;
        private int waited;

        Asked(PartyId peer) {
            this.peer = peer;
        }
    }

    /// @param peers who may be asked
    public SnapshotSync(Collection<PartyId> peers) {
        this.peers = List.copyOf(peers);
    }

    @Override
    public Ready<SnapshotMessage, SnapshotMessage, Effect> step(Event event) {
        switch (event) {
            case Event.Started(Optional<Begun> resumed) -> {
                resumed.ifPresentOrElse(this::begun, this::askOffers);
                timers.add(new TimerChange(TIMER, TICK_MILLIS));
            }
            case Event.Received(PartyId from, SnapshotMessage message) -> {
                if (peers.contains(from) && !liars.contains(from)) {
                    received(from, message);
                }
            }
            case Event.Judged(PartyId from, SnapshotMessage.Offer offer, boolean holds) -> judged(from, offer, holds);
            case Event.Beginning(Begun begun) -> begun(begun);
            case Event.Took(PartyId from, Item item, boolean held) -> {
                // It may have been cut, or be of a snapshot before.
                boolean expected = checked.remove(item);
                PartyId cutter = cutBy.remove(item);
                if (held && cutter != null && !liars.contains(cutter)) {
                    lies(cutter, "a part of a state that fits into a message was said to be too large");
                }
                if (!held) {
                    lies(from, item.isPart() ? "a part of a state that does not hold" : "blocks that do not hold");
                    if (expected) {
                        waiting.addFirst(item);
                    }
                }
            }
            case Event.TimerFired() -> tick();
        }
        plan();
        Ready<SnapshotMessage, SnapshotMessage, Effect> ready = new Ready<>(List.of(), send, apply, timers, rejected);
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    private void lies(PartyId peer, String reason) {
        rejected.add(new Rejected(peer.name(), reason));
        liars.add(peer);
        offers.remove(peer);
        asked.entrySet().removeIf(entry -> {
            boolean its = entry.getValue().peer.equals(peer);
            if (its) {
                waiting.addFirst(entry.getKey());
            }
            return its;
        });
        if (liars.size() == peers.size()) {
            // Then it may be us: everybody gets another chance, one at a time.
            liars.clear();
        }
    }

    // ---- offers ---------------------------------------------------------------------------------

    private void askOffers() {
        taken = null;
        offers.clear();
        waiting.clear();
        asked.clear();
        checked.clear();
        cutBy.clear();
        without = 0;
        ticks = 0;
        peers.forEach(peer -> send.add(new Outbound<>(peer, new SnapshotMessage.AskOffer())));
    }

    private void judged(PartyId from, SnapshotMessage.Offer offer, boolean holds) {
        if (!holds) {
            lies(from, "an offer of a state that is not proven");
        } else if (taken == null) {
            offers.put(from, offer);
        }
    }

    private void choose() {
        boolean heard = offers.size() + liars.size() >= peers.size() || ticks >= OFFER_TICKS;
        if (!heard || offers.isEmpty()) {
            return;
        }
        SnapshotMessage.Offer best = offers.firstEntry().getValue();
        for (SnapshotMessage.Offer offer : offers.values()) {
            best = offer.height() > best.height() ? offer : best;
        }
        offers.clear();
        apply.add(new Effect.Begin(best));
    }

    private void begun(Begun begun) {
        taken = begun.offer();
        waiting.clear();
        asked.clear();
        checked.clear();
        cutBy.clear();
        waiting.addAll(begun.missing());
        done = false;
    }

    // ---- what is served -------------------------------------------------------------------------

    private void received(PartyId from, SnapshotMessage message) {
        switch (message) {
            case SnapshotMessage.Offer offer -> {
                if (taken == null) {
                    apply.add(new Effect.Judge(from, offer));
                }
            }
            case SnapshotMessage.Part(long height, StatePart part) ->
                served(from, height, Item.part(part.path()), message);
            case SnapshotMessage.Past(long first, List<SnapshotMessage.Block> blocks) -> past(from, first, blocks);
            case SnapshotMessage.Cut(long height, Bytes path) -> cut(from, height, path);
            case SnapshotMessage.None(long height, Bytes path) -> {
                boolean blocks = path.equals(SnapshotMessage.BLOCKS);
                Item item = new Item(path, blocks ? height : 0, 0);
                if (taken != null
                        && (blocks || height == taken.height())
                        && release(from, item).isPresent()) {
                    resting.put(from, REST_TICKS);
                    without++;
                }
            }
            case SnapshotMessage.AskOffer() -> {}
            case SnapshotMessage.AskPart(long _, Bytes _) -> {}
            case SnapshotMessage.AskPast(long _, int _) -> {}
        }
    }

    /// Puts what the peer was asked for back among what waits; gives it as it was asked for.
    private Optional<Item> release(PartyId from, Item item) {
        Asked open = asked.get(item);
        if (open == null || !open.peer.equals(from)) {
            return Optional.empty();
        }
        Item whole = asked.floorKey(item);
        asked.remove(item);
        waiting.addFirst(whole);
        return Optional.of(whole);
    }

    private void served(PartyId from, long height, Item item, SnapshotMessage message) {
        Asked open = asked.get(item);
        if (taken == null || height != taken.height() || open == null || !open.peer.equals(from)) {
            return;
        }
        asked.remove(item);
        checked.add(item);
        without = 0;
        apply.add(new Effect.Take(from, item, message));
    }

    private void past(PartyId from, long first, List<SnapshotMessage.Block> blocks) {
        Item item = asked.floorKey(Item.past(first, 0));
        if (taken == null || item == null || item.from() != first || first == 0) {
            return;
        }
        if (blocks.isEmpty() || blocks.size() > item.count()) {
            if (release(from, item).isPresent()) {
                lies(from, "another number of blocks than was asked for");
            }
            return;
        }
        Item got = Item.past(first, blocks.size());
        if (got.count() < item.count()) {
            waiting.addFirst(Item.past(first + got.count(), item.count() - got.count()));
        }
        served(from, taken.height(), got, new SnapshotMessage.Past(first, blocks));
    }

    /// A second peer must say so too: otherwise one that says it of everything makes for ever more parts.
    private void cut(PartyId from, long height, Bytes path) {
        Item item = Item.part(path);
        Asked open = asked.get(item);
        if (taken == null || height != taken.height() || open == null || !open.peer.equals(from)) {
            return;
        }
        if (path.length() >= DEEPEST_CUT) {
            lies(from, "a part of a state that is too large at any size");
            return;
        }
        asked.remove(item);
        PartyId before = cutBy.get(item);
        if (before == null && peers.size() - liars.size() > 1) {
            cutBy.put(item, from);
            waiting.addFirst(item);
            return;
        }
        cutBy.remove(item);
        for (int branch = 0; branch < 16; branch++) {
            waiting.add(Item.part(path.concat(Bytes.wrap(new byte[] {(byte) branch}))));
        }
    }

    // ---- asking ---------------------------------------------------------------------------------

    private void plan() {
        SnapshotMessage.Offer now = taken;
        if (now == null) {
            choose();
            return;
        }
        if (waiting.isEmpty() && asked.isEmpty() && checked.isEmpty()) {
            if (!done) {
                done = true;
                apply.add(new Effect.Finish());
            }
            return;
        }
        for (int left = waiting.size(); left > 0 && asked.size() + checked.size() < MOST_OPEN; left--) {
            Item item = waiting.removeFirst();
            Optional<PartyId> peer = next(item);
            if (peer.isEmpty()) {
                waiting.addLast(item);
                if (free()) {
                    continue;
                }
                return;
            }
            asked.put(item, new Asked(peer.get()));
            send.add(new Outbound<>(
                    peer.get(),
                    item.isPart()
                            ? new SnapshotMessage.AskPart(now.height(), item.path())
                            : new SnapshotMessage.AskPast(item.from(), item.count())));
        }
    }

    private boolean free() {
        return peers.stream().anyMatch(this::free);
    }

    private boolean free(PartyId peer) {
        long busy =
                asked.values().stream().filter(open -> open.peer.equals(peer)).count();
        return busy < MOST_AT_ONE_PEER && !liars.contains(peer) && !resting.containsKey(peer);
    }

    /// Whoever has called the part too large is not asked for it again, unless there is nobody else.
    private Optional<PartyId> next(Item item) {
        PartyId cutter = peers.size() - liars.size() > 1 ? cutBy.get(item) : null;
        for (int i = 0; i < peers.size(); i++) {
            PartyId peer = peers.get((turn + i) % peers.size());
            if (!peer.equals(cutter) && free(peer)) {
                turn = (turn + i + 1) % peers.size();
                return Optional.of(peer);
            }
        }
        return Optional.empty();
    }

    private void tick() {
        ticks++;
        if (taken == null && ticks % ASKING_TICKS == 0) {
            peers.forEach(peer -> send.add(new Outbound<>(peer, new SnapshotMessage.AskOffer())));
        }
        resting.replaceAll((_, left) -> left - 1);
        resting.values().removeIf(left -> left <= 0);
        List<Item> late = new ArrayList<>();
        for (Map.Entry<Item, Asked> open : asked.entrySet()) {
            if (++open.getValue().waited > PATIENCE_TICKS) {
                late.add(open.getKey());
                resting.put(open.getValue().peer, REST_TICKS);
            }
        }
        late.forEach(item -> {
            asked.remove(item);
            waiting.addFirst(item);
        });
        if (without > 8 * peers.size()) {
            askOffers();
        }
        timers.add(new TimerChange(TIMER, TICK_MILLIS));
    }
}
