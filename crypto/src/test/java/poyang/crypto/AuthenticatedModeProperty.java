package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// SM4-GCM and SM4-CCM: any length of nonce, associated data, text and tag; what was changed is refused.
final class AuthenticatedModeProperty implements CryptoProperty {
    private static final int BLOCK_BYTES = 16;
    private static final int LONGEST_BYTES = 300;
    private static final int LONGEST_WIDE_BYTES = 5000;
    private static final int LONGEST_NONCE_BYTES = 40;

    @Override
    public int share() {
        return 8;
    }

    @Override
    public void check(Draws draws) {
        boolean gcm = draws.oneIn(2);
        byte[] key = draws.bytes(BLOCK_BYTES);
        int nonceBytes = 7 + draws.below(7);
        int tagBytes = 4 + 2 * draws.below(7);
        if (gcm) {
            nonceBytes = draws.oneIn(2) ? 12 : 1 + draws.below(LONGEST_NONCE_BYTES);
            tagBytes = 12 + draws.below(5);
        }
        byte[] nonce = draws.bytes(nonceBytes);
        byte[] associated = draws.bytes(draws.length(BLOCK_BYTES, 80));
        byte[] plain = draws.bytes(draws.length(BLOCK_BYTES, draws.oneIn(20) ? LONGEST_WIDE_BYTES : LONGEST_BYTES));
        byte[] expected = new Twin.Sealing(gcm, key, nonce, associated, tagBytes)
                .run(true, plain)
                .orElseThrow();
        try (Sm4 cipher = new Sm4(key)) {
            String mode = gcm ? "GCM" : "CCM";
            byte[] ours = gcm
                    ? cipher.gcmEncrypt(nonce, associated, plain, tagBytes)
                    : cipher.ccmEncrypt(nonce, associated, plain, tagBytes);
            same(mode, expected, ours);
            Optional<byte[]> back = opened(cipher, gcm, nonce, associated, ours, tagBytes);
            same(mode + " back", plain, back.orElseThrow());
            refusals(draws, cipher, gcm, key, new byte[][] {nonce, associated, ours}, tagBytes);
            if (gcm) {
                together(draws, cipher, key, tagBytes);
            }
        }
    }

    /// Messages whose key streams are made together are sealed as each by itself.
    private static void together(Draws draws, Sm4 cipher, byte[] key, int tagBytes) {
        List<byte[][]> parts = new ArrayList<>();
        List<Sm4.Plain> messages = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int i = draws.below(12); i >= 0; i--) {
            byte[] nonce = draws.bytes(12);
            byte[] associated = draws.bytes(draws.length(BLOCK_BYTES, 80));
            byte[] plain = draws.bytes(draws.length(BLOCK_BYTES, draws.oneIn(20) ? LONGEST_WIDE_BYTES : LONGEST_BYTES));
            parts.add(new byte[][] {nonce, associated, plain});
            messages.add(new Sm4.Plain(nonce, associated, plain));
            expected.add(new Twin.Sealing(true, key, nonce, associated, tagBytes)
                    .run(true, plain)
                    .orElseThrow());
        }
        int head = draws.below(20);
        List<byte[]> ours = new ArrayList<>();
        for (byte[] headed : cipher.gcmEncryptAll(messages, head, tagBytes)) {
            same("before GCM's result", new byte[head], Arrays.copyOf(headed, head));
            ours.add(Arrays.copyOfRange(headed, head, headed.length));
        }
        same("GCM together", expected.size(), ours.size());
        for (int i = 0; i < ours.size(); i++) {
            same("GCM together", expected.get(i), ours.get(i));
        }
        openedTogether(draws, cipher, parts, ours, tagBytes);
    }

    /// All are opened together, of which one may have been changed or cut.
    ///
    /// @param parts nonce, associated data and plaintext of each
    private static void openedTogether(
            Draws draws, Sm4 cipher, List<byte[][]> parts, List<byte[]> ciphertexts, int tagBytes) {
        int changed = draws.below(2 * parts.size());
        List<Sm4.Sealed> sealed = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            byte[] whole = ciphertexts.get(i);
            byte[] other = draws.oneIn(5) ? Arrays.copyOf(whole, draws.below(tagBytes)) : draws.flipped(whole);
            sealed.add(new Sm4.Sealed(parts.get(i)[0], parts.get(i)[1], i == changed ? other : whole));
        }
        List<Optional<byte[]>> opened = cipher.gcmDecryptAll(sealed, tagBytes);
        same("GCM opened together", parts.size(), opened.size());
        for (int i = 0; i < opened.size(); i++) {
            same("which one was changed", i != changed, opened.get(i).isPresent());
            if (i != changed) {
                same("GCM opened together", parts.get(i)[2], opened.get(i).orElseThrow());
            }
        }
    }

    private static Optional<byte[]> opened(
            Sm4 cipher, boolean gcm, byte[] nonce, byte[] associated, byte[] sealed, int tagBytes) {
        return gcm
                ? cipher.gcmDecrypt(nonce, associated, sealed, tagBytes)
                : cipher.ccmDecrypt(nonce, associated, sealed, tagBytes);
    }

    /// One of nonce, associated data and ciphertext is changed: the verdict is the twin's, and for tags that
    /// cannot be hit by chance it is no.
    private static void refusals(Draws draws, Sm4 cipher, boolean gcm, byte[] key, byte[][] parts, int tagBytes) {
        for (int which = 0; which < parts.length; which++) {
            byte[][] changed = parts.clone();
            changed[which] = which == 0 ? draws.flipped(parts[0]) : draws.mutated(parts[which]);
            if (which == 2 && draws.oneIn(3)) {
                // the tag alone
                byte[] tag = Arrays.copyOfRange(parts[2], parts[2].length - tagBytes, parts[2].length);
                changed[2] = Draws.joined(Arrays.copyOf(parts[2], parts[2].length - tagBytes), draws.flipped(tag));
            }
            Optional<byte[]> theirs =
                    new Twin.Sealing(gcm, key, changed[0], changed[1], tagBytes).run(false, changed[2]);
            Optional<byte[]> ours = opened(cipher, gcm, changed[0], changed[1], changed[2], tagBytes);
            same("the verdict on a change", theirs.isPresent(), ours.isPresent());
            holds("a change is accepted", ours.isEmpty() || tagBytes <= 6);
        }
    }
}
