package poyang.chain.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// The quorum is the epoch's, and a proof that suffices under one engine does not under another.
final class EpochTest {
    private static final List<Sm2PrivateKey> KEYS = keys();

    private static List<Sm2PrivateKey> keys() {
        SeededRandom random = new SeededRandom(new byte[32], "epoch validators");
        List<Sm2PrivateKey> keys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(Sm2PrivateKey.generate(random));
        }
        return keys;
    }

    private static List<Validator> validators(int count) {
        List<Validator> validators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            validators.add(new Validator(
                    new PartyId("validator-" + (i + 1)), KEYS.get(i).publicKey()));
        }
        return validators;
    }

    @Test
    void quorumsAndWhatTheyAreWorth() {
        assertEquals(3, Epoch.bft(0, validators(4)).quorum());
        assertEquals(4, Epoch.bft(0, validators(5)).quorum());
        assertEquals(3, Epoch.raft(0, validators(4)).quorum());
        assertEquals(3, Epoch.raft(0, validators(5)).quorum());
        assertEquals(
                "the engine is bft, which bears crashes and lies: 3 are needed, and another block of this height would"
                        + " take 2 that sign both",
                Epoch.bft(0, validators(4)).strength());
        assertEquals(
                "the engine is raft, for crash faults only, no lie: 3 are needed, and another block of this height"
                        + " would take 1 that signs both",
                Epoch.raft(0, validators(5)).strength());
        assertEquals(
                "the engine is single, one validator alone, for crash faults only, no lie: 1 is needed, and another"
                        + " block of this height would take 1 that signs both",
                Epoch.of(0, Epoch.SINGLE, 500, validators(1)).strength());
        assertFalse(Epoch.bft(0, validators(4)).crashFaultsOnly());
        assertTrue(Epoch.raft(0, validators(5)).crashFaultsOnly());
        assertTrue(Epoch.of(0, Epoch.SINGLE, 500, validators(1)).crashFaultsOnly());
    }

    @Test
    void aGenesisMayNameEachEngineWithItsQuorumOnly() {
        for (Epoch right : List.of(
                Epoch.bft(0, validators(4)),
                Epoch.raft(0, validators(5)),
                Epoch.of(0, Epoch.SINGLE, 500, validators(1)))) {
            Genesis genesis = genesis(right);
            assertEquals(genesis, Genesis.decode(genesis.encoded().toArray()));
        }
        for (Epoch wrong : List.of(
                new Epoch(0, "raft", 2, 500, validators(5)),
                new Epoch(0, "bft", 3, 500, validators(5)),
                new Epoch(0, "single", 1, 500, validators(2)),
                new Epoch(0, "paxos", 3, 500, validators(4)))) {
            assertEquals(
                    ProofErrors.BAD_GENESIS,
                    assertThrows(PoyangException.class, () -> genesis(wrong)).code());
        }
    }

    private static Genesis genesis(Epoch epoch) {
        return new Genesis(
                Genesis.VERSION, "x", CryptoSuite.SM, epoch, 0, List.of(), StateTree.EMPTY, Bytes.utf8("root"));
    }

    @Test
    void aMajorityProvesUnderRaftAndNotUnderBft() {
        Bytes chain = Sm3.hash(new byte[] {1});
        BlockHeader header =
                new BlockHeader(chain, 0, 1, chain, 1, new PartyId("validator-1"), 5, 1, chain, chain, chain);
        FinalityProof three = proof(header, 3);
        assertTrue(three.verify(chain, Epoch.raft(0, validators(5))));
        assertFalse(three.verify(chain, Epoch.bft(0, validators(5))));
        assertFalse(proof(header, 2).verify(chain, Epoch.raft(0, validators(5))));
        assertTrue(proof(header, 4).verify(chain, Epoch.bft(0, validators(5))));
    }

    private static FinalityProof proof(BlockHeader header, int signers) {
        byte[] message = Attestation.message(CryptoSuite.SM, header);
        List<FinalityProof.Signed> signed = new ArrayList<>();
        for (int i = 0; i < signers; i++) {
            Signature signature = KEYS.get(i).sign(message);
            signed.add(new FinalityProof.Signed(new PartyId("validator-" + (i + 1)), signature));
        }
        return new FinalityProof(header, signed);
    }

    @Test
    void epochsComeBackEqual() {
        for (Epoch epoch : List.of(Epoch.bft(3, validators(4)), Epoch.raft(4, validators(5)))) {
            assertEquals(epoch, Epoch.decode(epoch.encoded().toArray()));
        }
    }
}
