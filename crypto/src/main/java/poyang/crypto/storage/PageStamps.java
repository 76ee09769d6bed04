package poyang.crypto.storage;

import java.util.Arrays;
import poyang.crypto.Sm4Gcm;

/// Stamp and tag of every page as it was written last: 30 bytes a page.
final class PageStamps {
    private static final int STAMP = SessionCipher.STAMP_BYTES;
    private static final int ENTRY_BYTES = STAMP + Sm4Gcm.TAG_BYTES;
    private static final int PAGES_A_BLOCK = 1 << 12;

    private byte[][] blocks = new byte[0][];
    private long count;

    long count() {
        return count;
    }

    /// Takes them from the slot at `at`; pages come in order or are known.
    void put(long number, byte[] source, int at) {
        int block = (int) (number / PAGES_A_BLOCK);
        if (block >= blocks.length) {
            blocks = Arrays.copyOf(blocks, block + 1);
            blocks[block] = new byte[PAGES_A_BLOCK * ENTRY_BYTES];
        }
        int to = (int) (number % PAGES_A_BLOCK) * ENTRY_BYTES;
        System.arraycopy(source, at, blocks[block], to, STAMP);
        System.arraycopy(source, tagOf(at), blocks[block], to + STAMP, Sm4Gcm.TAG_BYTES);
        count = Math.max(count, number + 1);
    }

    byte[] get(long number) {
        byte[] block = blocks[(int) (number / PAGES_A_BLOCK)];
        int from = (int) (number % PAGES_A_BLOCK) * ENTRY_BYTES;
        return Arrays.copyOfRange(block, from, from + ENTRY_BYTES);
    }

    boolean fits(long number, byte[] slot) {
        byte[] known = get(number);
        return Arrays.equals(known, 0, STAMP, slot, 0, STAMP)
                && Arrays.equals(known, STAMP, ENTRY_BYTES, slot, tagOf(0), tagOf(0) + Sm4Gcm.TAG_BYTES);
    }

    /// Forgets the pages from `number` on.
    void cut(long number) {
        if (number < count) {
            count = number;
            blocks = Arrays.copyOf(blocks, (int) ((number + PAGES_A_BLOCK - 1) / PAGES_A_BLOCK));
        }
    }

    private static int tagOf(int slot) {
        return slot + AtRestFile.SLOT_BYTES - Sm4Gcm.TAG_BYTES;
    }
}
