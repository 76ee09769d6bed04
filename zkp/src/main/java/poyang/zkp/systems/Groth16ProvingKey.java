package poyang.zkp.systems;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;

/// The proving key of a circuit under Groth16, as a `.zkey` holds it: the points of the wires' polynomials A and
/// B, of C without the public ones, and H over the odd coset of the domain of twice the size.
public final class Groth16ProvingKey {
    private static final int PROTOCOL_NUMBER = 1;
    private static final int COUNT_MAX = 1 << 26;
    private static final int MPC_HASH_BYTES = 64;

    final Curve curve;
    final int wires;
    final int publicValues;
    final int power;
    final long[] beta1;
    final long[] delta1;
    final Groth16Key verification;
    final SparseMatrix matrixA;
    final SparseMatrix matrixB;
    final long[] a;
    final long[] b1;
    final long[] b2;
    final long[] c;
    final long[] h;

    Groth16ProvingKey(
            int wires,
            int power,
            long[] beta1,
            long[] delta1,
            Groth16Key verification,
            SparseMatrix[] matrices,
            long[][] points) {
        this.curve = verification.curve;
        this.wires = wires;
        this.publicValues = verification.publicValues();
        this.power = power;
        this.beta1 = beta1;
        this.delta1 = delta1;
        this.verification = verification;
        matrixA = matrices[0];
        matrixB = matrices[1];
        a = points[0];
        b1 = points[1];
        b2 = points[2];
        c = points[3];
        h = points[4];
    }

    /// Reads a `.zkey`. Numbers must be canonical and points on their curve; the key itself is as good as the
    /// set-up that made it.
    ///
    /// @throws poyang.kernel.PoyangException `PROOF_FILE_UNREADABLE` when it is spoilt or of another system
    public static Groth16ProvingKey read(MemorySegment source) {
        Sections file = new Sections(source, "zkey", 1, "the proving key");
        if (file.section(1).whole() != PROTOCOL_NUMBER) {
            throw file.wrong("it is none of groth16");
        }
        Sections.Section head = file.section(2);
        java.math.BigInteger base = head.modulus();
        Curve curve = Curve.ofOrder(head.modulus())
                .filter(known -> known.base().modulus().equals(base))
                .orElseThrow(() -> file.wrong("its curve is neither bn128 nor bls12381"));
        int wires = head.count("wires", COUNT_MAX);
        int publicValues = head.count("public values", COUNT_MAX);
        int size = head.count("rows", COUNT_MAX);
        if (Integer.bitCount(size) != 1 || publicValues >= wires) {
            throw file.wrong("its domain or its number of public values is impossible");
        }
        Group g1 = curve.g1();
        Group g2 = curve.g2();
        long[] alpha1 = head.points(curve, g1, 1);
        long[] beta1 = head.points(curve, g1, 1);
        long[] beta2 = head.points(curve, g2, 1);
        long[] gamma2 = head.points(curve, g2, 1);
        long[] delta1 = head.points(curve, g1, 1);
        long[] delta2 = head.points(curve, g2, 1);
        head.mustEnd();
        List<long[]> inputs = new ArrayList<>();
        Sections.Section ic = file.section(3);
        for (int i = 0; i <= publicValues; i++) {
            inputs.add(ic.points(curve, g1, 1));
        }
        ic.mustEnd();
        long[][] points = {
            whole(file, 5, curve, g1, wires),
            whole(file, 6, curve, g1, wires),
            whole(file, 7, curve, g2, wires),
            whole(file, 8, curve, g1, wires - publicValues - 1),
            whole(file, 9, curve, g1, size)
        };
        return new Groth16ProvingKey(
                wires,
                Integer.numberOfTrailingZeros(size),
                beta1,
                delta1,
                new Groth16Key(curve, alpha1, beta2, gamma2, delta2, inputs),
                matrices(file, curve.scalars(), size, wires),
                points);
    }

    private static long[] whole(Sections file, int kind, Curve curve, Group group, int count) {
        Sections.Section section = file.section(kind);
        long[] points = section.points(curve, group, count);
        section.mustEnd();
        return points;
    }

    /// Coefficients stand in the file as k·R², so that a product with a plain value is an element.
    private static SparseMatrix[] matrices(Sections file, PrimeField f, int rows, int wires) {
        Sections.Section section = file.section(4);
        SparseMatrix[] matrices = {new SparseMatrix(f), new SparseMatrix(f)};
        int count = section.count("coefficients", COUNT_MAX);
        for (int i = 0; i < count; i++) {
            int matrix = section.count("matrices", 1);
            int row = section.count("rows", rows - 1);
            int wire = section.count("wires", wires - 1);
            long[] value = section.elements(f, 1);
            f.toPlain(value, 0, value, 0);
            matrices[matrix].add(row, wire, value, 0);
        }
        section.mustEnd();
        return matrices;
    }

    /// Writes the key as a `.zkey` without contributions.
    public void write(OutputStream out) throws IOException {
        write(out, 0);
    }

    /// Writes the key's own sections; the caller writes so many more.
    SectionWriter write(OutputStream out, int more) throws IOException {
        PrimeField f = curve.scalars();
        PrimeField base = curve.base();
        SectionWriter writer = new SectionWriter(out, "zkey", 1, 10 + more);
        writer.section(1, SectionWriter.wholes(PROTOCOL_NUMBER));
        writer.section(
                2,
                SectionWriter.joined(
                        SectionWriter.modulus(base.modulus(), base.bytes()),
                        SectionWriter.modulus(f.modulus(), f.bytes()),
                        SectionWriter.wholes(wires, publicValues, 1 << power),
                        SectionWriter.limbBytes(verification.alpha1),
                        SectionWriter.limbBytes(beta1),
                        SectionWriter.limbBytes(verification.beta2),
                        SectionWriter.limbBytes(verification.gamma2),
                        SectionWriter.limbBytes(delta1),
                        SectionWriter.limbBytes(verification.delta2)));
        writer.section(3, 8L * verification.inputs.size() * verification.alpha1.length);
        for (long[] input : verification.inputs) {
            writer.limbs(input);
        }
        int n = f.longs();
        writer.section(4, 4 + (matrixA.terms() + (long) matrixB.terms()) * (12 + 8L * n));
        writer.whole(matrixA.terms() + matrixB.terms());
        long[] value = new long[n];
        for (int m = 0; m < 2; m++) {
            SparseMatrix matrix = m == 0 ? matrixA : matrixB;
            for (int t = 0; t < matrix.terms(); t++) {
                writer.whole(m);
                writer.whole(matrix.row(t));
                writer.whole(matrix.wire(t));
                f.fromPlain(value, 0, matrix.coefficients(), t * n);
                writer.limbs(value);
            }
        }
        long[][] points = {a, b1, b2, c, h};
        for (int i = 0; i < points.length; i++) {
            writer.section(5 + i, 8L * points[i].length);
            writer.limbs(points[i]);
        }
        writer.section(10, new byte[MPC_HASH_BYTES + 4]);
        return writer;
    }

    public Curve curve() {
        return curve;
    }

    public int wires() {
        return wires;
    }

    /// What verifies proofs made with this key.
    public Groth16Key verificationKey() {
        return verification;
    }
}
