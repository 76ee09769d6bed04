package poyang.zkp.systems;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// The second phase of a set-up of Groth16 by many: from the powers of τ and a circuit to its key, into whose δ
/// each contributor multiplies a secret. The file is a `.zkey` that proves as it is, with a section more, which has
/// the contributions.
///
/// - computes: at the beginning, the key with δ = 1, which needs no secret: sums of Lagrange polynomials at τ, which
///   follow from the powers by an inverse transform of points. With a secret x: δ·x, and the points that are divided
///   by δ times 1/x
/// - rejects: as `BAD_CEREMONY`, which names what is wrong: a contribution (as {@link CeremonyTranscript}), another
///   circuit or other powers, points that do not go with δ
/// - secrecy: x is overwritten; time depends on it
/// - cost: at the beginning, two transforms of points in G1, one in G2 and one of twice the size in G1; of a
///   contribution, a multiple for each wire and row
/// - source: Bowe, Gabizon, Miers, ePrint 2017/1050, section 6
public final class Groth16Ceremony {
    private final Groth16ProvingKey key;
    final CeremonyTranscript transcript;
    final byte[] start;

    Groth16Ceremony(Groth16ProvingKey key, byte[] start, CeremonyTranscript transcript) {
        this.key = key;
        this.start = start;
        this.transcript = transcript;
    }

    /// The key of a circuit with δ = 1, with which anyone could prove anything until somebody contributes.
    public static Groth16Ceremony begin(R1cs circuit, PowersOfTau powers, Workers workers) {
        if (powers.curve != circuit.curve()) {
            throw CeremonyTranscript.bad(
                    "the circuit is over " + circuit.curve() + ", the powers over " + powers.curve);
        }
        byte[] start = start(circuit, powers);
        Groth16ProvingKey key = new First(circuit, powers, workers).key();
        return new Groth16Ceremony(
                key, start, new CeremonyTranscript(circuit.curve(), Sm3.digest(start), 1, List.of()));
    }

    /// What the contributions are bound to: the circuit and all powers.
    private static byte[] start(R1cs circuit, PowersOfTau powers) {
        java.io.ByteArrayOutputStream file = new java.io.ByteArrayOutputStream();
        try {
            CircuitFiles.writeR1cs(file, circuit);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return SectionWriter.joined(
                "groth16 of poyang 1, ".getBytes(StandardCharsets.US_ASCII),
                Sm3.digest(file.toByteArray()),
                powers.hash());
    }

    /// With one contribution more, whose secret is drawn from `random` and forgotten.
    public Groth16Ceremony contribute(String name, RandomSource random, Workers workers) {
        try (Secrets own = Secrets.random(key.curve.scalars(), 1, random)) {
            return with(name, own, workers);
        }
    }

    /// With the last contribution, whose secret follows from a public value that nobody could know before.
    public Groth16Ceremony finish(byte[] beacon, int beaconPower, Workers workers) {
        PowersOfTau.checkBeacon(beacon, beaconPower);
        try (Secrets own = Secrets.ofBeacon(key.curve.scalars(), 1, transcript.hash(), beacon, beaconPower)) {
            return with("beacon", own, workers);
        }
    }

    private Groth16Ceremony with(String name, Secrets own, Workers workers) {
        CeremonyTranscript longer = transcript.with(name, own);
        PrimeField f = key.curve.scalars();
        long[] x = own.element(0);
        long[] inverse = new long[f.longs()];
        f.invert(inverse, 0, x, 0);
        PointLists first = new PointLists(key.curve.g1(), f, workers);
        PointLists second = new PointLists(key.curve.g2(), f, workers);
        Groth16Key old = key.verification;
        Groth16ProvingKey made = new Groth16ProvingKey(
                key.wires,
                key.power,
                key.beta1,
                first.scaled(key.delta1, _ -> x),
                new Groth16Key(
                        key.curve, old.alpha1, old.beta2, old.gamma2, second.scaled(old.delta2, _ -> x), old.inputs),
                new SparseMatrix[] {key.matrixA, key.matrixB},
                new long[][] {
                    key.a, key.b1, key.b2, first.scaled(key.c, _ -> inverse), first.scaled(key.h, _ -> inverse)
                });
        Arrays.fill(x, 0);
        Arrays.fill(inverse, 0);
        return new Groth16Ceremony(made, start, longer);
    }

    /// Checks every contribution, and that the key is that of the circuit and the powers with the δ that they lead
    /// to. The powers are to be checked on their own.
    ///
    /// @param random for the combinations of points that are checked together
    /// @throws PoyangException `BAD_CEREMONY`, which names what is wrong
    public void verify(R1cs circuit, PowersOfTau powers, RandomSource random, Workers workers) {
        if (circuit.curve() != key.curve || powers.curve != key.curve) {
            throw CeremonyTranscript.bad("the key is over another curve than the circuit or the powers");
        }
        must(Arrays.equals(start, start(circuit, powers)), "is of another circuit or of other powers");
        transcript.verify();
        must(transcript.count() > 0, "has no contribution yet");
        Groth16ProvingKey first = new First(circuit, powers, workers).key();
        Groth16Key mine = key.verification;
        Groth16Key theirs = first.verification;
        must(
                key.wires == first.wires
                        && key.power == first.power
                        && Arrays.equals(key.a, first.a)
                        && Arrays.equals(key.b1, first.b1)
                        && Arrays.equals(key.b2, first.b2)
                        && Arrays.equals(key.beta1, first.beta1)
                        && Arrays.equals(mine.alpha1, theirs.alpha1)
                        && Arrays.equals(mine.beta2, theirs.beta2)
                        && Arrays.equals(mine.gamma2, theirs.gamma2)
                        && Arrays.deepEquals(mine.inputs.toArray(long[][]::new), theirs.inputs.toArray(long[][]::new))
                        && same(key.matrixA, first.matrixA)
                        && same(key.matrixB, first.matrixB),
                "has other points or constraints than the circuit and the powers give");
        long[] one2 = key.curve.g2().generator();
        must(Arrays.equals(transcript.last(0), key.delta1), "has another delta than its contributions give");
        must(key.curve.g2().contains(mine.delta2, 0), "has a delta that is not in G2");
        must(transcript.same(key.delta1, one2, key.curve.g1().generator(), mine.delta2), "has another delta in G2");
        PrimeField f = key.curve.scalars();
        PointLists lists = new PointLists(key.curve.g1(), f, workers);
        for (long[][] pair : new long[][][] {{key.c, first.c}, {key.h, first.h}}) {
            must(pair[0].length == pair[1].length, "has another number of points");
            must(lists.firstOutside(pair[0]) < 0, "has a point that is not in its group");
            int count = pair[0].length / key.curve.g1().affineLongs();
            long[] factors = PowersOfTau.challenges(f, count, random);
            must(
                    transcript.same(
                            combined(pair[0], factors, count, workers),
                            mine.delta2,
                            combined(pair[1], factors, count, workers),
                            one2),
                    "has points that do not go with its delta");
        }
    }

    private long[] combined(long[] points, long[] factors, int count, Workers workers) {
        Group g1 = key.curve.g1();
        return g1.toAffine(MultiScalar.sum(g1, key.curve.scalars(), points, 0, factors, 0, count, workers));
    }

    private static boolean same(SparseMatrix one, SparseMatrix other) {
        if (one.terms() != other.terms()) {
            return false;
        }
        int longs = one.terms() * 4;
        boolean same = Arrays.equals(one.coefficients(), 0, longs, other.coefficients(), 0, longs);
        for (int t = 0; t < one.terms() && same; t++) {
            same = one.row(t) == other.row(t) && one.wire(t) == other.wire(t);
        }
        return same;
    }

    private static void must(boolean holds, String wrong) {
        if (!holds) {
            throw CeremonyTranscript.bad("the key " + wrong);
        }
    }

    /// Reads a `.zkey` of a ceremony; {@link #verify} tells what it is worth.
    ///
    /// @throws PoyangException `PROOF_FILE_UNREADABLE` when it is spoilt, or of no ceremony of here
    public static Groth16Ceremony read(MemorySegment source) {
        Groth16ProvingKey key = Groth16ProvingKey.read(source);
        Sections file = new Sections(source, "zkey", 1, "the proving key");
        if (!file.has(PowersOfTau.OWN_SECTION + 1)) {
            throw file.wrong("it is of no ceremony that began here");
        }
        Sections.Section section = file.section(PowersOfTau.OWN_SECTION + 1);
        byte[] start = section.bytes("bytes of a beginning", 256);
        section.mustEnd();
        return new Groth16Ceremony(
                key, start, CeremonyTranscript.read(file, PowersOfTau.OWN_SECTION, key.curve, Sm3.digest(start), 1));
    }

    /// Writes a `.zkey` with the contributions.
    public void write(OutputStream out) throws IOException {
        SectionWriter writer = key.write(out, 2);
        writer.section(PowersOfTau.OWN_SECTION, transcript.encoded());
        writer.section(PowersOfTau.OWN_SECTION + 1, SectionWriter.joined(SectionWriter.wholes(start.length), start));
    }

    /// The key, which is as good as the contributions so far.
    public Groth16ProvingKey key() {
        return key;
    }

    /// Who contributed, in order.
    public List<String> contributors() {
        return transcript.names();
    }

    /// A hash for each contribution, by which its contributor finds it again.
    public List<String> fingerprints() {
        return transcript.fingerprints();
    }

    /// Makes the key with δ = 1.
    private static final class First {
        private final R1cs circuit;
        private final PowersOfTau powers;
        private final Workers workers;
        private final Curve curve;
        private final PrimeField f;
        private final int n;
        private final int power;

        First(R1cs circuit, PowersOfTau powers, Workers workers) {
            this.circuit = circuit;
            this.powers = powers;
            this.workers = workers;
            curve = circuit.curve();
            f = curve.scalars();
            n = f.longs();
            power = Groth16SetUp.powerOf(circuit);
            if (power > powers.power) {
                throw CeremonyTranscript.bad(
                        "the circuit needs powers of 2^" + power + ", these are of 2^" + powers.power);
            }
        }

        Groth16ProvingKey key() {
            SparseMatrix boundA = Groth16SetUp.bound(circuit);
            long[] tau1 = lagrange(curve.g1(), powers.tau1, power);
            long[] tau2 = lagrange(curve.g2(), powers.tau2, power);
            long[] alpha = lagrange(curve.g1(), powers.alpha1, power);
            long[] beta = lagrange(curve.g1(), powers.beta1, power);
            long[] a = transposed(curve.g1(), boundA, tau1);
            long[] b1 = transposed(curve.g1(), circuit.b(), tau1);
            long[] b2 = transposed(curve.g2(), circuit.b(), tau2);
            long[] c = transposed(curve.g1(), circuit.c(), tau1);
            plus(c, transposed(curve.g1(), boundA, beta));
            plus(c, transposed(curve.g1(), circuit.b(), alpha));
            int w1 = curve.g1().affineLongs();
            int inputs = circuit.publicWires() + 1;
            List<long[]> ic = new ArrayList<>();
            for (int i = 0; i < inputs; i++) {
                ic.add(Arrays.copyOfRange(c, i * w1, (i + 1) * w1));
            }
            long[] one1 = curve.g1().generator();
            long[] one2 = curve.g2().generator();
            return new Groth16ProvingKey(
                    circuit.wires(),
                    power,
                    Arrays.copyOf(powers.beta1, w1),
                    one1,
                    new Groth16Key(curve, Arrays.copyOf(powers.alpha1, w1), powers.beta2, one2, one2, ic),
                    new SparseMatrix[] {boundA, circuit.b()},
                    new long[][] {a, b1, b2, Arrays.copyOfRange(c, inputs * w1, c.length), oddLagrange()});
        }

        private long[] lagrange(Group group, long[] list, int log) {
            long[] part = Arrays.copyOf(list, group.affineLongs() << log);
            return new PointLists(group, f, workers).lagrange(part, curve.domain(log));
        }

        /// The odd Lagrange polynomials of the domain of twice the size. Their highest power of τ may be missing:
        /// what they are multiplied with is of a lower degree in sum.
        private long[] oddLagrange() {
            int w1 = curve.g1().affineLongs();
            long[] known = Arrays.copyOf(powers.tau1, Math.min(powers.tau1.length, ((2 << power) - 1) * w1));
            long[] both = lagrange(curve.g1(), known, power + 1);
            long[] odd = new long[w1 << power];
            for (int i = 0; i < 1 << power; i++) {
                System.arraycopy(both, (2 * i + 1) * w1, odd, i * w1, w1);
            }
            return odd;
        }

        /// For each wire, the sum of its rows' points with the matrix's coefficients.
        private long[] transposed(Group group, SparseMatrix matrix, long[] points) {
            int width = group.affineLongs();
            int jacobian = group.jacobianLongs();
            long[] one = f.of(1);
            long[] sums = PointLists.copies(group.infinity(), circuit.wires());
            long[] sum = new long[jacobian];
            for (int t = 0; t < matrix.terms(); t++) {
                int at = matrix.wire(t) * jacobian;
                System.arraycopy(sums, at, sum, 0, jacobian);
                if (f.equal(matrix.coefficients(), t * n, one, 0)) {
                    group.add(sum, points, matrix.row(t) * width);
                } else {
                    group.addJacobian(
                            sum, group.multiply(points, matrix.row(t) * width, f.value(matrix.coefficients(), t * n)));
                }
                System.arraycopy(sum, 0, sums, at, jacobian);
            }
            long[] affine = new long[circuit.wires() * width];
            group.toAffine(sums, circuit.wires(), affine);
            return affine;
        }

        private void plus(long[] c, long[] more) {
            Group g1 = curve.g1();
            int width = g1.affineLongs();
            long[] sums = new long[circuit.wires() * g1.jacobianLongs()];
            for (int i = 0; i < circuit.wires(); i++) {
                long[] sum = g1.toJacobian(c, i * width);
                g1.add(sum, more, i * width);
                System.arraycopy(sum, 0, sums, i * g1.jacobianLongs(), sum.length);
            }
            g1.toAffine(sums, circuit.wires(), c);
        }
    }
}
