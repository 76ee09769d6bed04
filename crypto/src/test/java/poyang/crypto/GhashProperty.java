package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.util.Arrays;
import org.bouncycastle.crypto.modes.gcm.Tables4kGCMMultiplier;
import poyang.crypto.block.BlockForms;
import poyang.crypto.block.Ghash;

/// GHASH in each of its forms, in pieces, with sparse and dense keys.
final class GhashProperty implements CryptoProperty {
    private static final int BLOCK_BYTES = 16;
    private static final int BLOCKS = 60;

    @Override
    public int share() {
        return 8;
    }

    @Override
    public void check(Draws draws) {
        byte[] key = element(draws);
        byte[] first = element(draws);
        byte[] data = draws.bytes(draws.length(BLOCK_BYTES, BLOCKS * BLOCK_BYTES));
        if (draws.oneIn(4)) {
            Arrays.fill(data, (byte) (draws.below(2) - 1));
        }
        Tables4kGCMMultiplier theirs = new Tables4kGCMMultiplier();
        theirs.init(key);
        byte[] y = new byte[BLOCK_BYTES];
        absorb(theirs, y, first);
        byte[] whole = Arrays.copyOf(data, data.length / BLOCK_BYTES * BLOCK_BYTES);
        absorb(theirs, y, whole);
        int at = draws.below(BLOCK_BYTES);
        byte[] shifted = Draws.joined(draws.bytes(at), whole);
        for (BlockForms.GhashForm form : BlockForms.GhashForm.values()) {
            same(form.name(), y, BlockForms.ghash(form, key, first, shifted, at));
        }
        absorb(theirs, y, Arrays.copyOfRange(data, whole.length, data.length));
        Ghash ours = new Ghash(key);
        int cut = draws.below(whole.length / BLOCK_BYTES + 1) * BLOCK_BYTES;
        for (int turn = 0; turn < 2; turn++) {
            ours.reset();
            ours.update(first, 0, first.length);
            ours.update(data, 0, cut);
            ours.update(data, cut, data.length - cut);
            same("in pieces", y, ours.value());
        }
    }

    private static void absorb(Tables4kGCMMultiplier theirs, byte[] y, byte[] data) {
        for (int at = 0; at < data.length; at += BLOCK_BYTES) {
            for (int i = at; i < Math.min(data.length, at + BLOCK_BYTES); i++) {
                y[i - at] ^= data[i];
            }
            theirs.multiplyH(y);
        }
    }

    /// 16 bytes: any, a single bit, or all ones but a bit.
    private static byte[] element(Draws draws) {
        return switch (draws.below(4)) {
            case 0 -> draws.flipped(new byte[BLOCK_BYTES]);
            case 1 -> {
                byte[] ones = new byte[BLOCK_BYTES];
                Arrays.fill(ones, (byte) 0xff);
                yield draws.flipped(ones);
            }
            default -> draws.bytes(BLOCK_BYTES);
        };
    }
}
