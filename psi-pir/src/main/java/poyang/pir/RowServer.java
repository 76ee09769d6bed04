package poyang.pir;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.psi.Workers;

/// The holder's side of reading one row: a matrix and what was prepared from it. Immutable; a
/// change of rows gives another one that shares what did not change, so answers under way are not
/// disturbed.
///
/// - secrecy: the query is a ring-LWE ciphertext; this side learns that a query was made and
///   nothing else
/// - cost: one pass over the matrix for all queries that come together, then 6,141 transforms and
///   products of degree 2,048 for each output (products once more for each further query)
public final class RowServer {
    private final Matrix matrix;
    private final PublicMasks masks;
    private final Packing[] packings;

    private RowServer(Matrix matrix, PublicMasks masks, Packing[] packings) {
        this.matrix = matrix;
        this.masks = masks;
        this.packings = packings;
    }

    /// How far the preparation is.
    @FunctionalInterface
    public interface Prepared {
        void outputs(int done, int total);
    }

    /// Prepares rows of bytes for queries.
    ///
    /// @param rows all of one length, which is filled up with zeros to whole outputs of 4,096 bytes
    /// @param seed 32 public bytes from which queries take their uniform halves
    /// @throws PoyangException `BAD_SHAPE`
    public static RowServer of(List<byte[]> rows, byte[] seed, Workers workers, Prepared progress) {
        Matrix matrix = Matrix.zeros(rows.size(), outputs(rows.isEmpty() ? 0 : rows.getFirst().length));
        for (int row = 0; row < rows.size(); row++) {
            matrix.fill(row, 0, rows.get(row));
        }
        return of(matrix, seed, workers, progress);
    }

    static int outputs(int rowBytes) {
        return Math.ceilDiv(rowBytes, PirParameters.OUTPUT_BYTES);
    }

    static RowServer of(Matrix matrix, byte[] seed, Workers workers, Prepared progress) {
        Bug.unless(seed.length == PirParameters.SEED_BYTES, "a seed has 32 bytes");
        PublicMasks masks = new PublicMasks(seed, matrix.rows());
        Packing[] packings = new Packing[matrix.outputs()];
        AtomicInteger done = new AtomicInteger();
        workers.each(packings.length, output -> {
            packings[output] = Packing.of(matrix, output, masks);
            progress.outputs(done.incrementAndGet(), packings.length);
        });
        return new RowServer(matrix, masks, packings);
    }

    public int rows() {
        return matrix.rows();
    }

    public int rowBytes() {
        return matrix.rowBytes();
    }

    /// Bytes of the stored matrix.
    public long matrixBytes() {
        return matrix.bytes();
    }

    /// Bytes of what was prepared from it.
    public long preparedBytes() {
        return packings.length * Packing.bytes();
    }

    public int queryBytes() {
        return RowQuery.bytes(matrix.rows());
    }

    Matrix matrix() {
        return matrix;
    }

    /// The same with parts of rows written over; only outputs in which a word changed are prepared
    /// anew.
    RowServer with(List<Matrix.Patch> patches, Workers workers) {
        Matrix.Patched patched = matrix.with(patches);
        Packing[] next = packings.clone();
        int[] outputs = patched.outputs().stream().toArray();
        workers.each(outputs.length, i -> next[outputs[i]] = Packing.of(patched.matrix(), outputs[i], masks));
        return new RowServer(patched.matrix(), masks, next);
    }

    /// Answers queries that stand one after the other in a frame; the matrix is read once for all.
    ///
    /// @param queries of {@link #queryBytes} each
    /// @throws PoyangException `BAD_FRAME`
    public byte[] answer(byte[] frame, int queries, Workers workers) {
        if (queries < 1 || frame.length != (long) queries * queryBytes()) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME,
                    "a frame of " + frame.length + " bytes is to hold " + queries + " queries",
                    "each query on this table has " + queryBytes() + " bytes");
        }
        RowQuery[] parsed = new RowQuery[queries];
        for (int i = 0; i < queries; i++) {
            parsed[i] = RowQuery.read(frame, i * queryBytes(), matrix.rows());
        }
        double[][][] bodies = firstPass(parsed, workers);
        byte[] out = new byte[queries * RowAnswer.bytes(matrix.outputs())];
        workers.each(packings.length, output -> pack(parsed, bodies, output, out));
        return out;
    }

    /// The constants v_c of each query and output, as coefficients.
    double[][][] firstPass(RowQuery[] queries, Workers workers) {
        double[][][] bodies = new double[queries.length][matrix.outputs()][Ring.N];
        workers.each(matrix.outputs() * Matrix.BLOCKS_PER_OUTPUT, block -> {
            long[][] sums = new long[queries.length][2 * Scan.COLUMNS];
            for (int from = 0; from < matrix.rows(); from += Scan.SPAN) {
                int to = Math.min(matrix.rows(), from + Scan.SPAN);
                for (int i = 0; i < queries.length; i++) {
                    Scan.add(matrix.block(block), from, to, queries[i].limbs(), sums[i]);
                }
            }
            int at = block % Matrix.BLOCKS_PER_OUTPUT * Scan.COLUMNS;
            for (int i = 0; i < queries.length; i++) {
                Scan.reduce(sums[i], bodies[i][block / Matrix.BLOCKS_PER_OUTPUT], at);
            }
        });
        return bodies;
    }

    private void pack(RowQuery[] queries, double[][][] bodies, int output, byte[] out) {
        double[][] sums = new double[queries.length][];
        ClientKeys[] keys = new ClientKeys[queries.length];
        for (int i = 0; i < queries.length; i++) {
            sums[i] = bodies[i][output];
            keys[i] = queries[i].keys();
            Ring.forward(sums[i]);
        }
        packings[output].apply(keys, sums);
        for (int i = 0; i < queries.length; i++) {
            Ring.inverse(sums[i]);
            RowAnswer.write(
                    Rounding.down(Ring.centred(sums[i]), PirParameters.BODY_BITS),
                    packings[output].mask(),
                    out,
                    i * RowAnswer.bytes(matrix.outputs()) + output * RowAnswer.OUTPUT_BYTES);
        }
    }
}
