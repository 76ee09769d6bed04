package poyang.zkp.systems;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// The files `.r1cs` and `.wtns` of circom, read and written.
public final class CircuitFiles {
    private static final int COUNT_MAX = 1 << 28;
    private static final int TERMS_MAX = 1 << 26;

    private CircuitFiles() {}

    private static Curve curve(Sections file, BigInteger order) {
        return Curve.ofOrder(order)
                .orElseThrow(() -> file.wrong("its field is neither that of bn128 nor that of bls12381"));
    }

    /// Reads the values of all wires, as plain limbs.
    ///
    /// @throws poyang.kernel.PoyangException `PROOF_FILE_UNREADABLE` when it is of another curve or spoilt
    public static long[] readWitness(MemorySegment source, Curve curve) {
        Sections file = new Sections(source, "wtns", 2, "the witness");
        Sections.Section head = file.section(1);
        if (curve(file, head.modulus()) != curve) {
            throw file.wrong("it is over another curve than the key");
        }
        int count = head.count("values", COUNT_MAX);
        head.mustEnd();
        Sections.Section values = file.section(2);
        long[] all = values.elements(curve.scalars(), count);
        values.mustEnd();
        return all;
    }

    /// Writes the values of all wires, given as plain limbs.
    public static void writeWitness(OutputStream out, Curve curve, long[] values) throws IOException {
        PrimeField f = curve.scalars();
        SectionWriter writer = new SectionWriter(out, "wtns", 2, 2);
        writer.section(
                1,
                SectionWriter.joined(
                        SectionWriter.modulus(f.modulus(), f.bytes()),
                        SectionWriter.wholes(values.length / f.longs())));
        writer.section(2, 8L * values.length);
        writer.limbs(values);
    }

    /// Reads a constraint system.
    ///
    /// @throws poyang.kernel.PoyangException `PROOF_FILE_UNREADABLE` when it is spoilt, over another field,
    ///     or has custom gates
    public static R1cs readR1cs(MemorySegment source) {
        Sections file = new Sections(source, "r1cs", 1, "the circuit");
        Sections.Section head = file.section(1);
        Curve curve = curve(file, head.modulus());
        int wires = head.count("wires", COUNT_MAX);
        int outputs = head.count("outputs", COUNT_MAX);
        int inputs = head.count("public inputs", COUNT_MAX);
        int secret = head.count("secret inputs", COUNT_MAX);
        head.large();
        int constraints = head.count("constraints", COUNT_MAX);
        head.mustEnd();
        if (wires < 1 || (long) outputs + inputs + secret >= wires) {
            throw file.wrong("it has fewer wires than inputs and outputs");
        }
        if (file.has(4) && file.section(4).whole() != 0) {
            throw file.wrong("it has custom gates, which are not supported");
        }
        Sections.Section rows = file.section(2);
        PrimeField f = curve.scalars();
        SparseMatrix[] matrices = {new SparseMatrix(f), new SparseMatrix(f), new SparseMatrix(f)};
        for (int row = 0; row < constraints; row++) {
            for (SparseMatrix matrix : matrices) {
                int terms = rows.count("terms", TERMS_MAX);
                for (int t = 0; t < terms; t++) {
                    int wire = rows.count("wires", wires - 1);
                    long[] value = rows.elements(f, 1);
                    f.fromPlain(value, 0, value, 0);
                    matrix.add(row, wire, value, 0);
                }
            }
        }
        rows.mustEnd();
        return new R1cs(curve, wires, outputs + inputs, constraints, matrices[0], matrices[1], matrices[2]);
    }

    /// Writes a constraint system; its public wires are written as outputs.
    public static void writeR1cs(OutputStream out, R1cs circuit) throws IOException {
        PrimeField f = circuit.curve().scalars();
        SectionWriter writer = new SectionWriter(out, "r1cs", 1, 3);
        writer.section(
                1,
                SectionWriter.joined(
                        SectionWriter.modulus(f.modulus(), f.bytes()),
                        SectionWriter.wholes(
                                circuit.wires(),
                                circuit.publicWires(),
                                0,
                                0,
                                circuit.wires(),
                                0,
                                circuit.constraints())));
        SparseMatrix[] matrices = {circuit.a(), circuit.b(), circuit.c()};
        int[] next = new int[3];
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        for (int row = 0; row < circuit.constraints(); row++) {
            for (int m = 0; m < 3; m++) {
                SparseMatrix matrix = matrices[m];
                int from = next[m];
                while (next[m] < matrix.terms() && matrix.row(next[m]) == row) {
                    next[m]++;
                }
                rows.writeBytes(SectionWriter.wholes(next[m] - from));
                for (int t = from; t < next[m]; t++) {
                    long[] value = new long[f.longs()];
                    f.toPlain(value, 0, matrix.coefficients(), t * f.longs());
                    rows.writeBytes(SectionWriter.wholes(matrix.wire(t)));
                    rows.writeBytes(SectionWriter.limbBytes(value));
                }
            }
        }
        writer.section(2, rows.toByteArray());
        writer.section(3, 8L * circuit.wires());
        for (int i = 0; i < circuit.wires(); i++) {
            writer.large(i);
        }
    }
}
