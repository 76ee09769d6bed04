package poyang.pir;

import java.util.BitSet;
import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// The stored words: rows of whole outputs of 2,048 words of 16 bits, kept as blocks of 64 columns
/// so that the first pass reads memory in one direction. Immutable once built; a changed matrix
/// shares the blocks that did not change.
final class Matrix {
    static final int BLOCKS_PER_OUTPUT = PirParameters.DEGREE / Scan.COLUMNS;
    private static final int BLOCK_ROW_BYTES = Scan.COLUMNS * Short.BYTES;

    private final int rows;
    private final int outputs;
    private final short[][] blocks;

    private Matrix(int rows, int outputs, short[][] blocks) {
        this.rows = rows;
        this.outputs = outputs;
        this.blocks = blocks;
    }

    /// Rows of zeros.
    ///
    /// @throws PoyangException `BAD_SHAPE`
    static Matrix zeros(int rows, int outputs) {
        check(rows, outputs);
        return new Matrix(rows, outputs, new short[outputs * BLOCKS_PER_OUTPUT][rows * Scan.COLUMNS]);
    }

    static void check(int rows, int outputs) {
        if (rows < 1 || rows > PirParameters.ROWS_MAX || outputs < 1 || outputs > PirParameters.OUTPUTS_MAX) {
            throw new PoyangException(
                    PirErrors.BAD_SHAPE,
                    "a matrix of " + rows + " rows of " + outputs + " outputs is asked for",
                    "1 to " + PirParameters.ROWS_MAX + " rows of 1 to " + PirParameters.OUTPUTS_MAX
                            + " outputs are possible");
        }
    }

    int rows() {
        return rows;
    }

    int outputs() {
        return outputs;
    }

    int rowBytes() {
        return outputs * PirParameters.OUTPUT_BYTES;
    }

    long bytes() {
        return (long) rows * rowBytes();
    }

    short[] block(int index) {
        return blocks[index];
    }

    /// Writes bytes into a row while the matrix is being built.
    void fill(int row, int byteOffset, byte[] content) {
        for (int i = 0; i < content.length; i++) {
            int at = byteOffset + i;
            set(blocks[at / BLOCK_ROW_BYTES], row, at, content[i]);
        }
    }

    private static void set(short[] block, int row, int at, byte octet) {
        int word = row * Scan.COLUMNS + at % BLOCK_ROW_BYTES / 2;
        block[word] = (short)
                (at % 2 == 0 ? (block[word] & 0x00ff) | octet << Byte.SIZE : (block[word] & 0xff00) | octet & 0xff);
    }

    byte[] row(int row) {
        byte[] out = new byte[rowBytes()];
        for (int at = 0; at < out.length; at++) {
            short word = blocks[at / BLOCK_ROW_BYTES][row * Scan.COLUMNS + at % BLOCK_ROW_BYTES / 2];
            out[at] = (byte) (at % 2 == 0 ? word >> Byte.SIZE : word);
        }
        return out;
    }

    /// Bytes that are written over a part of a row.
    ///
    /// @param offset even
    /// @param content of even length
    record Patch(int row, int offset, Bytes content) {}

    /// @param matrix after the patches
    /// @param outputs in which any word differs
    record Patched(Matrix matrix, BitSet outputs) {}

    Patched with(List<Patch> patches) {
        short[][] next = blocks.clone();
        BitSet copied = new BitSet();
        BitSet touched = new BitSet();
        for (Patch patch : patches) {
            for (int i = 0; i < patch.content().length(); i += 2) {
                int at = patch.offset() + i;
                int block = at / BLOCK_ROW_BYTES;
                int word = patch.row() * Scan.COLUMNS + at % BLOCK_ROW_BYTES / 2;
                short value = (short)
                        (patch.content().at(i) << Byte.SIZE | patch.content().at(i + 1) & 0xff);
                if (next[block][word] != value) {
                    if (!copied.get(block)) {
                        next[block] = blocks[block].clone();
                        copied.set(block);
                    }
                    next[block][word] = value;
                    touched.set(block / BLOCKS_PER_OUTPUT);
                }
            }
        }
        return new Patched(new Matrix(rows, outputs, next), touched);
    }
}
