package poyang.chain.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// How far the ledger went when it was last closed in good order, in a sealed file beside it. A store
/// takes a log that was cut at its end for what a crash leaves; this tells the one from the other, as far
/// as the mark goes.
final class HeightMark {
    private final Path file;
    private final Store store;

    HeightMark(Path file, Store store) {
        this.file = file;
        this.store = store;
    }

    /// @throws PoyangException `LEDGER_DAMAGED` when the ledger ends below the mark, or the mark was changed
    void check(long height) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            Bytes sealed = Bytes.wrap(Files.readAllBytes(file));
            long marked = new RecordReader(store.unseal(name(), sealed)).u64();
            if (height < marked) {
                throw RecordReader.damaged(
                        "it ends with block " + height + ", and had block " + marked + " when it was closed");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Durable when it returns.
    void write(long height) {
        Bytes sealed = store.seal(name(), new RecordWriter().u64(height).toBytes());
        Path fresh = file.resolveSibling(name() + ".new");
        try {
            try (FileChannel out = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer left = ByteBuffer.wrap(sealed.toArray());
                while (left.hasRemaining()) {
                    out.write(left);
                }
                out.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private String name() {
        return file.getFileName().toString();
    }

    private PoyangException failed(IOException e) {
        return new PoyangException(
                LedgerErrors.LEDGER_FAILED,
                "the file " + file + " cannot be read or written: " + e.getMessage(),
                "a healthy disk with free space is needed",
                e);
    }
}
