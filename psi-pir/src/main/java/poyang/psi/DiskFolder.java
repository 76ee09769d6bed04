package poyang.psi;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A folder in which a run keeps files, of one party alone: as they are, where only the owner may read it, or
/// sealed under a key.
///
/// A file is a row of chunks, each behind its 32-bit length. Sealed, a chunk is a nonce and SM4-GCM of
/// its content, with the file's name and the chunk's number as associated data: what was changed, swapped or moved is
/// `CHECKPOINT_DAMAGED`. That chunks are missing at the end, or that a file is an older one, shows by the
/// digests that are kept of files elsewhere.
///
/// - secrecy: who has no key learns names and lengths. Nonces are random: of 2^32 chunks under one key two share one
///   with probability below 2^-33, and a run of a billion rows has some 2^23
public final class DiskFolder {
    private static final int CHUNK_BYTES_MAX = 1 << 30;

    private final Path path;
    /// None where files stand as they are.
    private final @Nullable Sm4 cipher;

    private final @Nullable RandomSource nonces;

    private DiskFolder(Path path, @Nullable Sm4 cipher, @Nullable RandomSource nonces) {
        this.path = path;
        this.cipher = cipher;
        this.nonces = nonces;
    }

    /// Files as they are; the folder is made where there is none, for its owner alone.
    public static DiskFolder plain(Path path) {
        return new DiskFolder(made(path), null, null);
    }

    /// Files sealed under a key of 16 bytes.
    ///
    /// @param nonces never gives the same again while the key is in use
    public static DiskFolder sealed(Path path, byte[] key, RandomSource nonces) {
        return new DiskFolder(made(path), new Sm4(key), nonces);
    }

    private static Path made(Path path) {
        try {
            if (Files.notExists(path)) {
                Files.createDirectories(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String name) {
        return Files.exists(path.resolve(name));
    }

    void delete(String name) {
        try {
            Files.deleteIfExists(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes a file of one chunk in place of what there was.
    void write(String name, byte[] content) {
        write(name, 0, content, content.length, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /// Adds the chunk `number`, the first `length` bytes of `content`, at the end of a file.
    void append(String name, long number, byte[] content, int length) {
        write(name, number, content, length, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void write(String name, long number, byte[] content, int length, StandardOpenOption... how) {
        StandardOpenOption[] options = Arrays.copyOf(how, how.length + 1);
        options[how.length] = StandardOpenOption.WRITE;
        try (OutputStream out = Files.newOutputStream(path.resolve(name), options)) {
            out.write(chunk(name, number, content, length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] chunk(String name, long number, byte[] content, int length) {
        if (cipher == null || nonces == null) {
            return ByteBuffer.allocate(4 + length)
                    .putInt(length)
                    .put(content, 0, length)
                    .array();
        }
        byte[] nonce;
        byte[] sealed;
        synchronized (this) {
            nonce = nonces.bytes(Sm4Gcm.NONCE_BYTES);
            sealed = cipher.gcmEncrypt(
                    nonce, associated(name, number), Arrays.copyOf(content, length), Sm4Gcm.TAG_BYTES);
        }
        return ByteBuffer.allocate(4 + nonce.length + sealed.length)
                .putInt(nonce.length + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
    }

    private static byte[] associated(String name, long number) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(number)
                .put(text)
                .array();
    }

    /// A file's chunks in their order.
    void each(String name, Consumer<byte[]> chunks) {
        try (InputStream file = Files.newInputStream(path.resolve(name));
                DataInputStream in = new DataInputStream(file)) {
            long number = 0;
            for (long left = Files.size(path.resolve(name)); left > 0; number++) {
                int length = in.readInt();
                if (length < 0 || length > CHUNK_BYTES_MAX || length > left - 4) {
                    throw damaged(name);
                }
                byte[] chunk = in.readNBytes(length);
                left -= 4 + length;
                chunks.accept(opened(name, number, chunk));
            }
        } catch (EOFException | NoSuchFileException e) {
            throw damaged(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] opened(String name, long number, byte[] chunk) {
        if (cipher == null) {
            return chunk;
        }
        if (chunk.length < Sm4Gcm.NONCE_BYTES + Sm4Gcm.TAG_BYTES) {
            throw damaged(name);
        }
        synchronized (this) {
            return cipher.gcmDecrypt(
                            Arrays.copyOf(chunk, Sm4Gcm.NONCE_BYTES),
                            associated(name, number),
                            Arrays.copyOfRange(chunk, Sm4Gcm.NONCE_BYTES, chunk.length),
                            Sm4Gcm.TAG_BYTES)
                    .orElseThrow(() -> damaged(name));
        }
    }

    /// A file's content.
    byte[] read(String name) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[][] only = new byte[1][];
        int[] count = new int[1];
        each(name, chunk -> {
            if (count[0]++ == 0) {
                only[0] = chunk;
                return;
            }
            if (count[0] == 2) {
                all.writeBytes(only[0]);
            }
            all.writeBytes(chunk);
        });
        return count[0] == 1 ? only[0] : all.toByteArray();
    }

    /// The content of a file that must have this digest.
    byte[] read(String name, byte[] digest) {
        byte[] content = read(name);
        if (!Arrays.equals(Run.digest(content), digest)) {
            throw damaged(name);
        }
        return content;
    }

    /// Writes content with its digest in place of a file, or leaves the file as it was; on the medium when it returns.
    void replace(String name, byte[] content) {
        byte[] all = Arrays.copyOf(content, content.length + Sm3.DIGEST_BYTES);
        System.arraycopy(Sm3.digest(content), 0, all, content.length, Sm3.DIGEST_BYTES);
        Path draft = path.resolve(name + ".part");
        ByteBuffer chunk = ByteBuffer.wrap(chunk(name, 0, all, all.length));
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
                channel.force(true);
            }
            Files.move(draft, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until no other process has the folder, and has it until this is closed or the process ends.
    public FileChannel alone() {
        try {
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock _ = channel.lock();
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What {@link #replace} wrote.
    byte[] replaced(String name) {
        byte[] all = read(name);
        byte[] content = Arrays.copyOf(all, Math.max(0, all.length - Sm3.DIGEST_BYTES));
        if (!Arrays.equals(Sm3.digest(content), Arrays.copyOfRange(all, content.length, all.length))) {
            throw damaged(name);
        }
        return content;
    }

    /// The same, where there is such a file.
    Optional<byte[]> found(String name) {
        return has(name) ? Optional.of(replaced(name)) : Optional.empty();
    }

    private PoyangException damaged(String name) {
        return Checkpoint.damaged(path.resolve(name));
    }

    @Override
    public String toString() {
        return "DiskFolder[" + path + "]";
    }
}
