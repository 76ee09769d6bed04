package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import poyang.crypto.Sm3;

/// The slots of one flush, before they go to their places: number of slots (4), of each its offset (8),
/// length (4) and bytes, and HMAC-SM3 over all of it. Whole, it is put in place again; otherwise the
/// flush had not begun.
final class PageJournal implements AutoCloseable {
    private static final int MOST_SLOTS = 1 << 16;

    private final FileChannel channel;
    private final byte[] macKey;

    PageJournal(Path file, DataKey key) throws IOException {
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                DurableFile.mode600());
        macKey = key.deriveLong("poyang.page-journal.v1", new byte[0]);
    }

    /// On disk when it returns.
    void write(Map<Long, byte[]> slots) throws IOException {
        int bytes = 4 + Sm3.DIGEST_BYTES;
        for (byte[] slot : slots.values()) {
            bytes += 12 + slot.length;
        }
        ByteBuffer out = ByteBuffer.allocate(bytes).putInt(slots.size());
        slots.forEach((offset, slot) -> out.putLong(offset).putInt(slot.length).put(slot));
        out.put(mac(out.array(), out.position())).flip();
        DurableFile.writeFully(channel, out, 0);
        channel.force(true);
    }

    /// Puts a whole journal's slots in place; gives false when there is none.
    boolean replay(FileChannel target) throws IOException {
        if (channel.size() < 4 + Sm3.DIGEST_BYTES || channel.size() > Integer.MAX_VALUE) {
            return false;
        }
        byte[] stored = new byte[(int) channel.size()];
        int _ = DurableFile.readFully(channel, ByteBuffer.wrap(stored), 0);
        TreeMap<Long, byte[]> slots = new TreeMap<>();
        ByteBuffer in = ByteBuffer.wrap(stored);
        int count = in.getInt();
        for (int i = 0; i < count && count <= MOST_SLOTS; i++) {
            if (in.remaining() < 12) {
                return false;
            }
            long offset = in.getLong();
            int length = in.getInt();
            if (length < 0 || in.remaining() < length) {
                return false;
            }
            byte[] slot = new byte[length];
            in.get(slot);
            slots.put(offset, slot);
        }
        int end = in.position();
        if (in.remaining() < Sm3.DIGEST_BYTES
                || !MessageDigest.isEqual(mac(stored, end), Arrays.copyOfRange(stored, end, end + Sm3.DIGEST_BYTES))) {
            return false;
        }
        for (Map.Entry<Long, byte[]> slot : slots.entrySet()) {
            DurableFile.writeFully(target, ByteBuffer.wrap(slot.getValue()), slot.getKey());
        }
        return true;
    }

    private byte[] mac(byte[] content, int length) {
        return Sm3.hmac(macKey, Arrays.copyOf(content, length));
    }

    void clear() throws IOException {
        channel.truncate(0);
    }

    @Override
    public void close() throws IOException {
        Arrays.fill(macKey, (byte) 0);
        channel.close();
    }
}
