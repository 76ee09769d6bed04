package poyang.chain.consensus.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.fallback.Claim;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What validators say to leave an epoch comes back as it was, and what is changed is refused or another word.
final class FallbackCodecTest {
    private static final Bytes ID = Sm3.hash(new byte[] {7});
    private static final Signature SIGNATURE = new Signature(ID.concat(ID), 1);
    private static final List<FallbackMessage> ALL = List.of(
            new FallbackMessage.Stalled(),
            new FallbackMessage.Closed(new Claim(9, ID, Bytes.utf8("certificate")), SIGNATURE),
            new FallbackMessage.Deciding(new BftMessage.Vote(3, ID, SIGNATURE)),
            new FallbackMessage.Ask(ID),
            new FallbackMessage.Found(Bytes.utf8("a block")),
            new FallbackMessage.Over(ID, SIGNATURE),
            new FallbackMessage.Link(Bytes.utf8("a link")));

    @Test
    void everyMessageComesBackAsItWas() {
        for (FallbackMessage message : ALL) {
            assertEquals(
                    message,
                    FallbackMessage.decode(message.encoded().toArray()),
                    () -> message.getClass().getSimpleName());
        }
    }

    @Test
    void changedCutAndRandomOctetsAreRefusedOrAreAnotherCanonicalMessage() {
        Random random = new Random(4);
        for (FallbackMessage message : ALL) {
            byte[] whole = message.encoded().toArray();
            for (int i = 0; i < whole.length; i++) {
                byte[] flipped = whole.clone();
                flipped[i] ^= (byte) (1 << random.nextInt(8));
                canonicalOrRefused(flipped);
                canonicalOrRefused(Arrays.copyOf(whole, i));
            }
            canonicalOrRefused(Arrays.copyOf(whole, whole.length + 1));
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(80)];
            random.nextBytes(noise);
            canonicalOrRefused(noise);
        }
    }

    private static void canonicalOrRefused(byte[] octets) {
        try {
            assertEquals(Bytes.wrap(octets), FallbackMessage.decode(octets).encoded());
        } catch (PoyangException e) {
            // Refused, by no other exception.
        }
    }
}
