package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Opens one file to another, going on where an earlier run was interrupted. The state is tagged
/// with the file's own key, so that it counts for this very sealed file only.
final class FileOpening {
    private static final byte[] STATE_MAGIC = {'P', 'O', 'Y', 'O', 'P', 'E', 'N', 1};
    private static final int STATE_BYTES = STATE_MAGIC.length + 8;

    private final Path sealed;
    private final Path plain;
    private final long syncBytes;

    FileOpening(Path sealed, Path plain, long syncBytes) {
        this.sealed = sealed;
        this.plain = plain;
        this.syncBytes = syncBytes;
    }

    SealedFile.Outcome run(SigningKey key, byte[] context) {
        try (FileChannel in = FileChannel.open(sealed, StandardOpenOption.READ)) {
            SealedHead head = SealedHead.read(Channels.newInputStream(in));
            try (ChunkCipher cipher = head.unlock(key, context);
                    PartFile out = new PartFile(plain)) {
                long start = earlier(out, cipher, head);
                return new SealedFile.Outcome(write(in, out, cipher, head, start), start * head.chunkBytes());
            }
        } catch (IOException e) {
            throw PartFile.failed("opening " + sealed + " failed", e);
        }
    }

    /// The number of chunks that an earlier run has opened.
    private static long earlier(PartFile out, ChunkCipher cipher, SealedHead head) throws IOException {
        Optional<byte[]> state = out.state();
        if (state.isPresent() && state.get().length == STATE_BYTES + Sm3.DIGEST_BYTES) {
            long chunks = ByteBuffer.wrap(state.get()).getLong(STATE_MAGIC.length);
            if (MessageDigest.isEqual(state.get(), state(cipher, head, chunks))
                    && out.channel().size() >= chunks * head.chunkBytes()) {
                out.channel().truncate(chunks * head.chunkBytes());
                return chunks;
            }
        }
        out.restart();
        return 0;
    }

    private long write(FileChannel in, PartFile out, ChunkCipher cipher, SealedHead head, long start)
            throws IOException {
        long sealedBytes = in.size() - head.length();
        long chunks = (sealedBytes + head.sealedChunkBytes() - 1) / head.sealedChunkBytes();
        if (chunks <= start) {
            throw ChunkCipher.rejected();
        }
        long synced = start;
        ByteBuffer buffer = ByteBuffer.allocate(head.sealedChunkBytes());
        for (long number = start; number < chunks; number++) {
            int read = DurableFile.readFully(in, buffer.clear(), head.length() + number * head.sealedChunkBytes());
            byte[] content;
            try {
                content = cipher.open(number, number == chunks - 1, Arrays.copyOf(buffer.array(), read));
            } catch (PoyangException e) {
                // What is authentic stays for the next run, with more or with the undamaged bytes.
                if (number == 0) {
                    out.discard();
                } else {
                    out.checkpoint(state(cipher, head, number));
                }
                throw e;
            }
            DurableFile.writeFully(out.channel(), ByteBuffer.wrap(content), number * head.chunkBytes());
            if ((number + 1 - synced) * head.chunkBytes() >= syncBytes) {
                synced = number + 1;
                out.checkpoint(state(cipher, head, synced));
            }
        }
        out.complete();
        return sealedBytes - chunks * Sm4Gcm.TAG_BYTES;
    }

    private static byte[] state(ChunkCipher cipher, SealedHead head, long chunks) {
        byte[] content = ByteBuffer.allocate(STATE_BYTES)
                .put(STATE_MAGIC)
                .putLong(chunks)
                .array();
        byte[] tag = cipher.tag(head.commitment().concat(Bytes.copyOf(content)).toArray());
        return ByteBuffer.allocate(STATE_BYTES + Sm3.DIGEST_BYTES)
                .put(content)
                .put(tag)
                .array();
    }
}
