package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// An encrypted file that grows by records, each durable when {@link #append} returns.
///
/// A record: length of the sealed record (4) · 12 bytes of HMAC-SM3(log key, number ‖ tag of the record
/// before ‖ length) · sealed record, with number and the tag before as associated data. So records
/// stand in one chain: none is changed, moved, dropped or put in.
///
/// Opening reads all records. What a crash left half written at the end (a frame cut short, or
/// never-written zeros) is cut off; any other fault is `STORAGE_DAMAGED`. A log cut at the border of
/// two records looks like an older one: who must know keeps a {@link Head} elsewhere, as the executor
/// anchors its audit log on chain, and gives it when opening.
public final class AtRestLog implements AutoCloseable {
    private static final byte[] MAGIC = {'P', 'O', 'Y', 'L', 'O', 'G', 0, 1};
    private static final int CHECK_BYTES = 12;
    private static final int FRAME_BYTES = 4 + CHECK_BYTES;
    private static final int LONGEST_RECORD = 16 << 20;

    private final FileChannel channel;
    private final SessionCipher cipher;
    private final DataKey key;
    private final byte[] frameKey;
    private long sequence;
    private byte[] tag = new byte[Sm4Gcm.TAG_BYTES];
    private long end = MAGIC.length;
    private boolean lost;

    /// How far a log goes: the number of its records and the tag of the last.
    public record Head(long sequence, Bytes tag) {}

    private AtRestLog(FileChannel channel, DataKey key, RandomSource random) {
        this.channel = channel;
        this.key = key;
        cipher = new SessionCipher(key, "poyang.log.v1", random);
        frameKey = key.deriveLong("poyang.log-frames.v1", new byte[0]);
    }

    /// Opens or makes a log and hands its records over in order.
    ///
    /// @param key belongs to the result, which closes it
    /// @param known a head that the log must contain
    /// @throws PoyangException `STORAGE_DAMAGED`, `STORAGE_FAILED`
    public static AtRestLog open(
            Path file, DataKey key, Optional<Head> known, Consumer<Bytes> records, RandomSource random) {
        try {
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    DurableFile.mode600());
            AtRestLog log = new AtRestLog(channel, key, random);
            try {
                lock(file, channel);
                log.read(known, records);
                DurableFile.syncFolder(file);
                return log;
            } catch (IOException | RuntimeException e) {
                log.close();
                throw e;
            }
        } catch (IOException e) {
            throw DataKey.failed("the log " + file + " cannot be opened", e);
        }
    }

    static void lock(Path file, FileChannel channel) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // refused below
        }
        throw new IOException("another process uses " + file);
    }

    private void read(Optional<Head> known, Consumer<Bytes> records) throws IOException {
        byte[] magic = new byte[MAGIC.length];
        int present = DurableFile.readFully(channel, ByteBuffer.wrap(magic), 0);
        if (!Arrays.equals(magic, 0, present, MAGIC, 0, present) && !zeros(0)) {
            throw SessionCipher.damaged("this is no encrypted log");
        }
        if (present < MAGIC.length || !Arrays.equals(magic, MAGIC)) {
            channel.truncate(0);
            DurableFile.writeFully(channel, ByteBuffer.wrap(MAGIC), 0);
            channel.force(true);
        }
        boolean met = known.isEmpty() || reached(known.get());
        for (Optional<byte[]> record = next(); record.isPresent(); record = next()) {
            met |= reached(known.orElse(new Head(0, Bytes.empty())));
            records.accept(Bytes.wrap(record.get()));
        }
        if (!met) {
            throw SessionCipher.damaged("the log ends before a record that is known to have been written");
        }
        channel.truncate(end);
        channel.force(true);
    }

    private boolean reached(Head known) {
        return known.sequence() == sequence && MessageDigest.isEqual(known.tag().toArray(), tag);
    }

    /// The record at `end`; empty when there is none or a crash cut it short.
    private Optional<byte[]> next() throws IOException {
        long left = channel.size() - end;
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        if (left < FRAME_BYTES || zeros(end)) {
            return Optional.empty();
        }
        int _ = DurableFile.readFully(channel, frame, end);
        int length = frame.getInt(0);
        if (!MessageDigest.isEqual(check(length), Arrays.copyOfRange(frame.array(), 4, FRAME_BYTES))
                || length < SessionCipher.OVERHEAD_BYTES
                || length > LONGEST_RECORD) {
            throw SessionCipher.damaged("record " + (sequence + 1) + " of the log was changed");
        }
        if (left < FRAME_BYTES + length) {
            return Optional.empty();
        }
        byte[] sealed = new byte[length];
        int _ = DurableFile.readFully(channel, ByteBuffer.wrap(sealed), end + FRAME_BYTES);
        if (zeros(end + FRAME_BYTES + length - Sm4Gcm.TAG_BYTES)) {
            return Optional.empty();
        }
        byte[] plain;
        try {
            plain = cipher.open(place(), sealed);
        } catch (PoyangException e) {
            throw SessionCipher.damaged("record " + (sequence + 1) + " of the log was changed");
        }
        advance(sealed);
        return Optional.of(plain);
    }

    /// Is there nothing but zeros from here on?
    private boolean zeros(long from) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        for (long at = from; ; at += buffer.position()) {
            if (DurableFile.readFully(channel, buffer.clear(), at) == 0) {
                return true;
            }
            for (int i = 0; i < buffer.position(); i++) {
                if (buffer.get(i) != 0) {
                    return false;
                }
            }
        }
    }

    private void advance(byte[] sealed) {
        sequence++;
        tag = Arrays.copyOfRange(sealed, sealed.length - Sm4Gcm.TAG_BYTES, sealed.length);
        end += FRAME_BYTES + sealed.length;
    }

    private byte[] place() {
        return ByteBuffer.allocate(8 + Sm4Gcm.TAG_BYTES)
                .putLong(sequence + 1)
                .put(tag)
                .array();
    }

    private byte[] check(int length) {
        byte[] mac = Sm3.hmac(
                frameKey, place(), ByteBuffer.allocate(4).putInt(length).array());
        return Arrays.copyOf(mac, CHECK_BYTES);
    }

    /// Writes one record; on disk when it returns.
    ///
    /// @throws PoyangException `STORAGE_FAILED`, from then on for every record
    public synchronized Head append(byte[] record) {
        Bug.unless(record.length <= LONGEST_RECORD - SessionCipher.OVERHEAD_BYTES, "a record is too long");
        try {
            if (lost) {
                throw new IOException("an earlier record could not be written");
            }
            lost = true;
            byte[] sealed = cipher.seal(place(), record);
            ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES + sealed.length)
                    .putInt(sealed.length)
                    .put(check(sealed.length))
                    .put(sealed)
                    .flip();
            DurableFile.writeFully(channel, frame, end);
            channel.force(false);
            advance(sealed);
            lost = false;
            return head();
        } catch (IOException e) {
            throw DataKey.failed("the log cannot be written", e);
        }
    }

    public synchronized Head head() {
        return new Head(sequence, Bytes.copyOf(tag));
    }

    @Override
    public synchronized void close() {
        cipher.close();
        Arrays.fill(frameKey, (byte) 0);
        key.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw DataKey.failed("the log cannot be closed", e);
        }
    }
}
