package poyang.zkp.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;
import poyang.zkp.curves.Workers;

/// PLONK proofs made from the keys and witnesses of circom and snarkjs.
final class PlonkProverTest {
    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static Path folder(String curve) {
        return ForeignProofTest.VECTORS.resolve(curve).resolve("mul3");
    }

    private static PlonkProvingKey key(String curve) throws IOException {
        return PlonkProvingKey.read(Groth16ProverTest.bytes(folder(curve).resolve("plonk.zkey")));
    }

    private static long[] witness(PlonkProvingKey key, String curve, int number) throws IOException {
        return CircuitFiles.readWitness(
                Groth16ProverTest.bytes(folder(curve).resolve("witness" + number + ".wtns")), key.curve());
    }

    @Test
    void proofsFromForeignKeysHoldUnderForeignVerificationKeys() throws IOException {
        for (String curve : List.of("bn128", "bls12381")) {
            PlonkProvingKey key = key(curve);
            PlonkProver prover = new PlonkProver(key, Workers.CALLER);
            String verification = Files.readString(folder(curve).resolve("plonk_verification_key.json"));
            JsonNode cases = new ObjectMapper()
                    .readTree(folder(curve).resolve("plonk_cases.json").toFile());
            int proved = 0;
            for (JsonNode one : cases) {
                if (one.get("expected").asBoolean()) {
                    var proven =
                            prover.prove(witness(key, curve, one.get("input").asInt()), random("prove"));
                    String values = ForeignWriter.publicValues(proven.publicValues());
                    String proof = ForeignWriter.proof(proven.proof());
                    assertEquals(one.get("public"), new ObjectMapper().readTree(values));
                    assertTrue(Plonk.verify(verification, proof, values).holds());
                    assertFalse(Plonk.verify(verification, proof, "[\"7\"]").holds());
                    proved++;
                }
            }
            assertTrue(proved >= 2);
        }
    }

    @Test
    void aWitnessThatDoesNotSatisfyTheCircuitProvesNothing() throws IOException {
        PlonkProvingKey key = key("bn128");
        PlonkProver prover = new PlonkProver(key, Workers.CALLER);
        long[] witness = witness(key, "bn128", 0);
        for (int wire = 0; wire < witness.length / 4; wire++) {
            long[] bad = witness.clone();
            bad[4 * wire] ^= 1;
            assertThrows(PoyangException.class, () -> prover.prove(bad, random("bad")), "wire " + wire);
        }
        assertThrows(
                PoyangException.class, () -> prover.prove(Arrays.copyOf(witness, witness.length - 4), random("short")));
    }

    @Test
    void cutOffOrSpoiltKeysAreUnreadableOrProveNothing() throws IOException {
        byte[] zkey = Files.readAllBytes(folder("bn128").resolve("plonk.zkey"));
        long[] witness = witness(key("bn128"), "bn128", 0);
        for (int length = 0; length < zkey.length; length += 397) {
            MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(zkey, length));
            assertThrows(PoyangException.class, () -> PlonkProvingKey.read(cut));
        }
        Property.seeds(20).check(seed -> {
            byte[] spoilt = zkey.clone();
            Random random = new Random(seed);
            spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                PlonkProvingKey key = PlonkProvingKey.read(MemorySegment.ofArray(spoilt));
                var proven = new PlonkProver(key, Workers.CALLER).prove(witness, random("spoilt"));
                assertTrue(Plonk.verify(key.verificationKey(), proven.proof(), proven.publicValues())
                        .holds());
            } catch (PoyangException e) {
                assertTrue(e.code().number() == 7201 || e.code().number() == 7202, e.toString());
            }
        });
    }
}
