package poyang.chain.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import poyang.crypto.CryptoSuite;
import poyang.crypto.storage.SealedValues;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// How far the ledger went when it was last closed in good order, and the hash of its list of tables then, in a
/// sealed file beside it. A store takes a log or a list that was cut at its end for what a crash leaves; this tells
/// the one from the other, as far as the mark goes.
///
/// Sealed: height (8) · length of the list (8) · its hash (32) · its name. RocksDB begins a list anew when it opens
/// the store, or writes on at its end. A mark of an earlier release has the height alone.
final class ClosingMark {
    private static final int HASH_BYTES = 32;

    private final Path folder;
    private final Path file;
    private final SealedValues values;
    private final CryptoSuite suite;

    private record Marked(long height, long length, Bytes hash, String list) {}

    /// @param folder of the store; the mark lies beside it
    ClosingMark(Path folder, SealedValues values, CryptoSuite suite) {
        this.folder = folder;
        file = folder.resolveSibling(folder.getFileName() + ".mark");
        this.values = values;
        this.suite = suite;
    }

    /// Before the store is opened. What the store wrote since is none of the mark's business. Gives the height in the
    /// mark, if there is one, for {@link #check}.
    ///
    /// @throws PoyangException `LEDGER_DAMAGED` when the mark or the list of tables was changed
    OptionalLong checkList() {
        try {
            Optional<Marked> marked = read();
            if (marked.isPresent() && list().equals(Optional.of(marked.get().list()))) {
                Path list = folder.resolve(marked.get().list());
                if (!Files.exists(list)
                        || !marked.get().hash().equals(hash(list, marked.get().length()))) {
                    throw RecordReader.damaged(
                            "the list of its tables, " + list + ", is not the one that it was closed with");
                }
            }
            return marked.isPresent() ? OptionalLong.of(marked.get().height()) : OptionalLong.empty();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// @param marked from {@link #checkList}
    /// @throws PoyangException `LEDGER_DAMAGED` when the ledger ends below the mark
    static void check(long height, OptionalLong marked) {
        if (marked.isPresent() && height < marked.getAsLong()) {
            throw RecordReader.damaged(
                    "it ends with block " + height + ", and had block " + marked.getAsLong() + " when it was closed");
        }
    }

    /// Marks a store that has just been closed. Durable when it returns.
    void write(long height) {
        Path fresh = file.resolveSibling(name() + ".new");
        try {
            String list = list().orElseThrow(() -> new IOException(folder + " has no list of tables"));
            long length = Files.size(folder.resolve(list));
            Bytes content = new RecordWriter()
                    .u64(height)
                    .u64(length)
                    .raw(hash(folder.resolve(list), length))
                    .raw(Bytes.utf8(list))
                    .toBytes();
            try (FileChannel out = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer left = ByteBuffer.wrap(values.seal(name(), new byte[0], content.toArray()));
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

    private Optional<Marked> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        RecordReader in = new RecordReader(unsealed(Files.readAllBytes(file)));
        long height = in.u64();
        boolean whole = in.hasMore();
        return Optional.of(new Marked(
                height,
                whole ? in.u64() : 0,
                whole ? in.raw(HASH_BYTES) : Bytes.empty(),
                new String(in.rest().toArray(), StandardCharsets.UTF_8)));
    }

    private Bytes unsealed(byte[] sealed) {
        try {
            return Bytes.wrap(values.open(name(), new byte[0], sealed));
        } catch (PoyangException e) {
            throw RecordReader.damaged("the file " + name() + " is not authentic");
        }
    }

    /// The name of RocksDB's list of tables, as its file `CURRENT` has it.
    private Optional<String> list() throws IOException {
        Path current = folder.resolve("CURRENT");
        return Files.exists(current)
                ? Optional.of(new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip())
                : Optional.empty();
    }

    /// The hash of a file's first octets.
    private Bytes hash(Path list, long length) throws IOException {
        try (InputStream in = Files.newInputStream(list)) {
            return suite.hash(in.readNBytes(Math.toIntExact(length)));
        }
    }

    private String name() {
        return file.getFileName().toString();
    }

    private PoyangException failed(IOException e) {
        return new PoyangException(
                LedgerErrors.LEDGER_FAILED,
                "the file " + file + " or the list of tables cannot be read or written: " + e.getMessage(),
                "a healthy disk with free space is needed",
                e);
    }
}
