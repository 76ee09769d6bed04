package poyang.zkp.systems;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;

/// Keys of PLONK that are made here, from powers that are made here.
final class PlonkSetUpTest {
    private static final List<String> CURVES = List.of("bn128", "bls12381");

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static Path folder(String curve, String circuit) {
        return ForeignProofTest.VECTORS.resolve(curve).resolve(circuit);
    }

    private static MemorySegment bytes(Path file) throws IOException {
        return MemorySegment.ofArray(Files.readAllBytes(file));
    }

    private static PowersOfTau powers(Curve curve, int power) {
        return PowersOfTau.begin(curve, power).contribute("test", random("powers"), Workers.CALLER);
    }

    @Test
    void ownKeysForForeignCircuitsProveAndSurviveTheirFile() throws IOException {
        for (String curve : CURVES) {
            for (String name : curve.equals("bn128") ? List.of("mul3", "range32") : List.of("mul3")) {
                R1cs circuit = CircuitFiles.readR1cs(bytes(folder(curve, name).resolve(name + ".r1cs")));
                int power = name.equals("mul3") ? 3 : 8;
                PlonkProvingKey made = PlonkSetUp.of(circuit, powers(circuit.curve(), power), Workers.CALLER);
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                made.write(file);
                PlonkProvingKey key = PlonkProvingKey.read(MemorySegment.ofArray(file.toByteArray()));
                ByteArrayOutputStream again = new ByteArrayOutputStream();
                key.write(again);
                assertArrayEquals(file.toByteArray(), again.toByteArray());
                long[] witness =
                        CircuitFiles.readWitness(bytes(folder(curve, name).resolve("witness0.wtns")), circuit.curve());
                var proven = new PlonkProver(key, Workers.CALLER).prove(witness, random("prove"));
                String values = ForeignWriter.publicValues(proven.publicValues());
                String verification = ForeignWriter.key(key.verificationKey());
                String proof = ForeignWriter.proof(proven.proof());
                assertTrue(Plonk.verify(verification, proof, values).holds());
                String others = values.replaceFirst("[0-9]+", "7");
                assertFalse(Plonk.verify(verification, proof, others).holds());
            }
        }
    }

    @Test
    void rowsAndPermutationAreThoseOfSnarkjsForItsCircuits() throws IOException {
        int compared = 0;
        for (String curve : CURVES) {
            for (String name : List.of("mul3", "range32")) {
                Path foreign = folder(curve, name).resolve("plonk.zkey");
                if (!Files.exists(foreign)) {
                    continue; // left out of the vectors for its size
                }
                PlonkProvingKey theirs = PlonkProvingKey.read(bytes(foreign));
                R1cs circuit = CircuitFiles.readR1cs(bytes(folder(curve, name).resolve(name + ".r1cs")));
                PlonkProvingKey ours = PlonkSetUp.of(circuit, powers(circuit.curve(), 3), Workers.CALLER);
                assertEquals(theirs.verification.power, ours.verification.power, curve + name);
                assertArrayEquals(theirs.verification.k1, ours.verification.k1);
                assertArrayEquals(theirs.verification.k2, ours.verification.k2);
                assertEquals(theirs.additions.length, ours.additions.length);
                for (int w = 0; w < 3; w++) {
                    assertArrayEquals(theirs.rows[w], ours.rows[w]);
                }
                for (int i = 0; i < theirs.polynomials.length; i++) {
                    assertArrayEquals(theirs.polynomials[i], ours.polynomials[i], PlonkKey.COMMITMENTS.get(i));
                }
                compared++;
            }
        }
        assertEquals(2, compared);
    }

    @Test
    void aWitnessThatDoesNotSatisfyTheCircuitProvesNothing() throws IOException {
        R1cs circuit = CircuitFiles.readR1cs(bytes(folder("bn128", "range32").resolve("range32.r1cs")));
        PlonkProvingKey key = PlonkSetUp.of(circuit, powers(circuit.curve(), 8), Workers.CALLER);
        long[] witness =
                CircuitFiles.readWitness(bytes(folder("bn128", "range32").resolve("witness0.wtns")), circuit.curve());
        PlonkProver prover = new PlonkProver(key, Workers.CALLER);
        int refused = 0;
        for (int wire = 1; wire < circuit.wires(); wire += 11) {
            long[] bad = witness.clone();
            bad[4 * wire] ^= 1;
            assertThrows(PoyangException.class, () -> prover.prove(bad, random("bad")), "wire " + wire);
            refused++;
        }
        assertTrue(refused > 2);
    }

    @Test
    void aCircuitThatIsTooLargeOrOfAnotherCurveIsRefused() throws IOException {
        R1cs circuit = CircuitFiles.readR1cs(bytes(folder("bn128", "range32").resolve("range32.r1cs")));
        PoyangException small = assertThrows(
                PoyangException.class, () -> PlonkSetUp.of(circuit, powers(Curve.BN254, 3), Workers.CALLER));
        assertEquals(ZkpErrors.BAD_CIRCUIT, small.code());
        assertThrows(PoyangException.class, () -> PlonkSetUp.of(circuit, powers(Curve.BLS12_381, 8), Workers.CALLER));
    }

    @Test
    void theSameCircuitAndPowersGiveTheSameKey() throws IOException {
        R1cs circuit = CircuitFiles.readR1cs(bytes(folder("bn128", "mul3").resolve("mul3.r1cs")));
        PowersOfTau powers = powers(Curve.BN254, 4);
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        PlonkSetUp.of(circuit, powers, Workers.CALLER).write(one);
        PlonkSetUp.of(circuit, powers, Workers.CALLER).write(other);
        assertTrue(Arrays.equals(one.toByteArray(), other.toByteArray()));
    }
}
