package poyang.chain.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import poyang.chain.proofs.Equivocation.Kind;
import poyang.chain.proofs.Equivocation.Said;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Two words of one round prove a lie, and nothing else does.
final class EquivocationTest {
    private static final SeededRandom RANDOM = new SeededRandom(new byte[32], "equivocation");
    private static final SigningKey KEY = CryptoSuite.SM.generate(RANDOM);
    private static final PartyId CULPRIT = new PartyId("validator-4");
    private static final Bytes CHAIN = Sm3.hash(new byte[] {1});
    private static final Bytes ONE = Sm3.hash(new byte[] {2});
    private static final Bytes OTHER = Sm3.hash(new byte[] {3});

    private static Said said(Kind kind, long epoch, long round, Bytes block) {
        return new Said(block, KEY.sign(kind.message(CHAIN, epoch, round, block)));
    }

    @Test
    void twoSignedWordsOfOneRoundAreALie() {
        for (Kind kind : Kind.values()) {
            Equivocation proof = Equivocation.of(CULPRIT, kind, 0, 7, said(kind, 0, 7, ONE), said(kind, 0, 7, OTHER));
            assertEquals(proof, Equivocation.of(CULPRIT, kind, 0, 7, proof.second(), proof.first()), "in either order");
            assertTrue(proof.verify(CHAIN, KEY.publicKey()));
            assertEquals(proof, Equivocation.decode(proof.encoded().toArray()));
            assertFalse(proof.verify(ONE, KEY.publicKey()), "another chain");
            assertFalse(proof.verify(CHAIN, CryptoSuite.SM.generate(RANDOM).publicKey()), "another's key");
        }
    }

    @Test
    void wordsOfTwoRoundsEpochsOrKindsAreNone() {
        Said vote = said(Kind.VOTE, 0, 7, ONE);
        for (Said other :
                new Said[] {said(Kind.VOTE, 0, 8, OTHER), said(Kind.VOTE, 1, 7, OTHER), said(Kind.PROPOSAL, 0, 7, OTHER)
                }) {
            assertFalse(Equivocation.of(CULPRIT, Kind.VOTE, 0, 7, vote, other).verify(CHAIN, KEY.publicKey()));
        }
        assertThrows(Bug.class, () -> Equivocation.of(CULPRIT, Kind.VOTE, 0, 7, vote, vote), "one word twice");
    }

    @Test
    void everyByteCounts() {
        Equivocation proof =
                Equivocation.of(CULPRIT, Kind.VOTE, 0, 7, said(Kind.VOTE, 0, 7, ONE), said(Kind.VOTE, 0, 7, OTHER));
        byte[] encoded = proof.encoded().toArray();
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 1;
            try {
                Equivocation other = Equivocation.decode(changed);
                assertTrue(!other.culprit().equals(CULPRIT) || !other.verify(CHAIN, KEY.publicKey()), "octet " + i);
            } catch (PoyangException e) {
                assertEquals("BAD_ENCODING", e.code().name(), "octet " + i);
            }
        }
    }
}
