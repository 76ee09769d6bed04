package poyang.zkp.systems;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;

/// The proving key of a circuit under PLONK, as a `.zkey` holds it: which wires each row has, the polynomials of
/// the selectors and of the permutation, and the powers of the universal set-up.
public final class PlonkProvingKey {
    private static final int PROTOCOL_NUMBER = 2;
    private static final int COUNT_MAX = 1 << 26;
    private static final int SELECTORS = 5;
    private static final int PERMUTATIONS = 3;
    private static final int EXTRA_POWERS = 6;

    /// One wire as a sum of two others with factors, in the order in which they are to be computed.
    static final class Addition {
        final int first;
        final int second;
        final long[] factors;

        Addition(int first, int second, long[] factors) {
            this.first = first;
            this.second = second;
            this.factors = factors;
        }
    }

    final Curve curve;
    final int wires;
    final PlonkKey verification;
    final Addition[] additions;
    /// The wires of the rows, for a, b and c.
    final int[][] rows;
    /// The coefficients of Qm, Ql, Qr, Qo, Qc, S1, S2, S3.
    final long[][] polynomials;
    final long[] powers;

    PlonkProvingKey(
            PlonkKey verification, int wires, Addition[] additions, int[][] rows, long[][] polynomials, long[] powers) {
        curve = verification.curve;
        this.wires = wires;
        this.verification = verification;
        this.additions = additions;
        this.rows = rows;
        this.polynomials = polynomials;
        this.powers = powers;
    }

    /// Reads a `.zkey`; strict as {@link Groth16ProvingKey#read}.
    ///
    /// @throws poyang.kernel.PoyangException `PROOF_FILE_UNREADABLE` when it is spoilt or of another system
    public static PlonkProvingKey read(MemorySegment source) {
        Sections file = new Sections(source, "zkey", 1, "the proving key");
        if (file.section(1).whole() != PROTOCOL_NUMBER) {
            throw file.wrong("it is none of plonk");
        }
        Sections.Section head = file.section(2);
        java.math.BigInteger base = head.modulus();
        Curve curve = Curve.ofOrder(head.modulus())
                .filter(known -> known.base().modulus().equals(base))
                .orElseThrow(() -> file.wrong("its curve is neither bn128 nor bls12381"));
        PrimeField f = curve.scalars();
        int wires = head.count("wires", COUNT_MAX);
        int publicValues = head.count("public values", COUNT_MAX);
        int size = head.count("rows", COUNT_MAX);
        int additionCount = head.count("additions", COUNT_MAX);
        int constraints = head.count("constraints", COUNT_MAX);
        if (Integer.bitCount(size) != 1
                || size < 8
                || constraints > size
                || publicValues >= constraints
                || additionCount >= wires
                || Integer.numberOfTrailingZeros(size) + 2 > curve.powerMax()) {
            throw file.wrong("its numbers of rows, wires, additions or public values are impossible");
        }
        long[] k1 = head.elements(f, 1);
        long[] k2 = head.elements(f, 1);
        Group g1 = curve.g1();
        long[][] commitments = new long[SELECTORS + PERMUTATIONS][];
        for (int i = 0; i < commitments.length; i++) {
            commitments[i] = head.points(curve, g1, 1);
        }
        long[] x2 = head.points(curve, curve.g2(), 1);
        head.mustEnd();
        PlonkKey verification =
                new PlonkKey(curve, publicValues, Integer.numberOfTrailingZeros(size), k1, k2, commitments, x2);
        int[][] rows = {
            row(file, 4, constraints, wires), row(file, 5, constraints, wires), row(file, 6, constraints, wires)
        };
        Sections.Section powers = file.section(14);
        long[] points = powers.points(curve, g1, size + EXTRA_POWERS);
        powers.mustEnd();
        return new PlonkProvingKey(
                verification,
                wires,
                additions(file, f, additionCount, wires - additionCount),
                rows,
                polynomials(file, f, size),
                points);
    }

    private static int[] row(Sections file, int kind, int constraints, int wires) {
        Sections.Section section = file.section(kind);
        int[] map = new int[constraints];
        for (int i = 0; i < constraints; i++) {
            map[i] = section.count("wires", wires - 1);
        }
        section.mustEnd();
        return map;
    }

    private static Addition[] additions(Sections file, PrimeField f, int count, int firstWire) {
        Sections.Section section = file.section(3);
        Addition[] additions = new Addition[count];
        for (int i = 0; i < count; i++) {
            int first = section.count("wires", firstWire + i - 1);
            int second = section.count("wires", firstWire + i - 1);
            additions[i] = new Addition(first, second, section.elements(f, 2));
        }
        section.mustEnd();
        return additions;
    }

    /// Coefficients; the values at four times as many roots, which follow them, are computed anew.
    private static long[][] polynomials(Sections file, PrimeField f, int size) {
        long values = 4L * size * f.bytes();
        long[][] all = new long[SELECTORS + PERMUTATIONS][];
        for (int i = 0; i < SELECTORS; i++) {
            Sections.Section section = file.section(7 + i);
            all[i] = section.elements(f, size);
            section.skip(values);
            section.mustEnd();
        }
        Sections.Section sigma = file.section(12);
        for (int i = 0; i < PERMUTATIONS; i++) {
            all[SELECTORS + i] = sigma.elements(f, size);
            sigma.skip(values);
        }
        sigma.mustEnd();
        return all;
    }

    /// Writes the key as a `.zkey`, for snarkjs too, with the values at four times as many roots.
    public void write(OutputStream out) throws IOException {
        PrimeField f = curve.scalars();
        int n = f.longs();
        int size = 1 << verification.power;
        SectionWriter writer = new SectionWriter(out, "zkey", 1, 14);
        writer.section(1, SectionWriter.wholes(PROTOCOL_NUMBER));
        byte[] head = SectionWriter.joined(
                SectionWriter.modulus(curve.base().modulus(), curve.base().bytes()),
                SectionWriter.modulus(f.modulus(), f.bytes()),
                SectionWriter.wholes(wires, verification.publicValues, size, additions.length, rows[0].length),
                SectionWriter.limbBytes(verification.k1),
                SectionWriter.limbBytes(verification.k2));
        for (long[] commitment : verification.commitments) {
            head = SectionWriter.joined(head, SectionWriter.limbBytes(commitment));
        }
        writer.section(2, SectionWriter.joined(head, SectionWriter.limbBytes(verification.x2)));
        writer.section(3, additions.length * (8L + 16L * n));
        for (Addition addition : additions) {
            writer.whole(addition.first);
            writer.whole(addition.second);
            writer.limbs(addition.factors);
        }
        for (int w = 0; w < 3; w++) {
            writer.section(4 + w, 4L * rows[w].length);
            for (int wire : rows[w]) {
                writer.whole(wire);
            }
        }
        Domain domain = curve.domain(verification.power);
        Domain large = curve.domain(verification.power + 2);
        long polynomial = 5L * size * n * 8;
        for (int q = 0; q < SELECTORS; q++) {
            writer.section(7 + q, polynomial);
            write(writer, polynomials[q], large);
        }
        writer.section(12, PERMUTATIONS * polynomial);
        for (int i = 0; i < PERMUTATIONS; i++) {
            write(writer, polynomials[SELECTORS + i], large);
        }
        int inputs = Math.max(1, verification.publicValues);
        writer.section(13, inputs * polynomial);
        for (int i = 0; i < inputs; i++) {
            long[] lagrange = new long[size * n];
            f.one(lagrange, i * n);
            domain.interpolate(lagrange);
            write(writer, lagrange, large);
        }
        writer.section(14, 8L * powers.length);
        writer.limbs(powers);
    }

    private static void write(SectionWriter writer, long[] coefficients, Domain large) throws IOException {
        writer.limbs(coefficients);
        long[] values = Arrays.copyOf(coefficients, 4 * coefficients.length);
        large.transform(values);
        writer.limbs(values);
    }

    public Curve curve() {
        return curve;
    }

    /// What verifies proofs made with this key.
    public PlonkKey verificationKey() {
        return verification;
    }
}
