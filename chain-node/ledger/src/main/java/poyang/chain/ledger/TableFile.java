package poyang.chain.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A table of RocksDB, and the CRC-32C over all its octets that RocksDB took while it wrote them and keeps in its
/// list of tables. Its check of a table's blocks leaves out those that it has no use for then, as parts of filters.
///
/// @param sum big-endian; none of a table that an earlier release wrote
record TableFile(Path file, Bytes sum) {
    private static final int AT_ONCE = 1 << 16;

    boolean summed() {
        return sum.length() > 0;
    }

    /// Reads the whole file.
    ///
    /// @throws PoyangException `LEDGER_DAMAGED`, `LEDGER_FAILED`
    void check() {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            CRC32C crc = new CRC32C();
            ByteBuffer part = ByteBuffer.allocate((int) Math.min(AT_ONCE, Math.max(1, in.size())));
            while (in.read(part) >= 0) {
                crc.update(part.flip());
                part.clear();
            }
            if (!new RecordWriter().u32((int) crc.getValue()).toBytes().equals(sum)) {
                throw RecordReader.damaged("the table " + file + " is not what was written");
            }
        } catch (IOException e) {
            throw new PoyangException(
                    LedgerErrors.LEDGER_FAILED,
                    "the table " + file + " cannot be read: " + e.getMessage(),
                    "a healthy disk is needed",
                    e);
        }
    }
}
