package poyang.dashboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.storage.AtRestFile;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The database's files as it sees them, each an {@link AtRestFile} on disk with its data key in
/// `FILE.key`: tables, indexes and what the database keeps to recover, nothing of it in clear.
///
/// The database finds a disk by the first word of a file's name, in a table of its own; so every
/// console registers a disk with a word of its own and takes it away at the end.
final class SealedDisk implements AutoCloseable {
    private static final String PURPOSE = "console-index";
    private static final int WORD_BYTES = 8;

    private final StorageKey storage;
    private final RandomSource random;
    private final String word;
    private final Place root = new Place("");

    /// @param storage stays the caller's, who closes it after this disk
    SealedDisk(StorageKey storage, RandomSource random) {
        this.storage = storage;
        this.random = random;
        word = "sealed" + Bytes.wrap(random.bytes(WORD_BYTES)).hex();
        FilePath.register(root);
    }

    /// How the database names a file on this disk.
    String name(Path file) {
        return word + ":" + file.toAbsolutePath();
    }

    /// Refuses a database that an older release kept in clear.
    ///
    /// @throws PoyangException `PLAIN_STORAGE`
    static void refusePlain(Path database) {
        Path file = database.resolveSibling(database.getFileName() + ".mv.db");
        if (Files.exists(file) && !Files.exists(keyOf(file))) {
            throw new PoyangException(
                    CryptoErrors.PLAIN_STORAGE,
                    "the index " + file + " is in clear, or its key file was taken away",
                    "delete the index: the console reads the chain from its genesis and makes it anew, encrypted");
        }
    }

    private static Path keyOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".key");
    }

    @Override
    public void close() {
        FilePath.unregister(root);
    }

    /// A name on this disk.
    private final class Place extends FilePath {
        private final FilePath plain;

        Place(String path) {
            plain = FilePath.get(path.isEmpty() ? "." : path);
            name = word + ":" + path;
        }

        private Path path() {
            return Path.of(plain.toString());
        }

        private Place of(FilePath other) {
            return new Place(other.toString());
        }

        @Override
        public String getScheme() {
            return word;
        }

        @Override
        public FilePath getPath(String named) {
            return new Place(named.startsWith(word + ":") ? named.substring(word.length() + 1) : named);
        }

        @Override
        public FilePath unwrap() {
            return plain;
        }

        @Override
        public FileChannel open(String mode) throws IOException {
            boolean writes = !mode.toLowerCase(Locale.ROOT).equals("r");
            if (!writes && !exists()) {
                throw new IOException("there is no file " + name);
            }
            try {
                return new Content(AtRestFile.open(path(), storage.dataKey(keyOf(path()), PURPOSE, random), random));
            } catch (PoyangException e) {
                throw new IOException(e);
            }
        }

        @Override
        public long size() {
            try (FileChannel content = open("r")) {
                return content.size();
            } catch (IOException e) {
                return 0;
            }
        }

        @Override
        public void delete() {
            AtRestFile.delete(path());
            StorageKey.destroy(keyOf(path()), random);
        }

        @Override
        public void moveTo(FilePath to, boolean atomic) {
            plain.moveTo(to.unwrap(), atomic);
            FilePath.get(keyOf(path()).toString())
                    .moveTo(FilePath.get(keyOf(Path.of(to.unwrap().toString())).toString()), atomic);
        }

        @Override
        public boolean createFile() {
            if (exists()) {
                return false;
            }
            try (FileChannel _ = open("rw")) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public boolean exists() {
            return plain.exists();
        }

        @Override
        public List<FilePath> newDirectoryStream() {
            return plain.newDirectoryStream().stream().<FilePath>map(this::of).toList();
        }

        @Override
        public FilePath toRealPath() {
            return of(plain.toRealPath());
        }

        @Override
        public @Nullable FilePath getParent() {
            FilePath parent = plain.getParent();
            return parent == null ? null : of(parent);
        }

        @Override
        public boolean isDirectory() {
            return plain.isDirectory();
        }

        @Override
        public boolean isRegularFile() {
            return plain.isRegularFile();
        }

        @Override
        public boolean isAbsolute() {
            return plain.isAbsolute();
        }

        @Override
        public long lastModified() {
            return plain.lastModified();
        }

        @Override
        public boolean canWrite() {
            return plain.canWrite();
        }

        @Override
        public void createDirectory() {
            plain.createDirectory();
        }

        @Override
        public boolean setReadOnly() {
            return plain.setReadOnly();
        }
    }

    /// An open file.
    private static final class Content extends FileBaseDefault {
        private final AtRestFile file;

        Content(AtRestFile file) {
            this.file = file;
        }

        @Override
        public synchronized int read(ByteBuffer target, long position) throws IOException {
            try {
                return file.read(target, position);
            } catch (PoyangException e) {
                throw new IOException(e);
            }
        }

        @Override
        public synchronized int write(ByteBuffer source, long position) throws IOException {
            return file.write(source, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implTruncate(long length) throws IOException {
            file.truncate(length);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            file.force();
        }

        /// The file is locked against other processes as long as it is open.
        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            return new FileLock(this, position, size, shared) {
                @Override
                public boolean isValid() {
                    return file.isOpen();
                }

                @Override
                public void release() {
                    // with the file
                }
            };
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
