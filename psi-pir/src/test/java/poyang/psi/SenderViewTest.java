package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;

/// What the sender sees is independent of the receiver's set.
///
/// A distinguisher that may train on many runs with two sets of one size, as unlike as they can be (the sender's own,
/// and one that has nothing of it), is then shown other runs, and tells the one from the other as often as a coin. It
/// weighs every bit of all frames by how its mean differed in training. The frames' lengths, and after which of its
/// own frames the sender gets each (the classes of timing that a protocol without clocks has), are equal in all
/// runs. Times in seconds depend on keys only as {@link VolePsi} says.
final class SenderViewTest {
    private static final int KEYS = 30;
    private static final int TRAINING = 8;
    private static final int TESTS = 8;

    /// A run as the sender sees it.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record View(List<Integer> events, byte[] octets, byte[] store) {}

    /// Writes down what its party sends and gets.
    private static final class Watched implements PartyNetwork {
        private final PartyNetwork network;
        private final List<Integer> events = new ArrayList<>();
        private final List<byte[]> frames = new ArrayList<>();

        Watched(PartyNetwork network) {
            this.network = network;
        }

        @Override
        public PartyId self() {
            return network.self();
        }

        @Override
        public List<PartyId> peers() {
            return network.peers();
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            events.add(-frame.length);
            network.send(to, frame);
        }

        @Override
        public byte[] receive(PartyId from) {
            byte[] frame = network.receive(from);
            events.add(frame.length);
            frames.add(frame.clone());
            return frame;
        }
    }

    private static KeySet set(String prefix) {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(prefix + i);
        }
        return keys(keys);
    }

    /// A protocol, the receiver with a set and the sender with its own.
    ///
    /// @param storeBytes of the frame with the receiver's store; 0 where it sends none
    private record Protocol(
            String name,
            BiFunction<KeySet, CollisionSession, Object> receiver,
            Function<CollisionSession, Object> sender,
            int storeBytes) {
        static Protocol of(CollisionProtocol protocol, int elementBytes) {
            KeySet y = set("a");
            return new Protocol(
                    protocol.name(),
                    protocol::receive,
                    session -> protocol.send(y, session),
                    elementBytes * OkvsShape.of(KEYS, 1).columns());
        }
    }

    private static View view(Protocol protocol, KeySet x, long seed) {
        Watched[] watched = new Watched[1];
        BothEnds<Object, Object> ends = BothEnds.run(
                new TwoParties(), seed, session -> protocol.receiver().apply(x, session), session -> {
                    watched[0] = new Watched(session.network());
                    return protocol.sender().apply(session.over(watched[0]));
                });
        assertTrue(ends.receiverFailure() == null && ends.senderFailure() == null, "an undisturbed run");
        List<byte[]> frames = watched[0].frames;
        int length = 0;
        for (byte[] frame : frames) {
            length += frame.length;
        }
        byte[] octets = new byte[length];
        int at = 0;
        byte[] store = {};
        for (byte[] frame : frames) {
            System.arraycopy(frame, 0, octets, at, frame.length);
            at += frame.length;
            if (frame.length == protocol.storeBytes()) {
                store = frame;
            }
        }
        return new View(watched[0].events, octets, store);
    }

    /// How many of the test runs the distinguisher names rightly.
    private static int right(List<byte[]> first, List<byte[]> second) {
        int length = first.getFirst().length;
        int[] weights = new int[8 * length];
        for (int run = 0; run < TRAINING; run++) {
            for (int bit = 0; bit < weights.length; bit++) {
                weights[bit] += bit(first.get(run), bit) - bit(second.get(run), bit);
            }
        }
        // noise that training picked up is small for each bit: what is left are bits that differed in most runs
        long middle = 0;
        int[] strong = new int[weights.length];
        for (int bit = 0; bit < weights.length; bit++) {
            strong[bit] = Math.abs(weights[bit]) > TRAINING / 2 ? weights[bit] : 0;
        }
        for (int run = 0; run < TRAINING; run++) {
            middle += score(strong, first.get(run)) + score(strong, second.get(run));
        }
        int right = 0;
        for (int run = TRAINING; run < TRAINING + TESTS; run++) {
            right += score(strong, first.get(run)) * 2 * TRAINING > middle ? 1 : 0;
            right += score(strong, second.get(run)) * 2 * TRAINING <= middle ? 1 : 0;
        }
        return right;
    }

    private static int bit(byte[] octets, int bit) {
        return octets[bit >> 3] >>> (bit & 7) & 1;
    }

    private static long score(int[] weights, byte[] octets) {
        long score = 0;
        for (int bit = 0; bit < weights.length; bit++) {
            score += (long) weights[bit] * bit(octets, bit);
        }
        return score;
    }

    /// χ² of the octets of two samples, in deviations of its 255 degrees of freedom.
    private static double unlike(List<byte[]> first, List<byte[]> second) {
        long[][] counts = new long[2][256];
        for (int sample = 0; sample < 2; sample++) {
            for (byte[] octets : sample == 0 ? first : second) {
                for (byte octet : octets) {
                    counts[sample][octet & 0xff]++;
                }
            }
        }
        double square = 0;
        for (int value = 0; value < 256; value++) {
            double sum = counts[0][value] + counts[1][value];
            double difference = counts[0][value] - counts[1][value];
            square += sum == 0 ? 0 : difference * difference / sum;
        }
        return (square - 255) / Math.sqrt(2 * 255);
    }

    private static void assertIndependent(Protocol protocol) {
        List<List<byte[]>> views = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<byte[]>> stores = List.of(new ArrayList<>(), new ArrayList<>());
        List<Integer> events = List.of();
        for (int set = 0; set < 2; set++) {
            KeySet x = set == 0 ? set("a") : set("zz");
            for (int run = 0; run < TRAINING + TESTS; run++) {
                View view = view(protocol, x, 1000L * set + run);
                events = events.isEmpty() ? view.events() : events;
                assertEquals(events, view.events(), "the same lengths in the same order");
                views.get(set).add(view.octets());
                assertTrue(view.octets().length > 16 * KEYS, "each key left something");
                assertEquals(protocol.storeBytes(), view.store().length, "the store was seen");
                stores.get(set).add(view.store());
            }
        }
        // 16 tests: a coin is right 1 to 15 times but with probability 2^-15
        int right = right(views.get(0), views.get(1));
        assertTrue(right > 1 && right < 15, protocol.name() + ": " + right + " of " + 2 * TESTS);
        assertTrue(Math.abs(unlike(views.get(0), views.get(1))) < 5, protocol.name() + ": octets of all frames");
        if (protocol.storeBytes() == 0) {
            return;
        }
        int onStores = right(stores.get(0), stores.get(1));
        assertTrue(onStores > 1 && onStores < 15, protocol.name() + ", stores: " + onStores + " of " + 2 * TESTS);
        assertTrue(Math.abs(unlike(stores.get(0), stores.get(1))) < 5, protocol.name() + ": octets of stores");
        // and each octet of a store is as a coin would throw it, but for the first of a word, which is below p's
        assertTrue(Math.abs(unlike(stores.get(0), coins(stores.get(0)))) < 5, protocol.name() + ": stores and coins");
    }

    private static List<byte[]> coins(List<byte[]> like) {
        SplittableRandom random = new SplittableRandom(99);
        List<byte[]> coins = new ArrayList<>();
        for (byte[] octets : like) {
            byte[] thrown = new byte[octets.length];
            random.nextBytes(thrown);
            coins.add(thrown);
        }
        return coins;
    }

    @Test
    void ofVole() {
        assertIndependent(Protocol.of(CollisionProtocol.VOLE, 8));
    }

    @Test
    void ofVoleMalicious() {
        assertIndependent(Protocol.of(CollisionProtocol.VOLE_MALICIOUS, 16));
    }

    @Test
    void ofMaskedPoints() {
        assertIndependent(Protocol.of(CollisionProtocol.DH_25519, 0));
        assertIndependent(Protocol.of(CollisionProtocol.DH_SM2, 0));
        CollisionProtocol size = CollisionProtocol.DH_25519_SIZE;
        KeySet y = set("a");
        assertIndependent(new Protocol(size.name(), size::receiveSize, session -> size.send(y, session), 0));
    }

    /// A prepared set's owner sees blinded questions only.
    @Test
    void ofAPreparedSet() {
        PreparedSet prepared = UnbalancedPsi.prepare(set("a"), Runs.seed(1, "server"), 7, 100, Workers.ALONE);
        assertIndependent(new Protocol(
                "unbalanced",
                (x, session) -> UnbalancedPsi.ask(x, prepared, session),
                session -> UnbalancedPsi.answer(Runs.seed(1, "server"), 7, 100, session),
                0));
    }

    /// The distinguisher tells what there is to tell: stores that no correlation masks, under the seeds of hashes
    /// that runs have, and masked ones of which one bit in fifty is not.
    @Test
    void theDistinguisherTellsUnmaskedStoresApart() {
        VolePlan plan = VolePlan.of(KEYS, KEYS, false, VolePlan.BUCKET_KEYS);
        List<List<byte[]>> bare = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<byte[]>> leaking = List.of(new ArrayList<>(), new ArrayList<>());
        SplittableRandom random = new SplittableRandom(8);
        for (int set = 0; set < 2; set++) {
            KeySet x = set == 0 ? set("a") : set("zz");
            for (int run = 0; run < TRAINING + TESTS; run++) {
                byte[] seed = new byte[Items.SEED_BYTES];
                long[] store = VolePsi.store(plan, new OkvsRows(plan.shape(), x.items(seed, Workers.ALONE)))[0];
                byte[] octets = new byte[8 * store.length];
                Octets.putAll(octets, store, 0, store.length);
                bare.get(set).add(octets);
                byte[] masked = octets.clone();
                for (int i = 0; i < masked.length; i++) {
                    masked[i] ^= (byte) (i % 50 == 0 ? 0 : random.nextInt());
                }
                leaking.get(set).add(masked);
            }
        }
        assertEquals(2 * TESTS, right(bare.get(0), bare.get(1)));
        assertTrue(right(leaking.get(0), leaking.get(1)) >= 2 * TESTS - 1);
        assertTrue(unlike(bare.get(0), coins(bare.get(0))) > 5);
        assertTrue(Arrays.equals(bare.get(0).get(0), bare.get(0).get(1)));
    }
}
