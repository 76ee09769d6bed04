package poyang.zkp.systems;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Proofs made from the keys, witnesses and circuits of circom and snarkjs, and keys of our own.
final class Groth16ProverTest {
    private static final List<String> CURVES = List.of("bn128", "bls12381");
    private static final List<String> CIRCUITS = List.of("mul3", "range32", "sum16x32", "merkle8");

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static Path folder(String curve, String circuit) {
        return ForeignProofTest.VECTORS.resolve(curve).resolve(circuit);
    }

    static MemorySegment bytes(Path file) throws IOException {
        return MemorySegment.ofArray(Files.readAllBytes(file));
    }

    @Test
    void proofsFromForeignKeysHoldUnderForeignVerificationKeys() throws IOException {
        int proved = 0;
        for (String curve : CURVES) {
            for (String circuit : CIRCUITS) {
                Path folder = folder(curve, circuit);
                if (!Files.exists(folder.resolve("groth16.zkey"))) {
                    continue; // left out of the vectors for its size
                }
                proved++;
                Groth16ProvingKey key = Groth16ProvingKey.read(bytes(folder.resolve("groth16.zkey")));
                String verification = Files.readString(folder.resolve("groth16_verification_key.json"));
                assertEquals(
                        new ObjectMapper().readTree(verification).get("IC"),
                        new ObjectMapper()
                                .readTree(ForeignWriter.key(key.verificationKey()))
                                .get("IC"));
                Groth16Prover prover = new Groth16Prover(key, Workers.CALLER);
                JsonNode cases = new ObjectMapper()
                        .readTree(folder.resolve("groth16_cases.json").toFile());
                for (JsonNode one : cases) {
                    if (one.get("expected").asBoolean()) {
                        Path witness =
                                folder.resolve("witness" + one.get("input").asInt() + ".wtns");
                        var proven =
                                prover.prove(CircuitFiles.readWitness(bytes(witness), key.curve()), random("prove"));
                        String values = ForeignWriter.publicValues(proven.publicValues());
                        assertEquals(one.get("public"), new ObjectMapper().readTree(values));
                        assertTrue(Groth16.verify(verification, ForeignWriter.proof(proven.proof()), values)
                                .holds());
                    }
                }
            }
        }
        assertEquals(7, proved);
    }

    @Test
    void ownKeysForForeignCircuitsProveAndSurviveTheirFile() throws IOException {
        for (String curve : CURVES) {
            Path folder = folder(curve, "range32");
            R1cs circuit = CircuitFiles.readR1cs(bytes(folder.resolve("range32.r1cs")));
            ByteArrayOutputStream again = new ByteArrayOutputStream();
            CircuitFiles.writeR1cs(again, circuit);
            R1cs read = CircuitFiles.readR1cs(MemorySegment.ofArray(again.toByteArray()));
            assertEquals(circuit.constraints(), read.constraints());
            assertEquals(circuit.a().terms(), read.a().terms());
            long[] witness = CircuitFiles.readWitness(bytes(folder.resolve("witness0.wtns")), circuit.curve());
            assertEquals(-1, circuit.firstUnsatisfied(elements(circuit.curve().scalars(), witness)));
            Groth16ProvingKey made = Groth16SetUp.byOneTrustedParty(read, random("set-up"), Workers.CALLER);
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            made.write(file);
            Groth16ProvingKey key = Groth16ProvingKey.read(MemorySegment.ofArray(file.toByteArray()));
            var proven = new Groth16Prover(key, Workers.CALLER).prove(witness, random("prove"));
            String verification = ForeignWriter.key(key.verificationKey());
            String proof = ForeignWriter.proof(proven.proof());
            assertTrue(Groth16.verify(verification, proof, ForeignWriter.publicValues(proven.publicValues()))
                    .holds());
            assertFalse(Groth16.verify(verification, proof, "[\"1\",\"7\"]").holds());
            ByteArrayOutputStream wtns = new ByteArrayOutputStream();
            CircuitFiles.writeWitness(wtns, circuit.curve(), witness);
            assertArrayEquals(Files.readAllBytes(folder.resolve("witness0.wtns")), wtns.toByteArray());
        }
    }

    private static long[] elements(PrimeField f, long[] plain) {
        long[] elements = new long[plain.length];
        for (int i = 0; i < plain.length; i += f.longs()) {
            f.fromPlain(elements, i, plain, i);
        }
        return elements;
    }

    @Test
    void twoProofsOfOneStatementShareNothing() throws IOException {
        Path folder = folder("bn128", "mul3");
        Groth16ProvingKey key = Groth16ProvingKey.read(bytes(folder.resolve("groth16.zkey")));
        long[] witness = CircuitFiles.readWitness(bytes(folder.resolve("witness0.wtns")), key.curve());
        Groth16Prover prover = new Groth16Prover(key, Workers.CALLER);
        String one = ForeignWriter.proof(prover.prove(witness, random("one")).proof());
        String other =
                ForeignWriter.proof(prover.prove(witness, random("other")).proof());
        one.lines().filter(line -> line.contains("pi_")).forEach(line -> assertFalse(other.contains(line), line));
    }

    @Test
    void aWitnessThatDoesNotSatisfyTheCircuitProvesNothing() throws IOException {
        Path folder = folder("bn128", "range32");
        Groth16ProvingKey key = Groth16ProvingKey.read(bytes(folder.resolve("groth16.zkey")));
        R1cs circuit = CircuitFiles.readR1cs(bytes(folder.resolve("range32.r1cs")));
        long[] witness = CircuitFiles.readWitness(bytes(folder.resolve("witness0.wtns")), key.curve());
        Groth16Prover prover = new Groth16Prover(key, Workers.CALLER);
        for (int wire = 0; wire < key.wires(); wire += 5) {
            long[] bad = witness.clone();
            bad[4 * wire] ^= 1;
            if (circuit.firstUnsatisfied(elements(Curve.BN254.scalars(), bad)) >= 0) {
                assertThrows(PoyangException.class, () -> prover.prove(bad, random("bad")), "wire " + wire);
            }
        }
        assertThrows(
                PoyangException.class,
                () -> prover.prove(java.util.Arrays.copyOf(witness, witness.length - 4), random("short")));
        assertThrows(
                PoyangException.class,
                () -> CircuitFiles.readWitness(bytes(folder.resolve("witness0.wtns")), Curve.BLS12_381));
    }

    @Test
    void cutOffOrSpoiltFilesAreUnreadableOrProveNothing() throws IOException {
        Path folder = folder("bls12381", "mul3");
        byte[] zkey = Files.readAllBytes(folder.resolve("groth16.zkey"));
        byte[] wtns = Files.readAllBytes(folder.resolve("witness0.wtns"));
        byte[] r1cs = Files.readAllBytes(folder.resolve("mul3.r1cs"));
        Groth16ProvingKey good = Groth16ProvingKey.read(MemorySegment.ofArray(zkey));
        for (byte[] file : List.of(zkey, wtns, r1cs)) {
            for (int length = 0; length < file.length; length += 1 + file.length / 40) {
                byte[] cut = java.util.Arrays.copyOf(file, length);
                assertThrows(PoyangException.class, () -> read(cut, good));
            }
            assertThrows(PoyangException.class, () -> read(java.util.Arrays.copyOf(file, file.length + 1), good));
        }
        Property.seeds(40).check(seed -> {
            byte[] spoilt = zkey.clone();
            java.util.Random random = new java.util.Random(seed);
            spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                long[] witness = CircuitFiles.readWitness(MemorySegment.ofArray(wtns), Curve.BLS12_381);
                var key = Groth16ProvingKey.read(MemorySegment.ofArray(spoilt));
                var proven = new Groth16Prover(key, Workers.CALLER).prove(witness, random("spoilt"));
                assertTrue(Groth16.verify(key.verificationKey(), proven.proof(), proven.publicValues())
                        .holds());
            } catch (PoyangException e) {
                assertTrue(e.code().number() == 7201 || e.code().number() == 7202, e.toString());
            }
        });
    }

    private static void read(byte[] file, Groth16ProvingKey key) {
        MemorySegment source = MemorySegment.ofArray(file);
        switch (file.length > 0 ? file[0] : 'z') {
            case 'w' -> CircuitFiles.readWitness(source, key.curve());
            case 'r' -> CircuitFiles.readR1cs(source);
            default -> Groth16ProvingKey.read(source);
        }
    }
}
