package poyang.chain.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// A proof of finality, its golden form, and everything that is not one. The vector file is written
/// anew with `-Dpoyang.vectors.write=true`.
final class FinalityProofTest {
    private static final Path VECTOR = Path.of("src/test/resources/vectors/finality-proof.txt");
    private static final Bytes CHAIN = Sm3.hash(new byte[] {1});

    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final Epoch epoch;

    FinalityProofTest() {
        SeededRandom random = new SeededRandom(new byte[32], "finality-proof-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            Sm2PrivateKey key = Sm2PrivateKey.generate(random);
            keys.add(key);
            validators.add(new Validator(new PartyId("validator-" + i), key.publicKey()));
        }
        epoch = Epoch.bft(0, validators);
    }

    private static BlockHeader header() {
        return new BlockHeader(
                CHAIN,
                0,
                5,
                Sm3.hash(new byte[] {2}),
                17,
                new PartyId("validator-2"),
                1_795_000_000_000L,
                3,
                Sm3.hash(new byte[] {3}),
                Sm3.hash(new byte[] {4}),
                Sm3.hash(new byte[] {5}));
    }

    private FinalityProof proof(int... signers) {
        List<FinalityProof.Signed> signatures = new ArrayList<>();
        for (int i : signers) {
            signatures.add(new FinalityProof.Signed(
                    new PartyId("validator-" + i),
                    keys.get(i - 1).sign(Attestation.message(CryptoSuite.SM, header()))));
        }
        return new FinalityProof(header(), signatures);
    }

    @Test
    void aQuorumOfDifferentValidatorsProves() {
        assertEquals(3, epoch.quorum());
        assertTrue(proof(1, 2, 3).verify(CHAIN, epoch));
        assertTrue(proof(1, 2, 3, 4).verify(CHAIN, epoch));
        assertFalse(proof(1, 2).verify(CHAIN, epoch));
        assertFalse(proof(1, 1, 2).verify(CHAIN, epoch));
        assertFalse(proof(2, 1, 3).verify(CHAIN, epoch));
        assertFalse(proof(1, 2, 3).verify(Sm3.hash(new byte[] {9}), epoch));
        assertFalse(proof(1, 2, 3).verify(CHAIN, Epoch.bft(1, epoch.validators())));
        List<FinalityProof.Signed> stranger = new ArrayList<>(proof(1, 2).signatures());
        stranger.add(new FinalityProof.Signed(
                new PartyId("zhejiang"), keys.get(2).sign(Attestation.message(CryptoSuite.SM, header()))));
        assertFalse(new FinalityProof(header(), stranger).verify(CHAIN, epoch));
    }

    @Test
    void everyByteOfAProofCounts() {
        byte[] encoded = proof(1, 2, 3).encoded().toArray();
        assertTrue(FinalityProof.decode(encoded).verify(CHAIN, epoch));
        for (int i = 0; i < encoded.length; i++) {
            byte[] bad = encoded.clone();
            bad[i] ^= 1;
            assertFalse(verifies(bad), "octet " + i);
        }
    }

    private boolean verifies(byte[] encoded) {
        try {
            return FinalityProof.decode(encoded).verify(CHAIN, epoch);
        } catch (PoyangException e) {
            return false;
        }
    }

    @Test
    void theCanonicalFormsStayAsTheyAre() throws IOException {
        String forms = "header " + header().encoded() + "\nheader-hash " + header().hash(CryptoSuite.SM)
                + "\nattestation "
                + Bytes.wrap(Attestation.message(CryptoSuite.SM, header())) + "\nepoch " + epoch.encoded() + "\nproof "
                + proof(1, 2, 3).encoded() + "\n";
        if (Boolean.getBoolean("poyang.vectors.write")) {
            Files.writeString(VECTOR, forms);
        }
        assertEquals(Files.readString(VECTOR), forms);
        assertEquals(header(), BlockHeader.decode(header().encoded().toArray()));
    }

    @Test
    void quorumsAreTwoThirdsAndOne() {
        int[] expected = {1, 2, 3, 3, 4, 5, 5, 6, 7, 7};
        for (int n = 1; n <= 10; n++) {
            List<Validator> validators = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                validators.add(
                        new Validator(new PartyId("v" + i), keys.getFirst().publicKey()));
            }
            Collections.reverse(validators);
            Epoch made = Epoch.bft(0, validators);
            assertEquals(expected[n - 1], made.quorum());
            assertEquals("v0", made.validators().getFirst().id().name());
        }
    }
}
