package poyang.homomorphic.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.rlwe.Bfv;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.JointBfv;
import poyang.homomorphic.rlwe.JointShare;
import poyang.homomorphic.rlwe.RlwePublicKey;
import poyang.homomorphic.rlwe.RlweSecretKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Sums are exact and go to the receiver alone; a collector that lies gets no share of anything.
final class JointSumTest {
    private static final PartyId COLLECTOR = new PartyId("statistics");
    private static final Crowd.Wire STRAIGHT = (_, _, _, frame) -> frame;

    private static List<PartyId> reporters(int count) {
        List<PartyId> reporters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // not in the order of their names
            reporters.add(new PartyId("r" + (7 * i + 3) % 10));
        }
        return reporters;
    }

    private static int below(RandomSource random, int bound) {
        return (int) Math.floorMod(random.nextLong(), (long) bound);
    }

    private static Map<PartyId, Crowd.Side> sides(SumRoles roles, long[][] values, long seed) {
        JointSum sum = new JointSum(Bytes.utf8("session " + seed), roles);
        Map<PartyId, Crowd.Side> sides = new TreeMap<>();
        for (int i = 0; i < values.length; i++) {
            long[] own = values[i];
            RandomSource random = new SeededRandom(new byte[32], "reporter " + i + " of " + seed);
            sides.put(roles.reporters().get(i), network -> sum.report(own, network, random, _ -> {}));
        }
        sides.put(COLLECTOR, network -> sum.collect(values[0].length, network, _ -> {}));
        return sides;
    }

    /// Random and extreme numbers, all numbers of reporters, every kind of receiver; the bytes are the formula's.
    @Test
    void sumsAreExactAndTheReceiversAlone() {
        Property.seeds(9).check(seed -> {
            SeededRandom random = new SeededRandom(new byte[32], "sums " + seed);
            int count = 2 + (int) (seed % 9);
            int length = seed % 4 == 0 ? JointSum.VALUES_MAX : 1 + below(random, 300);
            List<PartyId> reporters = reporters(count);
            SumRoles roles = new SumRoles(reporters, COLLECTOR, seed % 2 == 0 ? COLLECTOR : reporters.getLast());
            long[][] values = new long[count][length];
            long[] expected = new long[length];
            for (long[] own : values) {
                for (int i = 0; i < length; i++) {
                    own[i] = switch (below(random, 4)) {
                        case 0 -> JointSum.VALUE_MAX;
                        case 1 -> -JointSum.VALUE_MAX;
                        case 2 -> 0;
                        default -> below(random, 1 << 20) - (1 << 19);
                    };
                    expected[i] += own[i];
                }
            }
            Crowd crowd = new Crowd(roles.parties(), STRAIGHT);
            crowd.run(sides(roles, values, seed)).forEach((party, end) -> {
                assertEquals(Optional.empty(), end.failure());
                assertEquals(party.equals(roles.receiver()), end.sums().isPresent(), party.name());
                end.sums().ifPresent(sums -> assertArrayEquals(expected, sums));
            });
            for (PartyId from : roles.parties()) {
                for (PartyId to : roles.parties()) {
                    if (!from.equals(to)) {
                        JointSum.Sent sent = JointSum.sent(roles, from, to);
                        assertEquals(sent.frames(), crowd.frames(from, to), from + " to " + to);
                        assertEquals(sent.bytes(), crowd.bytes(from, to), from + " to " + to);
                    }
                }
            }
        });
    }

    /// One byte of one frame, anywhere: told as what a party did, or the sums are right all the same.
    @Test
    void aChangedByteIsFoundOrWithoutEffect() {
        List<PartyId> reporters = reporters(2);
        SumRoles roles = new SumRoles(reporters, COLLECTOR, COLLECTOR);
        long[][] values = {{5, -6, 7}, {100, 200, -JointSum.VALUE_MAX}};
        List<String> changed = new ArrayList<>();
        for (PartyId from : roles.parties()) {
            for (PartyId to : roles.parties()) {
                long frames =
                        from.equals(to) ? 0 : JointSum.sent(roles, from, to).frames();
                for (int frame = 0; frame < frames; frame++) {
                    int which = frame;
                    SeededRandom random = new SeededRandom(new byte[32], from + " " + to + " " + frame);
                    Crowd crowd = new Crowd(roles.parties(), (a, b, number, content) -> {
                        if (a.equals(from) && b.equals(to) && number == which) {
                            int at = below(random, content.length);
                            content[at] = (byte) (content[at] ^ 1 << below(random, 8));
                        }
                        return content;
                    });
                    Map<PartyId, Crowd.End> ends = crowd.run(sides(roles, values, frame));
                    ends.values()
                            .forEach(each -> each.failure()
                                    .ifPresent(failure -> assertTrue(
                                            List.of(KernelErrors.PEER_MISBEHAVED, KernelErrors.PEER_LOST)
                                                    .contains(failure.code()),
                                            from + " " + to + " " + which + ": " + failure)));
                    Crowd.End end = Optional.ofNullable(ends.get(COLLECTOR)).orElseThrow();
                    end.sums()
                            .ifPresent(sums -> assertArrayEquals(
                                    new long[] {105, 194, 7 - JointSum.VALUE_MAX},
                                    sums,
                                    from + " " + to + " " + which));
                    if (end.failure().isPresent()) {
                        changed.add(from + " " + to + " " + frame);
                    }
                }
            }
        }
        assertTrue(changed.size() >= 12, "most changes are found: " + changed);
    }

    /// What a collector says instead of the truth, from what it was sent.
    private interface Lie {
        List<Bytes> told(PartyId victim, PartyId to, Map<PartyId, Bytes> sent, Bfv bfv, BfvParameters parameters);
    }

    private static final BfvParameters PARAMETERS = BfvParameters.of(8192, 25, 48, 48, 49);

    private static Bytes sum(List<Bytes> list) {
        Bfv bfv = new Bfv(PARAMETERS);
        return list.stream()
                .map(each -> BfvCiphertext.decode(PARAMETERS, each))
                .reduce(bfv::add)
                .orElseThrow()
                .encode(PARAMETERS);
    }

    private static List<Bytes> withSum(List<Bytes> list) {
        List<Bytes> told = new ArrayList<>(list);
        told.add(sum(list));
        return told;
    }

    /// A collector that would have one reporter's ciphertext decrypted in the place of the sum, in every way that it
    /// has: each time all reporters stop before they give a share of anything.
    @Test
    void aLyingCollectorGetsNoShareOfAnythingButTheSum() {
        List<PartyId> reporters = reporters(3);
        SumRoles roles = new SumRoles(reporters, COLLECTOR, COLLECTOR);
        long[][] values = {{1, 2}, {30, 40}, {500, 600}};
        Map<String, Lie> lies = new TreeMap<>();
        lies.put("the victim's ciphertext for the sum", (victim, _, sent, _, _) -> {
            List<Bytes> told = new ArrayList<>(inOrder(roles, sent));
            told.add(of(sent, victim));
            return told;
        });
        lies.put(
                "the victim's ciphertext for everybody's",
                (victim, _, sent, _, _) ->
                        withSum(reporters.stream().map(_ -> of(sent, victim)).toList()));
        lies.put("others' ciphertexts that cancel", (victim, _, sent, bfv, parameters) -> {
            // victim + x + (−x) is a ciphertext of the victim's numbers alone
            Bytes x = of(sent, reporters.get(1));
            Bytes minus = bfv.negate(BfvCiphertext.decode(parameters, x)).encode(parameters);
            return withSum(reporters.stream()
                    .map(each -> each.equals(victim) ? of(sent, victim) : each.equals(reporters.get(1)) ? x : minus)
                    .toList());
        });
        lies.put("to each another list with its own ciphertext in it", (victim, to, sent, bfv, parameters) -> {
            // own + (victim − own): the same target for all, each finding itself in the list
            if (to.equals(victim)) {
                return withSum(inOrder(roles, sent));
            }
            BfvCiphertext rest = bfv.subtract(
                    BfvCiphertext.decode(parameters, of(sent, victim)), BfvCiphertext.decode(parameters, of(sent, to)));
            return withSum(reporters.stream()
                    .map(each -> each.equals(to) ? of(sent, to) : rest.encode(parameters))
                    .toList());
        });
        lies.forEach((name, lie) -> {
            Map<PartyId, Crowd.Side> sides = new TreeMap<>(sides(roles, values, 77));
            sides.put(COLLECTOR, network -> lied(network, roles, lie));
            Crowd crowd = new Crowd(roles.parties(), STRAIGHT);
            Map<PartyId, Crowd.End> ends = crowd.run(sides);
            int refused = 0;
            for (PartyId reporter : reporters) {
                Optional<PoyangException> failure =
                        Optional.ofNullable(ends.get(reporter)).orElseThrow().failure();
                boolean lost = failure.map(e -> e.code().equals(KernelErrors.PEER_MISBEHAVED))
                        .orElse(false);
                refused += lost ? 1 : 0;
                // who was told the truth gives its share of the true sum, and nobody one of anything else
                assertEquals(lost ? 1 : 2, crowd.frames(reporter, COLLECTOR), name);
            }
            assertTrue(refused >= 2, name + ": refused by " + refused);
        });
    }

    private static Optional<long[]> lied(PartyNetwork network, SumRoles roles, Lie lie) {
        Map<PartyId, Bytes> sent = new TreeMap<>();
        roles.reporters().forEach(each -> sent.put(each, Bytes.wrap(network.receive(each))));
        PartyId victim = roles.reporters().getFirst();
        for (PartyId to : roles.reporters()) {
            lie.told(victim, to, sent, new Bfv(PARAMETERS), PARAMETERS)
                    .forEach(frame -> network.send(to, frame.toArray()));
        }
        return Optional.empty();
    }

    private static List<Bytes> inOrder(SumRoles roles, Map<PartyId, Bytes> sent) {
        return roles.reporters().stream().map(each -> of(sent, each)).toList();
    }

    private static Bytes of(Map<PartyId, Bytes> sent, PartyId party) {
        return Optional.ofNullable(sent.get(party)).orElseThrow();
    }

    /// What the checks are for: shares of one reporter's ciphertext, given by all, do open that reporter's numbers.
    @Test
    void sharesOfOneCiphertextWouldOpenIt() {
        RandomSource random = new SeededRandom(new byte[32], "control");
        Bfv bfv = new Bfv(PARAMETERS);
        JointBfv joint = bfv.joint(2);
        Bytes seed = Bytes.wrap(random.bytes(32));
        List<RlweSecretKey> parts = List.of(bfv.secretKey(random), bfv.secretKey(random));
        RlwePublicKey key = joint.publicKeyTrustingAll(
                seed,
                parts.stream()
                        .map(part -> joint.unprovenPublicKeyShare(part, seed, random))
                        .toList());
        BfvCiphertext victims = bfv.encrypt(key, bfv.encode(1, 2), random);
        List<JointShare> shares = parts.stream()
                .map(part -> joint.unprovenDecryptionShare(part, victims, random))
                .toList();
        assertEquals(2, bfv.decode(joint.decryptTrustingAll(victims, shares))[1]);
    }

    /// A share of another run's sum fills slots that must be empty, or leaves noise.
    @Test
    void aShareOfSomethingElseIsRefused() {
        List<PartyId> reporters = reporters(2);
        SumRoles roles = new SumRoles(reporters, COLLECTOR, COLLECTOR);
        PartyId liar = reporters.getFirst();
        List<byte[]> earlier = new ArrayList<>();
        Crowd first = new Crowd(roles.parties(), (from, to, number, frame) -> {
            if (from.equals(liar) && to.equals(COLLECTOR) && number == 1) {
                earlier.add(frame.clone());
            }
            return frame;
        });
        first.run(sides(roles, new long[][] {{1}, {2}}, 1));
        Crowd second = new Crowd(
                roles.parties(),
                (from, to, number, frame) ->
                        from.equals(liar) && to.equals(COLLECTOR) && number == 1 ? earlier.getFirst() : frame);
        Crowd.End end = Optional.ofNullable(second.run(sides(roles, new long[][] {{1}, {2}}, 2))
                        .get(COLLECTOR))
                .orElseThrow();
        accuses(liar, end);
    }

    private static void accuses(PartyId liar, Crowd.End end) {
        PoyangException failure = end.failure().orElseThrow();
        assertEquals(KernelErrors.PEER_MISBEHAVED, failure.code());
        assertEquals(Optional.of(liar), failure.accused());
    }

    private static void refused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void rolesAndNumbersOutOfRangeAreRefused() {
        List<PartyId> two = reporters(2);
        refused(HomomorphicErrors.BAD_PARAMETERS, () -> new SumRoles(reporters(1), COLLECTOR, COLLECTOR));
        refused(HomomorphicErrors.BAD_PARAMETERS, () -> new SumRoles(two, two.getFirst(), two.getFirst()));
        refused(HomomorphicErrors.BAD_PARAMETERS, () -> new SumRoles(two, COLLECTOR, new PartyId("stranger")));
        refused(
                HomomorphicErrors.BAD_PARAMETERS,
                () -> new SumRoles(List.of(two.getFirst(), two.getFirst()), COLLECTOR, COLLECTOR));
        JointSum sum = new JointSum(Bytes.utf8("s"), new SumRoles(two, COLLECTOR, COLLECTOR));
        Crowd crowd = new Crowd(List.of(two.getFirst()), STRAIGHT);
        for (long[] bad : List.of(new long[] {JointSum.VALUE_MAX + 1}, new long[JointSum.VALUES_MAX + 1])) {
            RandomSource random = new SeededRandom(new byte[32], "range");
            Crowd.End end = Optional.ofNullable(
                            crowd.run(Map.of(two.getFirst(), network -> sum.report(bad, network, random, _ -> {})))
                                    .get(two.getFirst()))
                    .orElseThrow();
            assertEquals(
                    HomomorphicErrors.BAD_PLAINTEXT, end.failure().orElseThrow().code());
        }
    }
}
