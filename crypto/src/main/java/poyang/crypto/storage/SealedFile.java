package poyang.crypto.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.VerificationKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A file of any size that only the holders of some SM2 keys open: an envelope of a fresh secret to
/// each of them, and the content in chunks of 64 KiB that are authentic one by one, in their order, to
/// the marked last. Memory does not grow with the file.
///
/// - refuses with a typed error: a changed bit anywhere; chunks cut off, repeated, dropped, moved, or
///   taken from another file; another context; another key
/// - no byte of a chunk leaves before the chunk was found authentic. A reader that streams learns only
///   at the end that the end is there: who must have all or nothing takes {@link #openFile}
/// - transfers resume: chunks stand at fixed places, so a copy that was interrupted goes on from
///   {@link #resumeOffset}, and who opens it holds on to the chunks that were found authentic
/// - anybody can seal to a key: a sealed file proves nothing about its sender
/// - cost: 16 bytes a chunk and 182 bytes a receiver
///
/// The context says what the content is and is not stored: a file moved to another place of the same
/// receiver does not open there.
public final class SealedFile {
    private SealedFile() {}

    /// How a file was sealed or opened.
    ///
    /// @param plainBytes length of the content
    /// @param resumedAt so many of them an earlier, interrupted run had done
    public record Outcome(long plainBytes, long resumedAt) {}

    /// Seals what is written to the stream, which needs {@link SealingStream#finish} at the end.
    public static SealingStream seal(
            OutputStream out, List<VerificationKey> receivers, byte[] context, RandomSource random) throws IOException {
        return seal(out, receivers, context, SealedHead.CHUNK_BITS, random);
    }

    static SealingStream seal(
            OutputStream out, List<VerificationKey> receivers, byte[] context, int chunkBits, RandomSource random)
            throws IOException {
        byte[] secret = random.bytes(ChunkCipher.SECRET_BYTES);
        SealedHead.Made made = SealedHead.make(receivers, context, chunkBits, secret, random);
        Arrays.fill(secret, (byte) 0);
        return new SealingStream(out, made);
    }

    /// Opens from front to end; reading throws a {@link PoyangException} where the file is not authentic.
    ///
    /// @throws PoyangException `NOT_A_SEALED_FILE`, `NOT_A_RECEIVER`, `SEALED_FILE_REJECTED`
    public static InputStream open(InputStream sealed, SigningKey key, byte[] context) throws IOException {
        SealedHead head = SealedHead.read(sealed);
        return new OpeningStream(sealed, head.unlock(key, context), head.sealedChunkBytes());
    }

    /// Opens for reading at any place, with an authentic size; reading throws a {@link PoyangException}
    /// where the file is not authentic. The result is for one thread.
    ///
    /// @throws PoyangException `NOT_A_SEALED_FILE`, `NOT_A_RECEIVER`, `SEALED_FILE_REJECTED`
    public static SeekableByteChannel open(SeekableByteChannel sealed, SigningKey key, byte[] context)
            throws IOException {
        SealedHead head = SealedHead.read(Channels.newInputStream(sealed.position(0)));
        return new OpeningChannel(sealed, head.unlock(key, context), head);
    }

    /// Seals a file to a new one, whole or not at all; run again after an interruption, it goes on
    /// where the last synced chunk ended.
    ///
    /// While it works, `sealed.part` holds the chunks and `sealed.part.state` what is needed to go on
    /// (mode 600). The key of the file follows from that state together with the content, so that a
    /// content that has changed since gets another key and no nonce is used for two contents.
    ///
    /// @throws PoyangException `SEALING_FAILED`; `SOURCE_CHANGED` when the file changes meanwhile
    public static Outcome sealFile(
            Path plain, Path sealed, List<VerificationKey> receivers, byte[] context, RandomSource random) {
        return new FileSealing(plain, sealed, FileSealing.SYNC_BYTES).run(receivers, context, random);
    }

    /// Opens a file to a new one (mode 600), whole or not at all; run again after an interruption, or
    /// when more of the sealed file has arrived, it goes on behind the last synced authentic chunk.
    ///
    /// While it works, `plain.part` holds what is authentic and `plain.part.state` how much that is.
    ///
    /// @throws PoyangException `NOT_A_SEALED_FILE`, `NOT_A_RECEIVER`, `SEALED_FILE_REJECTED`,
    ///     `SEALING_FAILED`
    public static Outcome openFile(Path sealed, Path plain, SigningKey key, byte[] context) {
        return new FileOpening(sealed, plain, FileSealing.SYNC_BYTES).run(key, context);
    }

    /// How much of an interrupted copy of a sealed file is worth keeping: its head and whole chunks. A
    /// transfer cuts the copy there and asks for the rest from that offset; no key is needed. What
    /// arrived damaged is found when the file is opened.
    ///
    /// @throws PoyangException `NOT_A_SEALED_FILE`
    public static long resumeOffset(Path copy) throws IOException {
        long present = Files.size(copy);
        try (InputStream in = Files.newInputStream(copy)) {
            if (present < SealedHead.FIXED_BYTES) {
                return 0;
            }
            SealedHead.Shape shape = SealedHead.readShape(in);
            long chunk = (long) shape.chunkBytes() + Sm4Gcm.TAG_BYTES;
            return present < shape.length() ? 0 : shape.length() + (present - shape.length()) / chunk * chunk;
        }
    }

    /// The length of a content of `plainBytes` sealed to so many receivers.
    public static long sealedBytes(long plainBytes, int receivers) {
        long chunk = SealedHead.CHUNK_BYTES;
        long chunks = Math.max(1, (plainBytes + chunk - 1) / chunk);
        return (long) SealedHead.length(receivers) + plainBytes + chunks * Sm4Gcm.TAG_BYTES;
    }
}
