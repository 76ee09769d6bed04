package poyang.zkp.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Set-ups by many: what honest ones give, and that every kind of dishonest contribution is found and named.
final class CeremonyTest {
    private static final List<Curve> CURVES = List.of(Curve.BN254, Curve.BLS12_381);
    private static final byte[] BEACON = "drawn in public at noon".getBytes(StandardCharsets.US_ASCII);

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static R1cs circuit(Curve curve) throws IOException {
        return CircuitFiles.readR1cs(MemorySegment.ofArray(Files.readAllBytes(
                ForeignProofTest.VECTORS.resolve(curve.foreignName()).resolve("mul3/mul3.r1cs"))));
    }

    private static long[] witness(Curve curve) throws IOException {
        return CircuitFiles.readWitness(
                MemorySegment.ofArray(Files.readAllBytes(
                        ForeignProofTest.VECTORS.resolve(curve.foreignName()).resolve("mul3/witness0.wtns"))),
                curve);
    }

    private static PowersOfTau powers(Curve curve) {
        return PowersOfTau.begin(curve, 3)
                .contribute("Tax", random("tax"), Workers.CALLER)
                .contribute("Health", random("health"), Workers.CALLER);
    }

    private static Groth16Ceremony ceremony(Curve curve, PowersOfTau powers) throws IOException {
        return Groth16Ceremony.begin(circuit(curve), powers, Workers.CALLER)
                .contribute("Housing", random("housing"), Workers.CALLER)
                .contribute("Police", random("police"), Workers.CALLER);
    }

    private static byte[] bytes(PowersOfTau powers) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        powers.write(out);
        return out.toByteArray();
    }

    private static byte[] bytes(Groth16Ceremony ceremony) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ceremony.write(out);
        return out.toByteArray();
    }

    private static void check(PowersOfTau powers) {
        powers.verify(random("check"), Workers.CALLER);
    }

    private static void check(Groth16Ceremony ceremony, PowersOfTau powers) throws IOException {
        ceremony.verify(circuit(ceremony.key().curve()), powers, random("check"), Workers.CALLER);
    }

    private static void refused(String named, Executable check) {
        PoyangException wrong = assertThrows(PoyangException.class, check, named);
        assertEquals(ZkpErrors.BAD_CEREMONY, wrong.code());
        assertTrue(wrong.toString().contains(named), wrong.toString());
    }

    @Test
    void keysOfSeveralContributorsProveAndTheirFilesVerify() throws IOException {
        for (Curve curve : CURVES) {
            PowersOfTau made = powers(curve).finish(BEACON, 4, Workers.CALLER);
            PowersOfTau powers = PowersOfTau.read(MemorySegment.ofArray(bytes(made)));
            check(powers);
            assertEquals(List.of("Tax", "Health", "beacon"), powers.contributors());
            assertEquals(made.fingerprints(), powers.fingerprints());
            Groth16Ceremony held = ceremony(curve, powers).finish(BEACON, 4, Workers.CALLER);
            Groth16Ceremony read = Groth16Ceremony.read(MemorySegment.ofArray(bytes(held)));
            check(read, powers);
            assertEquals(List.of("Housing", "Police", "beacon"), read.contributors());
            var proven = new Groth16Prover(read.key(), Workers.CALLER).prove(witness(curve), random("prove"));
            assertTrue(Groth16.verify(held.key().verificationKey(), proven.proof(), proven.publicValues())
                    .holds());
            Groth16ProvingKey before = ceremony(curve, powers).key();
            assertFalse(Groth16.verify(before.verificationKey(), proven.proof(), proven.publicValues())
                    .holds());
            var plonk = new PlonkProver(PlonkSetUp.of(circuit(curve), powers, Workers.CALLER), Workers.CALLER)
                    .prove(witness(curve), random("plonk"));
            assertEquals(proven.publicValues(), plonk.publicValues());
        }
    }

    /// The powers with other contributions.
    private static PowersOfTau with(PowersOfTau powers, List<Contribution> contributions) {
        return new PowersOfTau(
                powers.curve,
                powers.power,
                new long[][] {powers.tau1, powers.tau2, powers.alpha1, powers.beta1, powers.beta2},
                powers.transcript.of(contributions),
                false);
    }

    /// A contribution with one point of one step replaced.
    private static Contribution spoilt(Contribution one, int secret, int which, long[] point) {
        List<Contribution.Step> steps = new ArrayList<>(one.steps);
        Contribution.Step step = steps.get(secret);
        steps.set(
                secret,
                new Contribution.Step(
                        which == 0 ? point : step.after1,
                        which == 1 ? point : step.key2,
                        which == 2 ? point : step.proof1));
        return new Contribution(one.name, one.beacon, one.beaconPower, steps);
    }

    @Test
    void everyDishonestContributionIsFoundAndNamed() {
        for (Curve curve : CURVES) {
            PowersOfTau good = powers(curve);
            List<Contribution> all = good.transcript.all;
            long[] g1 = curve.g1().generator();
            long[] g2 = curve.g2().generator();
            for (int secret = 0; secret < 3; secret++) {
                int s = secret;
                refused(
                        "contribution 2 (Health) does not prove",
                        () -> check(with(good, List.of(all.get(0), spoilt(all.get(1), s, 2, g1)))));
                refused(
                        "contribution 1 (Tax) does not prove",
                        () -> check(with(good, List.of(spoilt(all.get(0), s, 1, g2), all.get(1)))));
                refused(
                        "contribution 2 (Health) does not follow",
                        () -> check(with(good, List.of(all.get(0), spoilt(all.get(1), s, 0, g1)))));
                refused(
                        "contribution 2 (Health) has a point that is zero or not in G1",
                        () -> check(with(good, List.of(all.get(0), spoilt(all.get(1), s, 0, new long[g1.length])))));
                refused(
                        "contribution 1 (Tax) has a point that is zero or not in G2",
                        () -> check(with(good, List.of(spoilt(all.get(0), s, 1, new long[g2.length]), all.get(1)))));
            }
            refused("contribution 1 (Health)", () -> check(with(good, List.of(all.get(1)))));
            refused("contribution 1 (Health)", () -> check(with(good, List.of(all.get(1), all.get(0)))));
            refused("another tau", () -> check(with(good, List.of(all.get(0)))));
            Contribution renamed = new Contribution("Nobody", new byte[0], 0, all.get(1).steps);
            refused("contribution 2 (Nobody)", () -> check(with(good, List.of(all.get(0), renamed))));
            Contribution claimed = new Contribution("beacon", BEACON, 4, all.get(1).steps);
            refused("contribution 2 (beacon)", () -> check(with(good, List.of(all.get(0), claimed))));
        }
    }

    @Test
    void pointsOfSmallOrderAreFound() {
        Curve curve = Curve.BLS12_381;
        PowersOfTau good = powers(curve);
        List<Contribution> all = good.transcript.all;
        long[] small = outside(curve.g1(), curve.base());
        refused(
                "contribution 1 (Tax) has a point that is zero or not in G1",
                () -> check(with(good, List.of(spoilt(all.get(0), 0, 0, small), all.get(1)))));
        System.arraycopy(small, 0, good.alpha1, 2 * small.length, small.length);
        refused("not in its group", () -> check(good));
    }

    /// A point of the curve that is not in the group: (x, y) from the smallest x that has one.
    private static long[] outside(Group group, PrimeField f) {
        BigInteger p = f.modulus();
        for (long i = 1; ; i++) {
            BigInteger square = BigInteger.valueOf(i).pow(3).add(BigInteger.valueOf(4));
            BigInteger y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
            long[] point = Arrays.copyOf(f.of(i), 2 * f.longs());
            System.arraycopy(f.of(y), 0, point, f.longs(), f.longs());
            if (group.isOnCurve(point, 0) && !group.contains(point, 0)) {
                return point;
            }
        }
    }

    @Test
    void changedPowersAreFound() throws IOException {
        Curve curve = Curve.BN254;
        byte[] file = bytes(powers(curve));
        Random random = new Random(3);
        for (int list = 0; list < 5; list++) {
            PowersOfTau bad = PowersOfTau.read(MemorySegment.ofArray(file));
            long[] points = List.of(bad.tau1, bad.tau2, bad.alpha1, bad.beta1, bad.beta2)
                    .get(list);
            int width = list == 1 || list == 4 ? 16 : 8;
            long[] other = width == 8 ? curve.g1().generator() : curve.g2().generator();
            int count = points.length / width;
            int at = count == 1 ? 0 : 1 + random.nextInt(count - 1);
            System.arraycopy(other, 0, points, at * width, width);
            refused("the powers ", () -> check(bad));
        }
    }

    @Test
    void changedKeysOtherCircuitsAndOtherPowersAreFound() throws IOException {
        Curve curve = Curve.BN254;
        PowersOfTau powers = powers(curve);
        byte[] file = bytes(ceremony(curve, powers));
        for (int list = 0; list < 6; list++) {
            Groth16Ceremony bad = Groth16Ceremony.read(MemorySegment.ofArray(file));
            Groth16ProvingKey key = bad.key();
            long[] points =
                    List.of(key.a, key.b1, key.b2, key.c, key.h, key.delta1).get(list);
            long[] other = list == 2 ? curve.g2().generator() : curve.g1().generator();
            System.arraycopy(other, 0, points, points.length - other.length, other.length);
            refused("the key has", () -> check(bad, powers));
        }
        Groth16Ceremony good = Groth16Ceremony.read(MemorySegment.ofArray(file));
        check(good, powers);
        R1cs same = circuit(curve);
        same.c().add(same.constraints() - 1, 1, curve.scalars().of(1), 0);
        refused("another circuit", () -> good.verify(same, powers, random("check"), Workers.CALLER));
        refused("other powers", () -> check(good, powers.contribute("more", random("more"), Workers.CALLER)));
        refused("no contribution", () -> check(Groth16Ceremony.begin(circuit(curve), powers, Workers.CALLER), powers));
        List<Contribution> all = good.transcript.all;
        Groth16Ceremony skipped = new Groth16Ceremony(good.key(), good.start, good.transcript.of(List.of(all.get(1))));
        refused("contribution 1 (Police)", () -> check(skipped, powers));
        Groth16Ceremony shorter = new Groth16Ceremony(good.key(), good.start, good.transcript.of(List.of(all.get(0))));
        refused("another delta", () -> check(shorter, powers));
    }

    @Test
    void everyByteOfTheTranscriptCounts() throws IOException {
        PowersOfTau good = PowersOfTau.begin(Curve.BN254, 1).contribute("Tax", random("tax"), Workers.CALLER);
        byte[] file = bytes(good);
        int from = file.length - good.transcript.encoded().length;
        for (int at = from; at < file.length; at += 7) {
            byte[] spoilt = file.clone();
            spoilt[at] ^= (byte) (1 << at % 8);
            PoyangException wrong = assertThrows(
                    PoyangException.class, () -> check(PowersOfTau.read(MemorySegment.ofArray(spoilt))), "byte " + at);
            assertTrue(
                    wrong.code().equals(ZkpErrors.BAD_CEREMONY) || wrong.code().equals(ZkpErrors.UNREADABLE));
        }
    }

    @Test
    void nothingFollowsTheBeacon() throws IOException {
        PowersOfTau finished = powers(Curve.BN254).finish(BEACON, 3, Workers.CALLER);
        refused("finished", () -> finished.contribute("late", random("late"), Workers.CALLER));
        List<Contribution> all = new ArrayList<>(finished.transcript.all);
        all.add(powers(Curve.BN254).transcript.all.get(0));
        refused("contribution 4 (Tax) comes after the beacon", () -> check(with(finished, all)));
        refused("a beacon has", () -> powers(Curve.BN254).finish(new byte[3], 3, Workers.CALLER));
        refused("name", () -> powers(Curve.BN254).contribute("two\nlines", random("x"), Workers.CALLER));
    }

    /// Notes every byte that it gives.
    private record Listening(RandomSource source, List<byte[]> given) implements RandomSource {
        @Override
        public void fill(byte[] out) {
            source.fill(out);
            given.add(out.clone());
        }

        @Override
        public RandomSource fork(String label) {
            return new Listening(source.fork(label), given);
        }
    }

    @Test
    void noSecretIsEverWritten() throws IOException {
        for (Curve curve : CURVES) {
            Listening listening = new Listening(random("secrets"), new ArrayList<>());
            PowersOfTau powers = PowersOfTau.begin(curve, 3).contribute("Tax", listening, Workers.CALLER);
            Groth16Ceremony ceremony = Groth16Ceremony.begin(circuit(curve), powers, Workers.CALLER)
                    .contribute("Police", listening, Workers.CALLER);
            assertEquals(4, listening.given().size(), "τ, α, β and δ");
            PrimeField f = curve.scalars();
            String files = new String(bytes(powers), StandardCharsets.ISO_8859_1)
                    + new String(bytes(ceremony), StandardCharsets.ISO_8859_1);
            for (byte[] given : listening.given()) {
                BigInteger x = new BigInteger(1, given).mod(f.modulus());
                long[] inverse = new long[f.longs()];
                f.invert(inverse, 0, f.of(x), 0);
                for (BigInteger form :
                        List.of(x, f.value(inverse, 0), f.modulus().subtract(x))) {
                    for (long[] limbs : List.of(f.limbs(form), f.of(form))) {
                        for (long limb : limbs) {
                            byte[] little = SectionWriter.limbBytes(new long[] {limb});
                            String forwards = new String(little, StandardCharsets.ISO_8859_1);
                            assertFalse(files.contains(forwards));
                            assertFalse(files.contains(new StringBuilder(forwards).reverse()));
                        }
                    }
                }
            }
        }
    }
}
