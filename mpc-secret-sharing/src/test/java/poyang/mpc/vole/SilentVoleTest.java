package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.mpc.Pair;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;

final class SilentVoleTest {
    private static final List<VoleProtocol> PROTOCOLS = List.of(VoleProtocol.SEMI_HONEST, VoleProtocol.MALICIOUS);

    static Pair.Outcome<ReceiverShare, SenderShare> run(Pair pair, VoleProtocol protocol, int length, long seed) {
        return pair.run(
                network -> SilentVole.receive(protocol, length, network, Pair.RIGHT, Pair.seed(seed, "receiver")),
                network -> SilentVole.send(protocol, length, network, Pair.LEFT, Pair.seed(seed, "sender")));
    }

    /// How many elements fail c = b + a·Δ.
    static int wrong(ReceiverShare receiver, SenderShare sender) {
        int wrong = 0;
        long[] expected = new long[2];
        for (int i = 0; i < receiver.length(); i++) {
            expected[0] = sender.b()[2 * i];
            expected[1] = sender.b()[2 * i + 1];
            Quadratic.addMultiple(expected, 0, receiver.a()[i], sender.key0(), sender.key1());
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
            for (int length : new int[] {1, 2, 599, 7_681, 100_003}) {
                Pair pair = new Pair();
                Pair.Outcome<ReceiverShare, SenderShare> outcome = run(pair, protocol, length, length);
                assertNull(outcome.leftFailure());
                assertNull(outcome.rightFailure());
                ReceiverShare receiver = assertNotNullShare(outcome.left());
                SenderShare sender = assertNotNullShare(outcome.right());
                assertEquals(length, receiver.length());
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

    private static <T> T assertNotNullShare(@org.jspecify.annotations.Nullable T share) {
        assertNotNull(share);
        return share;
    }
}
