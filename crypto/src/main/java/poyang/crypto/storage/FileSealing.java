package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.VerificationKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Seals one file to another, going on where an earlier run was interrupted.
///
/// The file's secret is HMAC-SM3(state's random key, SM3(content) ‖ length ‖ time of last change).
/// A chunk that was half written before a crash is therefore written again from the very same bytes,
/// or, when the content changed, under another key: no nonce of a key meets two contents. The content
/// is hashed once more while it is sealed, and the file is dropped when it was another one.
final class FileSealing {
    /// So much is written between two syncs, and at most lost by an interruption.
    static final long SYNC_BYTES = 64L << 20;

    private static final byte[] STATE_MAGIC = {'P', 'O', 'Y', 'S', 'T', 'A', 'T', 1};
    private static final int ROOT_BYTES = 32;
    private static final int STATE_BYTES = STATE_MAGIC.length + ROOT_BYTES + 8;
    private static final byte[] SECRET_DOMAIN = "poyang.sealed-source.v1".getBytes(StandardCharsets.US_ASCII);

    private final Path plain;
    private final Path sealed;
    private final long syncBytes;

    FileSealing(Path plain, Path sealed, long syncBytes) {
        this.plain = plain;
        this.sealed = sealed;
        this.syncBytes = syncBytes;
    }

    /// What the content was when it was looked at first.
    private static final class Source {
        private final byte[] digest;
        private final long length;
        private final long changedMillis;

        Source(byte[] digest, long length, long changedMillis) {
            this.digest = digest;
            this.length = length;
            this.changedMillis = changedMillis;
        }

        byte[] secret(byte[] root) {
            ByteBuffer numbers = ByteBuffer.allocate(16).putLong(length).putLong(changedMillis);
            return Sm3.hmac(root, SECRET_DOMAIN, digest, numbers.array());
        }
    }

    /// How far an earlier run came.
    private static final class Start {
        private final byte[] root;
        private final SealedHead head;
        private final ChunkCipher cipher;
        private final long chunks;

        Start(byte[] root, SealedHead head, ChunkCipher cipher, long chunks) {
            this.root = root;
            this.head = head;
            this.cipher = cipher;
            this.chunks = chunks;
        }
    }

    SealedFile.Outcome run(List<VerificationKey> receivers, byte[] context, RandomSource random) {
        try (FileChannel in = FileChannel.open(plain, StandardOpenOption.READ);
                PartFile out = new PartFile(sealed)) {
            Source source = look(in);
            Start start = earlier(out, source, receivers, context);
            if (start == null) {
                start = begin(out, source, receivers, context, random);
            }
            try (ChunkCipher cipher = start.cipher) {
                write(in, out, source, start, cipher);
            }
            Arrays.fill(start.root, (byte) 0);
            return new SealedFile.Outcome(source.length, start.chunks * start.head.chunkBytes());
        } catch (IOException e) {
            throw PartFile.failed("sealing " + plain + " failed", e);
        }
    }

    private Source look(FileChannel in) throws IOException {
        long changed = Files.getLastModifiedTime(plain).toMillis();
        long length = in.size();
        Sm3 hash = new Sm3();
        hash(in, hash, 0, length);
        return new Source(hash.digest(), length, changed);
    }

    private static void hash(FileChannel in, Sm3 hash, long from, long to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << SealedHead.CHUNK_BITS);
        for (long at = from; at < to; at += buffer.position()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
            if (DurableFile.readFully(in, buffer, at) == 0) {
                return;
            }
            hash.update(buffer.array(), 0, buffer.position());
        }
    }

    private static Start begin(
            PartFile out, Source source, List<VerificationKey> receivers, byte[] context, RandomSource random)
            throws IOException {
        out.restart();
        byte[] root = random.bytes(ROOT_BYTES);
        byte[] secret = source.secret(root);
        SealedHead.Made made = SealedHead.make(receivers, context, SealedHead.CHUNK_BITS, secret, random);
        Arrays.fill(secret, (byte) 0);
        DurableFile.writeFully(out.channel(), ByteBuffer.wrap(made.head().encoded()), 0);
        out.checkpoint(state(root, 0));
        return new Start(root, made.head(), made.cipher(), 0);
    }

    /// What an earlier run left, when it was this content for these receivers in this context.
    private static @Nullable Start earlier(PartFile out, Source source, List<VerificationKey> receivers, byte[] context)
            throws IOException {
        Optional<byte[]> state = out.state();
        if (state.isEmpty() || state.get().length != STATE_BYTES + Sm3.DIGEST_BYTES) {
            return null;
        }
        byte[] root = Arrays.copyOfRange(state.get(), STATE_MAGIC.length, STATE_MAGIC.length + ROOT_BYTES);
        long chunks = ByteBuffer.wrap(state.get()).getLong(STATE_MAGIC.length + ROOT_BYTES);
        if (!Arrays.equals(state.get(), state(root, chunks))) {
            return null;
        }
        try {
            SealedHead head =
                    SealedHead.read(Channels.newInputStream(out.channel().position(0)));
            long most = (out.channel().size() - head.length()) / head.sealedChunkBytes();
            if (!head.fits(receivers, SealedHead.CHUNK_BITS)
                    || chunks > most
                    || chunks * head.chunkBytes() > source.length) {
                return null;
            }
            return new Start(root, head, head.unlock(source.secret(root), context), chunks);
        } catch (PoyangException e) {
            return null; // another content or context
        }
    }

    private void write(FileChannel in, PartFile out, Source source, Start start, ChunkCipher cipher)
            throws IOException {
        int chunkBytes = start.head.chunkBytes();
        Sm3 hash = new Sm3();
        hash(in, hash, 0, start.chunks * chunkBytes);
        long synced = start.chunks;
        ByteBuffer buffer = ByteBuffer.allocate(chunkBytes);
        for (long number = start.chunks; ; number++) {
            long at = number * chunkBytes;
            boolean last = source.length - at <= chunkBytes;
            buffer.clear().limit((int) Math.min(chunkBytes, source.length - at));
            int read = DurableFile.readFully(in, buffer, at);
            hash.update(buffer.array(), 0, read);
            byte[] content = read == chunkBytes ? buffer.array() : Arrays.copyOf(buffer.array(), read);
            long to = start.head.length() + number * start.head.sealedChunkBytes();
            DurableFile.writeFully(out.channel(), ByteBuffer.wrap(cipher.seal(number, last, content)), to);
            if (last) {
                break;
            }
            if ((number + 1 - synced) * chunkBytes >= syncBytes) {
                synced = number + 1;
                out.checkpoint(state(start.root, synced));
            }
        }
        Arrays.fill(buffer.array(), (byte) 0);
        if (!Arrays.equals(hash.digest(), source.digest)) {
            out.discard();
            throw new PoyangException(
                    CryptoErrors.SOURCE_CHANGED,
                    "the file " + plain + " changed while it was sealed",
                    "seal it again when nobody writes to it");
        }
        long end = start.head.length() + source.length;
        out.channel().truncate(end + Math.max(1, (source.length + chunkBytes - 1) / chunkBytes) * Sm4Gcm.TAG_BYTES);
        out.complete();
    }

    private static byte[] state(byte[] root, long chunks) {
        byte[] content = ByteBuffer.allocate(STATE_BYTES)
                .put(STATE_MAGIC)
                .put(root)
                .putLong(chunks)
                .array();
        return ByteBuffer.allocate(STATE_BYTES + Sm3.DIGEST_BYTES)
                .put(content)
                .put(Sm3.digest(content))
                .array();
    }
}
