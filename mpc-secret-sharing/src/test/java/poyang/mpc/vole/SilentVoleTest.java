package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.mpc.Pair;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;

final class SilentVoleTest {
    private static final List<VoleProtocol> PROTOCOLS = List.of(
            VoleProtocol.SEMI_HONEST,
            VoleProtocol.MALICIOUS,
            VoleProtocol.SEMI_HONEST_WIDE,
            VoleProtocol.MALICIOUS_WIDE);

    static Pair.Outcome<ReceiverShare, SenderShare> run(Pair pair, VoleProtocol protocol, int length, long seed) {
        return pair.run(
                network -> SilentVole.receive(protocol, length, network, Pair.RIGHT, Pair.seed(seed, "receiver")),
                network -> SilentVole.send(protocol, length, network, Pair.LEFT, Pair.seed(seed, "sender")));
    }

    /// How many elements fail c = b + a·Δ.
    static int wrong(ReceiverShare receiver, SenderShare sender) {
        int wrong = 0;
        long[] expected = new long[2];
        long[] a = receiver.a();
        int limbs = a.length / receiver.length();
        for (int i = 0; i < receiver.length(); i++) {
            long a1 = limbs == 2 ? a[2 * i + 1] : 0;
            Quadratic.multiply(expected, 0, a[limbs * i], a1, sender.key0(), sender.key1());
            expected[0] = Goldilocks.add(expected[0], sender.b()[2 * i]);
            expected[1] = Goldilocks.add(expected[1], sender.b()[2 * i + 1]);
            Quadratic.makeCanonical(expected);
            if (expected[0] != receiver.c()[2 * i] || expected[1] != receiver.c()[2 * i + 1]) {
                wrong++;
            }
        }
        return wrong;
    }

    @Test
    void theRelationHoldsAtEveryLengthAndCostsWhatTheDescriptorSays() {
        for (VoleProtocol protocol : PROTOCOLS) {
            for (int length : new int[] {1, 599, 7_681, 20_003}) {
                Pair pair = new Pair();
                Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, length, length);
                assertNull(outcome.leftFailure());
                assertNull(outcome.rightFailure());
                ReceiverShare receiver = assertNotNullShare(outcome.left());
                SenderShare sender = assertNotNullShare(outcome.right());
                assertEquals(length, receiver.length());
                assertEquals(length * protocol.limbs(), receiver.a().length);
                assertEquals(length, sender.length());
                assertEquals(0, wrong(receiver, sender), protocol.name() + " " + length);
                assertTrue(Goldilocks.areCanonical(receiver.a()) && Goldilocks.areCanonical(receiver.c()));
                assertTrue(Goldilocks.areCanonical(sender.b()));
                assertEquals(protocol.receiverBytes(length), pair.left.bytesSent());
                assertEquals(protocol.senderBytes(length), pair.right.bytesSent());
                assertEquals(protocol.receiverFrames(length), pair.left.framesSent());
                assertEquals(protocol.senderFrames(length), pair.right.framesSent());
            }
        }
    }

    private static <T> T assertNotNullShare(@Nullable T share) {
        assertNotNull(share);
        return share;
    }

    private static boolean misbehaved(@Nullable Throwable failure) {
        return failure instanceof PoyangException e && e.code().equals(KernelErrors.PEER_MISBEHAVED);
    }

    /// Frames of the file, one digest of what each side sent and of what each side has.
    private static String transcript(VoleProtocol protocol, int length, long seed) {
        Pair pair = new Pair();
        Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, length, seed);
        ReceiverShare receiver = assertNotNullShare(outcome.left());
        SenderShare sender = assertNotNullShare(outcome.right());
        Sm3 results = new Sm3();
        for (long[] words : List.of(receiver.a(), receiver.c(), sender.b())) {
            byte[] bytes = new byte[words.length * Long.BYTES];
            for (int i = 0; i < words.length; i++) {
                TreeHash.WORDS.set(bytes, i * Long.BYTES, words[i]);
            }
            results.update(bytes);
        }
        return protocol.name() + " " + length + " " + seed + " "
                + pair.left.sentDigest().hex() + " " + pair.right.sentDigest().hex() + " "
                + Bytes.wrap(results.digest()).hex();
    }

    /// `-Dpoyang.golden=FILE` writes what this build gives.
    @Test
    void transcriptsBySeedAreThoseOfTheFile() throws IOException {
        List<String> lines = new ArrayList<>();
        for (VoleProtocol protocol : PROTOCOLS) {
            for (int length : new int[] {1, 1_000}) {
                lines.add(transcript(protocol, length, 20_260_000 + length));
            }
        }
        String target = System.getProperty("poyang.golden", "");
        if (!target.isEmpty()) {
            Files.write(Path.of(target), lines);
        }
        try (InputStream file = SilentVoleTest.class.getResourceAsStream("/silent-vole-transcripts.txt")) {
            assertNotNull(file);
            assertEquals(String.join("\n", lines) + "\n", new String(file.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void framesOfOtherLengthsAndNoElementsAreRefused() {
        for (VoleProtocol protocol : PROTOCOLS) {
            int frames = (int) (protocol.senderFrames(1) + protocol.receiverFrames(1));
            for (int n = 0; n < frames; n += n < 4 || n > frames - 4 ? 1 : 5) {
                Pair pair = new Pair();
                boolean fromLeft = n < protocol.receiverFrames(1);
                int wanted = fromLeft ? n : n - (int) protocol.receiverFrames(1);
                int by = n % 2 == 0 ? -1 : 1;
                (fromLeft ? pair.left : pair.right)
                        .changing((k, frame) -> k == wanted ? Arrays.copyOf(frame, frame.length + by) : frame);
                Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, 1, 5);
                assertTrue(
                        misbehaved(fromLeft ? outcome.rightFailure() : outcome.leftFailure()),
                        protocol.name() + " frame " + n);
            }
        }
        // ψ of the first tree: its limbs are the last 16 bytes of its corrections
        int bytes = CodeParameters.of(1).tree().correctionBytes();
        Pair pair = new Pair();
        pair.right.changing((k, frame) -> {
            if (k == 2) {
                Arrays.fill(frame, bytes - 8, bytes, (byte) 0xff);
            }
            return frame;
        });
        assertTrue(misbehaved(run(pair, VoleProtocol.SEMI_HONEST, 1, 6).leftFailure()));
    }

    /// Every byte of the short messages and some of each long one, changed: both parties end; one
    /// of them refuses the other, or the change met nothing that was used and the relation holds.
    @Test
    void changedBytesNeverGiveAWrongCorrelation() {
        changeBytes(VoleProtocol.MALICIOUS, 77, 1);
        changeBytes(VoleProtocol.MALICIOUS_WIDE, 78, 5);
    }

    private static void changeBytes(VoleProtocol protocol, long seed, int step) {
        SplittableRandom random = new SplittableRandom(seed);
        long left = protocol.receiverFrames(3_000);
        long right = protocol.senderFrames(3_000);
        int refused = 0;
        int runs = 0;
        for (int n = 0; n < left + right; n += step) {
            boolean fromLeft = n < left;
            int wanted = (int) (fromLeft ? n : n - left);
            int times = fromLeft || wanted < 3 || wanted > 21 ? 2 : 1;
            for (int i = 0; i < times; i++) {
                Pair pair = new Pair();
                int bit = 1 << random.nextInt(8);
                double share = random.nextDouble();
                (fromLeft ? pair.left : pair.right).changing((k, frame) -> {
                    if (k == wanted) {
                        frame[(int) (share * frame.length)] ^= (byte) bit;
                    }
                    return frame;
                });
                Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, 3_000, 100 + n);
                runs++;
                if (misbehaved(outcome.leftFailure()) || misbehaved(outcome.rightFailure())) {
                    refused++;
                } else {
                    assertNull(outcome.leftFailure());
                    assertNull(outcome.rightFailure());
                    assertEquals(0, wrong(assertNotNullShare(outcome.left()), assertNotNullShare(outcome.right())));
                }
            }
        }
        assertTrue(refused > runs / 2, refused + " of " + runs);
    }

    /// Selective failure: a sender spoils one of the two sums of a tree's last level. The receiver
    /// aborts only when its secret place needs that sum, and does so exactly when an output would
    /// be wrong: the same attack in the semi-honest protocol shows that.
    @Test
    void selectiveFailureTellsOnePredicateAndNeverAWrongResult() {
        TreeShape shape = CodeParameters.of(5_000).tree();
        int sums = (shape.levels() - 1) * TreeHash.BLOCK_BYTES;
        int aborted = 0;
        for (long seed = 0; seed < 8; seed++) {
            int spoilt = sums + (seed % 2 == 1 ? TreeHash.BLOCK_BYTES : 0);
            Pair.Outcome<ReceiverShare, SenderShare> blind =
                    spoiling(seed % 3 == 0 ? VoleProtocol.SEMI_HONEST_WIDE : VoleProtocol.SEMI_HONEST, 2, spoilt, seed);
            int wrong = wrong(assertNotNullShare(blind.left()), assertNotNullShare(blind.right()));
            Pair.Outcome<ReceiverShare, SenderShare> outcome =
                    spoiling(seed % 3 == 0 ? VoleProtocol.MALICIOUS_WIDE : VoleProtocol.MALICIOUS, 3, spoilt, seed);
            assertEquals(wrong > 0, misbehaved(outcome.leftFailure()), "seed " + seed);
            long draw = Pair.seed(seed, "receiver").fork("places").nextLong();
            boolean placeIsLeft = (Math.unsignedMultiplyHigh(draw, shape.leaves()) & 1) == 0;
            if (placeIsLeft != (spoilt > sums)) {
                assertEquals(0, wrong, "the other sum was needed");
            }
            aborted += wrong > 0 ? 1 : 0;
        }
        assertTrue(aborted > 0 && aborted < 8, "both happen: " + aborted);
    }

    private static Pair.Outcome<ReceiverShare, SenderShare> spoiling(
            VoleProtocol protocol, int frame, int at, long seed) {
        Pair pair = new Pair();
        pair.right.changing((k, bytes) -> {
            if (k == frame) {
                bytes[at] ^= 1;
            }
            return bytes;
        });
        return run(pair, protocol, 5_000, seed);
    }

    /// A wrong correlation: the sender adds one to ψ of a tree. Semi-honest parties do not look.
    @Test
    void aWrongCorrelationIsFoundByTheCheckAndOnlyByIt() {
        int psi = CodeParameters.of(1).tree().correctionBytes() - 16;
        for (VoleProtocol protocol : PROTOCOLS) {
            Pair pair = new Pair();
            pair.right.changing((k, frame) -> {
                if (k == (protocol.malicious() ? 3 : 2)) {
                    frame[psi] ^= 1;
                }
                return frame;
            });
            Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, 50, 3);
            assertEquals(protocol.malicious(), misbehaved(outcome.leftFailure()));
            if (!protocol.malicious()) {
                assertTrue(wrong(assertNotNullShare(outcome.left()), assertNotNullShare(outcome.right())) > 0);
            }
        }
    }

    @Test
    void bothSidesMustNameOneProtocolAndLength() {
        Pair pair = new Pair();
        Pair.Outcome<ReceiverShare, SenderShare> outcome = pair.run(
                network ->
                        SilentVole.receive(VoleProtocol.MALICIOUS, 10, network, Pair.RIGHT, Pair.seed(1, "receiver")),
                network -> SilentVole.send(VoleProtocol.SEMI_HONEST, 10, network, Pair.LEFT, Pair.seed(1, "sender")));
        assertTrue(misbehaved(outcome.rightFailure()));
        outcome = new Pair()
                .run(
                        network -> SilentVole.receive(
                                VoleProtocol.MALICIOUS, 10, network, Pair.RIGHT, Pair.seed(1, "receiver")),
                        network -> SilentVole.send(
                                VoleProtocol.MALICIOUS, 11, network, Pair.LEFT, Pair.seed(1, "sender")));
        assertTrue(misbehaved(outcome.rightFailure()));
    }

    /// Elements of a look uniform: of 40,000 no two are equal, and each bit is one in about half of
    /// them.
    @Test
    void outputsAreSpreadOverTheField() {
        Pair.Outcome<ReceiverShare, SenderShare> outcome = run(new Pair(), VoleProtocol.SEMI_HONEST, 40_000, 8);
        long[] a = assertNotNullShare(outcome.left()).a();
        assertEquals(a.length, Arrays.stream(a).distinct().count());
        for (int bit = 0; bit < 64; bit++) {
            int at = bit;
            long ones = Arrays.stream(a).filter(x -> (x >>> at & 1) != 0).count();
            assertTrue(Math.abs(ones - 20_000) < 700, "bit " + bit + ": " + ones); // 7 deviations
        }
        assertNotEquals(
                a[0],
                assertNotNullShare(run(new Pair(), VoleProtocol.SEMI_HONEST, 40_000, 9)
                                .left())
                        .a()[0]);
    }

    @Test
    void sharesPrintNoSecret() {
        Pair.Outcome<ReceiverShare, SenderShare> outcome = run(new Pair(), VoleProtocol.SEMI_HONEST, 2, 8);
        assertEquals("ReceiverShare[2]", assertNotNullShare(outcome.left()).toString());
        assertEquals("SenderShare[2]", assertNotNullShare(outcome.right()).toString());
    }
}
