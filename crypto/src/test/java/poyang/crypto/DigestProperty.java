package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import poyang.crypto.block.BlockForms;

/// SM3 and HMAC-SM3 of any length, in pieces, and of many messages at once, of one length or of several, in
/// both forms.
final class DigestProperty implements CryptoProperty {
    private static final int BLOCK_BYTES = 64;
    private static final int LONGEST_BYTES = 400;
    private static final int LONGEST_OF_MANY_BYTES = 140;
    private static final int MANY = 40;

    @Override
    public int share() {
        return 6;
    }

    @Override
    public void check(Draws draws) {
        byte[] message = draws.bytes(draws.length(BLOCK_BYTES, LONGEST_BYTES));
        byte[] expected = Twin.sm3(message);
        same("SM3", expected, Sm3.digest(message));
        Sm3 hash = new Sm3();
        for (int turn = 0; turn < 2; turn++) {
            // the instance starts anew after a digest
            int at = 0;
            while (at < message.length) {
                int part = Math.min(message.length - at, draws.length(BLOCK_BYTES, 3 * BLOCK_BYTES));
                hash.update(message, at, part);
                at += part;
            }
            same("SM3 in pieces", expected, hash.digest());
        }
        mac(draws, message);
        if (draws.oneIn(4)) {
            many(draws);
            all(draws);
        }
    }

    private static void mac(Draws draws, byte[] message) {
        byte[] key = draws.bytes(draws.length(BLOCK_BYTES, 3 * BLOCK_BYTES));
        HMac theirs = new HMac(new SM3Digest());
        theirs.init(new KeyParameter(key));
        theirs.update(message, 0, message.length);
        byte[] expected = new byte[Sm3.DIGEST_BYTES];
        theirs.doFinal(expected, 0);
        int cut = draws.below(message.length + 1);
        same(
                "HMAC-SM3",
                expected,
                Sm3.hmac(key, Arrays.copyOf(message, cut), Arrays.copyOfRange(message, cut, message.length)));
        byte[] beside = Arrays.copyOf(message, cut);
        Sm3.Mac mac = new Sm3.Mac(key);
        List<byte[]> together = mac.ofAll(List.of(message, beside, message));
        same("HMAC-SM3 of several", expected, together.getFirst());
        same("HMAC-SM3 of several", mac.of(beside), together.get(1));
        same("HMAC-SM3 of several", expected, together.getLast());
    }

    private static void many(Draws draws) {
        int length = draws.length(BLOCK_BYTES, LONGEST_OF_MANY_BYTES);
        int count = draws.below(MANY);
        byte[] messages = draws.bytes(length * count);
        byte[] expected = new byte[Sm3.DIGEST_BYTES * count];
        SM3Digest theirs = new SM3Digest();
        for (int i = 0; i < count; i++) {
            theirs.update(messages, i * length, length);
            theirs.doFinal(expected, i * Sm3.DIGEST_BYTES);
        }
        same("SM3 of many", expected, Sm3.digestMany(messages, length, count));
        same("SM3 of many, scalar", expected, BlockForms.sm3(false, messages, length, count));
        same("SM3 of many, vector", expected, BlockForms.sm3(true, messages, length, count));
    }

    private static void all(Draws draws) {
        byte[] prefix = draws.bytes(draws.below(3));
        List<byte[]> messages = new ArrayList<>();
        SM3Digest theirs = new SM3Digest();
        byte[] expected = new byte[0];
        for (int i = draws.below(MANY); i > 0; i--) {
            byte[] message = draws.bytes(draws.length(BLOCK_BYTES, LONGEST_OF_MANY_BYTES));
            messages.add(message);
            theirs.update(prefix, 0, prefix.length);
            theirs.update(message, 0, message.length);
            expected = Arrays.copyOf(expected, expected.length + Sm3.DIGEST_BYTES);
            theirs.doFinal(expected, expected.length - Sm3.DIGEST_BYTES);
        }
        same("SM3 of all", expected, joined(Sm3.digestAll(prefix, messages)));
        same("SM3 of all, scalar", expected, joined(BlockForms.sm3(false, prefix, messages)));
        same("SM3 of all, vector", expected, joined(BlockForms.sm3(true, prefix, messages)));
    }

    private static byte[] joined(byte[][] digests) {
        byte[] all = new byte[digests.length * Sm3.DIGEST_BYTES];
        for (int i = 0; i < digests.length; i++) {
            System.arraycopy(digests[i], 0, all, i * Sm3.DIGEST_BYTES, Sm3.DIGEST_BYTES);
        }
        return all;
    }
}
