package poyang.psi;

import java.util.Arrays;
import java.util.BitSet;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// The keys of a table on disk, twice: as a {@link DiskSet} for the protocol, and as they are, in the order of
/// their rows, for committing to them and for writing a result. Memory does not grow with them, except by a bit a row.
///
/// Root and mark are the same as of a {@link KeySet} of the same rows.
public final class DiskKeys {
    private static final String FILE = "rows";
    private static final int LENGTH_BYTES = 4;
    private static final int BUFFER_BYTES = 1 << 16;

    private final DiskFolder folder;
    private final DiskSet set;

    private DiskKeys(DiskFolder folder, DiskSet set) {
        this.folder = folder;
        this.set = set;
    }

    /// Takes keys in the order of their rows.
    public static final class Writer {
        private final DiskFolder folder;
        private final DiskSet.Writer set;
        private byte[] buffer = new byte[BUFFER_BYTES];
        private int filled;
        private long chunks;
        private long rows;

        /// Begins in a folder of its own.
        public Writer(DiskFolder folder) {
            this.folder = folder;
            folder.delete(FILE);
            set = DiskSet.create(folder, "");
        }

        /// The next row's key, the first `length` bytes; of 0 bytes for none.
        public void add(byte[] key, int length) {
            rows++;
            set.add(key, length);
            if (buffer.length - filled < LENGTH_BYTES + length) {
                flush();
                if (buffer.length < LENGTH_BYTES + length) {
                    buffer = new byte[LENGTH_BYTES + length];
                }
            }
            Octets.put(buffer, filled, length, LENGTH_BYTES);
            System.arraycopy(key, 0, buffer, filled + LENGTH_BYTES, length);
            filled += LENGTH_BYTES + length;
        }

        private void flush() {
            folder.append(FILE, chunks++, buffer, filled);
            filled = 0;
        }

        public long rows() {
            return rows;
        }

        public DiskKeys finish() {
            flush();
            return new DiskKeys(folder, set.finish());
        }
    }

    public DiskSet set() {
        return set;
    }

    /// Takes a row's key, the first `length` bytes of an array that is used again.
    @FunctionalInterface
    public interface Taker {
        void take(long row, byte[] key, int length);
    }

    /// Calls with each key once, for the row that it came from first, in the order of rows.
    public void each(Taker taker) {
        BitSet first = set.firstRows();
        long[] row = {0};
        byte[][] key = {new byte[64]};
        folder.each(FILE, chunk -> {
            int at = 0;
            while (at < chunk.length) {
                int length = (int) Octets.get(chunk, at, LENGTH_BYTES);
                at += LENGTH_BYTES;
                if (first.get(Math.toIntExact(row[0]))) {
                    if (key[0].length < length) {
                        key[0] = new byte[2 * length];
                    }
                    System.arraycopy(chunk, at, key[0], 0, length);
                    taker.take(row[0], key[0], length);
                }
                row[0]++;
                at += length;
            }
        });
        Bug.unless(row[0] == set.rowsRead(), "the rows that were written are read");
    }

    /// As {@link Commitments#input(KeySet, RandomSource)}.
    public Bytes inputRoot(RandomSource random) {
        MerkleTree.Builder tree = new MerkleTree.Builder();
        each((_, key, length) ->
                tree.add(Sm3.digest(random.bytes(Commitments.SALT_BYTES), Arrays.copyOf(key, length))));
        return tree.root();
    }

    /// As {@link Commitments#versionMark(KeySet, byte[])}.
    public Bytes versionMark(byte[] secret) {
        Commitments.Mark mark = new Commitments.Mark(secret);
        each((_, key, length) -> mark.add(Arrays.copyOf(key, length)));
        return mark.finish();
    }

    @Override
    public String toString() {
        return "DiskKeys[" + set + "]";
    }
}
