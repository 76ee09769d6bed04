package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// An encrypted file that is read and written at any place, in pages of 4 KiB.
///
/// - on disk: a head, then a slot a page: session (8) · number (6) · SM4-GCM of the page (4,096 + 16),
///   the page's number as associated data. No nonce is used twice, over whatever restarts
///   ({@link SessionCipher})
/// - the head, sealed too, holds the length and the exclusive or of HMAC-SM3 over every page's number,
///   stamp and tag. Opening recomputes it over the whole file (one pass), so that a page put back to
///   an older state, moved or cut off is found; while the file is open the stamps are in memory
///   (30 bytes a page) and every page that is read must have the one that was written last
/// - writes gather in memory until {@link #force}, or until there are 256 pages; then they go to
///   `FILE.journal`, are synced, and go to their places. After a crash the file has all writes of a
///   force or none of them
/// - not found: the file and its journal as a whole put back to an older state, all of it. Who must
///   find that compares a version within with one that is kept elsewhere
///
/// Thread-safe; after a failed write nothing more is taken. Locked against a second process.
public final class AtRestFile implements AutoCloseable {
    static final int PAGE_BYTES = 4096;
    static final int SLOT_BYTES = SessionCipher.OVERHEAD_BYTES + PAGE_BYTES;
    static final int HEAD_BYTES = 4096;
    private static final byte[] MAGIC = {'P', 'O', 'Y', 'R', 'E', 'S', 'T', 1};
    private static final int SEALED_HEAD_BYTES = SessionCipher.OVERHEAD_BYTES + 8 + Sm3.DIGEST_BYTES;
    private static final byte[] HEAD_PLACE = {'h', 'e', 'a', 'd'};
    private static final String PAGES = "poyang.pages.v1";
    private static final int DIRTY_PAGES_MAX = 256;
    private static final int SCAN_BYTES = 64 * SLOT_BYTES;

    private final Path file;
    private final FileChannel channel;
    private final PageJournal journal;
    private final DataKey key;
    private final SessionCipher cipher;
    private final byte[] setKey;
    private final TreeMap<Long, byte[]> dirty = new TreeMap<>();
    private final PageStamps stamps = new PageStamps();
    private final byte[] set = new byte[Sm3.DIGEST_BYTES];
    private long length;
    private boolean headDirty;
    private boolean lost;
    private long cachedNumber = -1;
    private byte[] cached = new byte[0];

    private AtRestFile(Path file, FileChannel channel, PageJournal journal, DataKey key, RandomSource random) {
        this.file = file;
        this.channel = channel;
        this.journal = journal;
        this.key = key;
        cipher = new SessionCipher(key, PAGES, random);
        setKey = key.deriveLong("poyang.page-set.v1", new byte[0]);
    }

    /// Opens a file or makes an empty one, and checks all of it.
    ///
    /// @param key belongs to the result, which closes it
    /// @throws PoyangException `PLAIN_STORAGE` when the file is there in clear, `STORAGE_DAMAGED`,
    ///     `STORAGE_FAILED`
    public static AtRestFile open(Path file, DataKey key, RandomSource random) {
        try {
            if (!Files.exists(file)) {
                create(file, key, random);
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            PageJournal journal = new PageJournal(file.resolveSibling(file.getFileName() + ".journal"), key);
            AtRestFile opened = new AtRestFile(file, channel, journal, key, random);
            try {
                AtRestLog.lock(file, channel);
                opened.start();
                return opened;
            } catch (IOException | RuntimeException e) {
                opened.release();
                throw e;
            }
        } catch (IOException e) {
            throw DataKey.failed("the file " + file + " cannot be opened", e);
        }
    }

    /// An empty file is there as a whole or not at all, so that one that was cut to nothing is found.
    private static void create(Path file, DataKey key, RandomSource random) throws IOException {
        AtRestFile.delete(file);
        try (SessionCipher first = new SessionCipher(key, PAGES, random)) {
            DurableFile.replace(file, head(first, 0, new byte[Sm3.DIGEST_BYTES]));
        }
    }

    private static byte[] head(SessionCipher cipher, long length, byte[] set) {
        byte[] state =
                ByteBuffer.allocate(8 + set.length).putLong(length).put(set).array();
        return ByteBuffer.allocate(HEAD_BYTES)
                .put(MAGIC)
                .put(cipher.seal(HEAD_PLACE, state))
                .array();
    }

    private void start() throws IOException {
        if (journal.replay(channel)) {
            channel.force(true);
        }
        journal.clear();
        ByteBuffer head = ByteBuffer.allocate(MAGIC.length + SEALED_HEAD_BYTES);
        int read = DurableFile.readFully(channel, head, 0);
        if (read < head.capacity() && Arrays.equals(head.array(), 0, Math.min(read, 8), MAGIC, 0, Math.min(read, 8))) {
            throw damaged();
        }
        if (!Arrays.equals(head.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new PoyangException(
                    CryptoErrors.PLAIN_STORAGE,
                    "the file " + file + " is no encrypted file",
                    "move it away: this process keeps nothing in clear, and makes the file anew");
        }
        byte[] sealed = Arrays.copyOfRange(head.array(), MAGIC.length, head.capacity());
        ByteBuffer state = ByteBuffer.wrap(cipher.open(HEAD_PLACE, sealed));
        length = state.getLong();
        state.get(set);
        scan();
    }

    /// Reads every slot's stamp and tag; they must be those that the head names.
    private void scan() throws IOException {
        long pages = pages(length);
        if (channel.size() < HEAD_BYTES + pages * SLOT_BYTES) {
            throw damaged();
        }
        channel.truncate(HEAD_BYTES + pages * SLOT_BYTES);
        byte[] found = new byte[Sm3.DIGEST_BYTES];
        ByteBuffer buffer = ByteBuffer.allocate(SCAN_BYTES);
        for (long page = 0; page < pages; page += SCAN_BYTES / SLOT_BYTES) {
            int read = DurableFile.readFully(channel, buffer.clear(), HEAD_BYTES + page * SLOT_BYTES);
            for (int at = 0; at + SLOT_BYTES <= read; at += SLOT_BYTES) {
                long number = page + at / SLOT_BYTES;
                stamps.put(number, buffer.array(), at);
                mix(found, number);
            }
        }
        if (!MessageDigest.isEqual(found, set)) {
            throw damaged();
        }
    }

    private void mix(byte[] into, long number) {
        byte[] term = Sm3.hmac(setKey, place(number), stamps.get(number));
        for (int i = 0; i < into.length; i++) {
            into[i] ^= term[i];
        }
    }

    private static long pages(long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    private static byte[] place(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private PoyangException damaged() {
        return SessionCipher.damaged("the encrypted file " + file + " was changed or cut");
    }

    public synchronized long size() throws IOException {
        needOpen();
        return length;
    }

    /// Reads from `position` on; gives the number of bytes, or -1 at the end.
    ///
    /// @throws PoyangException `STORAGE_DAMAGED`
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        needOpen();
        if (position >= length) {
            return -1;
        }
        int before = target.remaining();
        long at = position;
        while (target.hasRemaining() && at < length) {
            int from = (int) (at % PAGE_BYTES);
            int step = (int) Math.min(Math.min(target.remaining(), PAGE_BYTES - from), length - at);
            target.put(page(at / PAGE_BYTES), from, step);
            at += step;
        }
        return before - target.remaining();
    }

    /// The content of a page below the end; not to be changed.
    private byte[] page(long number) throws IOException {
        byte[] changed = dirty.get(number);
        if (changed != null) {
            return changed;
        }
        if (number != cachedNumber) {
            byte[] slot = new byte[SLOT_BYTES];
            int _ = DurableFile.readFully(channel, ByteBuffer.wrap(slot), HEAD_BYTES + number * SLOT_BYTES);
            if (!stamps.fits(number, slot)) {
                throw damaged();
            }
            cached = cipher.open(place(number), slot);
            cachedNumber = number;
        }
        return cached;
    }

    /// Writes all of `source` at `position`; a gap before it reads as zeros.
    public synchronized int write(ByteBuffer source, long position) throws IOException {
        needOpen();
        int written = source.remaining();
        if (position > length) {
            extend(position);
        }
        long at = position;
        while (source.hasRemaining()) {
            int from = (int) (at % PAGE_BYTES);
            int step = Math.min(source.remaining(), PAGE_BYTES - from);
            source.get(writable(at / PAGE_BYTES), from, step);
            at += step;
            length = Math.max(length, at);
            headDirty = true;
            if (dirty.size() >= DIRTY_PAGES_MAX) {
                flush();
            }
        }
        return written;
    }

    private void extend(long to) throws IOException {
        while (length < to) {
            byte[] _ = writable(length / PAGE_BYTES);
            length = Math.min(to, (length / PAGE_BYTES + 1) * PAGE_BYTES);
            headDirty = true;
            if (dirty.size() >= DIRTY_PAGES_MAX) {
                flush();
            }
        }
    }

    /// A page to be changed: what it holds, or zeros behind the end.
    private byte[] writable(long number) throws IOException {
        byte[] changed = dirty.get(number);
        if (changed == null) {
            changed = number < pages(length) ? page(number).clone() : new byte[PAGE_BYTES];
            dirty.put(number, changed);
        }
        if (number == cachedNumber) {
            cachedNumber = -1;
        }
        return changed;
    }

    /// Cuts the file; it is never made longer by this.
    public synchronized void truncate(long to) throws IOException {
        needOpen();
        if (to >= length) {
            return;
        }
        if (to % PAGE_BYTES != 0) {
            Arrays.fill(writable(to / PAGE_BYTES), (int) (to % PAGE_BYTES), PAGE_BYTES, (byte) 0);
        }
        length = to;
        dirty.tailMap(pages(to), true).clear();
        cachedNumber = -1;
        headDirty = true;
    }

    /// Returns when all writes are on disk.
    public synchronized void force() throws IOException {
        needOpen();
        flush();
    }

    private void flush() throws IOException {
        if (!headDirty) {
            return;
        }
        lost = true;
        TreeMap<Long, byte[]> slots = new TreeMap<>();
        for (long gone = pages(length); gone < stamps.count(); gone++) {
            mix(set, gone);
        }
        stamps.cut(pages(length));
        for (Map.Entry<Long, byte[]> page : dirty.entrySet()) {
            long number = page.getKey();
            byte[] slot = cipher.seal(place(number), page.getValue());
            if (number < stamps.count()) {
                mix(set, number);
            }
            stamps.put(number, slot, 0);
            mix(set, number);
            slots.put(HEAD_BYTES + number * SLOT_BYTES, slot);
        }
        byte[] state =
                ByteBuffer.allocate(8 + set.length).putLong(length).put(set).array();
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(MAGIC)
                .put(cipher.seal(HEAD_PLACE, state))
                .array();
        slots.put(0L, head);
        journal.write(slots);
        for (Map.Entry<Long, byte[]> slot : slots.entrySet()) {
            DurableFile.writeFully(channel, ByteBuffer.wrap(slot.getValue()), slot.getKey());
        }
        channel.truncate(HEAD_BYTES + pages(length) * SLOT_BYTES);
        channel.force(true);
        journal.clear();
        dirty.clear();
        headDirty = false;
        lost = false;
    }

    private void needOpen() throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (lost) {
            throw new IOException("an earlier write to " + file + " failed");
        }
    }

    public synchronized boolean isOpen() {
        return channel.isOpen();
    }

    /// Writes what is not written yet, and ends.
    @Override
    public synchronized void close() throws IOException {
        if (channel.isOpen()) {
            try {
                if (!lost) {
                    flush();
                }
            } finally {
                release();
            }
        }
    }

    private void release() throws IOException {
        cipher.close();
        Arrays.fill(setKey, (byte) 0);
        key.close();
        journal.close();
        dirty.values().forEach(page -> Arrays.fill(page, (byte) 0));
        channel.close();
    }

    /// Deletes a file with its journal; its data key is destroyed apart.
    ///
    /// @throws PoyangException `STORAGE_FAILED`
    public static void delete(Path file) {
        try {
            boolean _ = Files.deleteIfExists(file);
            boolean _ = Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".journal"));
        } catch (IOException e) {
            throw DataKey.failed("the file " + file + " cannot be deleted", e);
        }
    }

    /// Stops as a crash would: nothing more is written.
    void crash() throws IOException {
        Bug.unless(channel.isOpen(), "the file is closed");
        release();
    }
}
