package poyang.chain.consensus.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.sync.SnapshotSync.Begun;
import poyang.chain.consensus.sync.SnapshotSync.Effect;
import poyang.chain.consensus.sync.SnapshotSync.Event;
import poyang.chain.consensus.sync.SnapshotSync.Item;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.StateRange;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.simulation.Property;

/// The machine that takes a snapshot over, against peers that lie, are silent, lose messages and forget states. A
/// false part is one with an entry; the driver here sees that, as the real one sees by the proof.
final class SnapshotSyncTest {
    private static final List<PartyId> PEERS = List.of(new PartyId("a"), new PartyId("b"), new PartyId("c"));
    private static final int MOST_STEPS = 20_000;

    /// One run: a joiner, three peers of which at most one is not honest, and a driver that is killed at times.
    private static final class World {
        private final Random random;
        private final PartyId odd;
        private final int oddness;
        private final TreeSet<Bytes> taken = new TreeSet<>();
        private final TreeSet<Long> blocks = new TreeSet<>();
        private final TreeSet<String> accused = new TreeSet<>();
        private final ArrayDeque<Event> inbox = new ArrayDeque<>();
        private SnapshotSync machine = new SnapshotSync(PEERS);
        private Optional<SnapshotMessage.Offer> begun = Optional.empty();
        private long height = 100;
        private boolean finished;
        private int asked;

        World(long seed) {
            random = new Random(seed);
            odd = PEERS.get(random.nextInt(PEERS.size()));
            oddness = random.nextInt(7);
        }

        private boolean lossy() {
            return random.nextInt(20) == 0;
        }

        /// Gives the number of steps.
        int run() {
            step(new Event.Started(Optional.empty()));
            for (int steps = 0; steps < MOST_STEPS; steps++) {
                if (finished) {
                    return steps;
                }
                if (random.nextInt(400) == 0) {
                    // A kill: what was taken is there.
                    inbox.clear();
                    machine = new SnapshotSync(PEERS);
                    step(new Event.Started(begun.map(this::missing)));
                } else if (random.nextInt(300) == 0) {
                    // Everybody goes on, and forgets the state that was offered before.
                    height += 50;
                }
                Event next = inbox.isEmpty() || random.nextInt(6) == 0 ? new Event.TimerFired() : inbox.poll();
                step(next);
            }
            throw new AssertionError("it does not end; " + odd + " is odd in way " + oddness);
        }

        private Begun missing(SnapshotMessage.Offer offer) {
            List<Item> missing = new ArrayList<>();
            for (long at = offer.height() - 9; at <= offer.height(); at += 5) {
                if (!blocks.contains(at)) {
                    missing.add(Item.past(at, 5));
                }
            }
            missing(Bytes.empty(), missing);
            return new Begun(offer, missing);
        }

        private void missing(Bytes path, List<Item> missing) {
            if (taken.contains(path)) {
                return;
            }
            if (taken.stream().noneMatch(each -> each.startsWith(path))) {
                missing.add(Item.part(path));
                return;
            }
            for (byte i = 0; i < 16; i++) {
                missing(path.concat(Bytes.wrap(new byte[] {i})), missing);
            }
        }

        private void step(Event event) {
            Ready<SnapshotMessage, SnapshotMessage, Effect> ready = machine.step(event);
            ready.rejected().forEach(r -> accused.add(r.from()));
            for (Outbound<SnapshotMessage> out : ready.sendAfterPersist()) {
                asked++;
                if (!lossy()) {
                    boolean lies = out.to().equals(odd);
                    answer(out.message(), lies ? oddness : 0)
                            .filter(_ -> !lossy())
                            .ifPresent(message -> inbox.add(new Event.Received(out.to(), message)));
                }
            }
            for (Effect effect : ready.apply()) {
                switch (effect) {
                    case Effect.Judge(PartyId from, SnapshotMessage.Offer offer) ->
                        inbox.add(new Event.Judged(from, offer, offer.height() <= 100_000));
                    case Effect.Begin(SnapshotMessage.Offer offer) -> {
                        if (!begun.equals(Optional.of(offer))) {
                            taken.clear();
                            blocks.clear();
                        }
                        begun = Optional.of(offer);
                        step(new Event.Beginning(missing(offer)));
                    }
                    case Effect.Take(PartyId from, Item item, SnapshotMessage message) ->
                        inbox.add(new Event.Took(from, item, take(message)));
                    case Effect.Finish() -> finish();
                }
            }
        }

        private boolean take(SnapshotMessage message) {
            if (message instanceof SnapshotMessage.Part(long of, StatePart part)) {
                boolean holds = part.entries().isEmpty();
                if (holds && begun.map(SnapshotMessage.Offer::height).equals(Optional.of(of))) {
                    taken.add(part.path());
                }
                return holds;
            }
            if (message instanceof SnapshotMessage.Past(long from, List<SnapshotMessage.Block> past)) {
                boolean holds = past.getFirst().receipts().isEmpty();
                if (holds) {
                    blocks.add(from);
                }
                return holds;
            }
            throw new AssertionError("nothing else brings anything");
        }

        private void finish() {
            List<Item> missing = new ArrayList<>();
            missing(Bytes.empty(), missing);
            assertEquals(List.of(), missing, "every part is here");
            assertEquals(2, blocks.size(), "every block is here");
            finished = true;
        }

        private Optional<SnapshotMessage> answer(SnapshotMessage question, int way) {
            if (way == 1) {
                return Optional.empty();
            }
            return switch (question) {
                case SnapshotMessage.AskOffer() -> Optional.of(offer(way == 2 ? 1_000_000 : height));
                case SnapshotMessage.AskPart(long of, Bytes path) -> Optional.of(part(of, path, way));
                case SnapshotMessage.AskPast(long from, int count) -> {
                    int given = way == 5 ? count + 1 : count;
                    List<Bytes> receipts = way == 3 ? List.of(Bytes.empty()) : List.of();
                    yield Optional.of(new SnapshotMessage.Past(
                            from,
                            Collections.nCopies(
                                    given, new SnapshotMessage.Block(offer(from).proof(), List.of(), receipts))));
                }
                default -> throw new AssertionError("the machine only asks");
            };
        }

        private SnapshotMessage part(long of, Bytes path, int way) {
            if (of < height - 60 || way == 6) {
                return new SnapshotMessage.None(of, path);
            }
            if (way == 4 || path.length() < 2) {
                return new SnapshotMessage.Cut(of, path);
            }
            List<StatePart.Entry> entries =
                    way == 3 ? List.of(new StatePart.Entry("c", "k", Bytes.empty())) : List.of();
            StateRange range = new StateRange(8, List.of(), Optional.empty());
            return new SnapshotMessage.Part(of, new StatePart(path, range, entries));
        }

        private static SnapshotMessage.Offer offer(long height) {
            Bytes none = Bytes.wrap(new byte[32]);
            BlockHeader header = new BlockHeader(
                    none, 0, height, none, height, new PartyId("a"), 1_795_000_000_000L, 0, none, none, none);
            return new SnapshotMessage.Offer(List.of(), new FinalityProof(header, List.of()));
        }
    }

    @Test
    void itEndsWithEverythingWhateverOnePeerDoes() {
        Property.seeds(150).check(seed -> {
            World world = new World(seed);
            int _ = world.run();
            assertTrue(world.asked < 20_000, "no flood of questions: " + world.asked);
            for (String name : world.accused) {
                assertEquals(world.odd.name(), name, "nobody honest is accused");
                assertTrue(world.oddness >= 2 && world.oddness <= 5, "in way " + world.oddness);
            }
            if (world.oddness == 2) {
                assertFalse(world.accused.isEmpty(), "a false offer is reported");
            }
        });
    }

    @Test
    void messagesHaveOneFormAndNothingElseIsRead() {
        Bytes path = Bytes.copyOf(new byte[] {3, 15});
        StatePart part = new StatePart(
                path,
                new StateRange(8, List.of(Bytes.wrap(new byte[32])), Optional.empty()),
                List.of(new StatePart.Entry("c", "k", Bytes.utf8("v"))));
        SnapshotMessage.Offer offer = World.offer(7);
        List<SnapshotMessage> all = List.of(
                new SnapshotMessage.AskOffer(),
                offer,
                new SnapshotMessage.AskPart(7, path),
                new SnapshotMessage.Part(7, part),
                new SnapshotMessage.Cut(7, path),
                new SnapshotMessage.AskPast(5, 3),
                new SnapshotMessage.Past(
                        7, List.of(new SnapshotMessage.Block(offer.proof(), List.of(), List.of(Bytes.utf8("r"))))),
                new SnapshotMessage.None(7, SnapshotMessage.BLOCKS));
        Random random = new Random(1);
        for (SnapshotMessage message : all) {
            byte[] encoded = message.encoded();
            assertEquals(message, SnapshotMessage.decode(encoded));
            for (int i = 0; i < encoded.length; i++) {
                byte[] changed = encoded.clone();
                changed[i] ^= (byte) (1 << random.nextInt(8));
                try {
                    assertArrayEquals(changed, SnapshotMessage.decode(changed).encoded(), "another message");
                } catch (PoyangException e) {
                    assertTrue(e.wrong().length() > 3);
                }
                byte[] shorter = Arrays.copyOf(encoded, i);
                assertThrows(PoyangException.class, () -> SnapshotMessage.decode(shorter));
            }
        }
    }
}
