package poyang.crypto;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.block.Ghash;
import poyang.crypto.block.Sm4Blocks;
import poyang.kernel.Bug;

/// The SM4 block cipher (GB/T 32907) under one key, in the modes of GB/T 17964 and NIST SP 800-38A, C
/// and D. The key is expanded once; times depend on lengths only. Never printed; `close` overwrites it.
/// Several threads may use one instance.
///
/// ECB and CBC do not authenticate: whoever reads what they carry must have its integrity from elsewhere.
public final class Sm4 implements AutoCloseable {
    public static final int KEY_BYTES = Sm4Blocks.KEY_BYTES;
    public static final int BLOCK_BYTES = Sm4Blocks.BLOCK_BYTES;
    private static final int GCM_CARRY_BYTES = 4;
    private static final int GCM_NONCE_BYTES = 12;
    private static final int GCM_TOGETHER_BYTES = 32 << 10;

    private final int[] encryption;
    private final int[] decryption;
    private final Ghash.Key hashKey;

    /// @param key 16 bytes; copied
    public Sm4(byte[] key) {
        Bug.unless(key.length == KEY_BYTES, "an SM4 key has 16 bytes");
        encryption = Sm4Blocks.expand(key);
        decryption = Sm4Blocks.reversed(encryption);
        byte[] zero = new byte[BLOCK_BYTES];
        Sm4Blocks.crypt(encryption, zero, 0, zero, 0, 1);
        hashKey = new Ghash.Key(zero);
        Arrays.fill(zero, (byte) 0);
    }

    /// Each block by itself, for key wrapping and tests: equal blocks show.
    public byte[] unauthenticatedEcb(boolean encrypt, byte[] in) {
        wholeBlocks(in);
        byte[] out = new byte[in.length];
        Sm4Blocks.crypt(encrypt ? encryption : decryption, in, 0, out, 0, in.length / BLOCK_BYTES);
        return out;
    }

    /// Cipher block chaining without padding.
    ///
    /// @param iv 16 bytes that nobody can foresee
    public byte[] unauthenticatedCbc(boolean encrypt, byte[] iv, byte[] in) {
        wholeBlocks(in);
        Bug.unless(iv.length == BLOCK_BYTES, "an initialisation vector has 16 bytes");
        byte[] out = new byte[in.length];
        if (encrypt) {
            byte[] previous = iv.clone();
            for (int at = 0; at < in.length; at += BLOCK_BYTES) {
                for (int i = 0; i < BLOCK_BYTES; i++) {
                    previous[i] ^= in[at + i];
                }
                Sm4Blocks.crypt(encryption, previous, 0, previous, 0, 1);
                System.arraycopy(previous, 0, out, at, BLOCK_BYTES);
            }
        } else {
            Sm4Blocks.crypt(decryption, in, 0, out, 0, in.length / BLOCK_BYTES);
            for (int i = 0; i < in.length; i++) {
                out[i] ^= i < BLOCK_BYTES ? iv[i] : in[i - BLOCK_BYTES];
            }
        }
        return out;
    }

    /// Counter mode, both ways: in ⊕ key stream.
    ///
    /// @param counter 16 bytes, counted up by one a block as a 128-bit number; no block of it may ever
    ///     serve twice under one key
    public byte[] unauthenticatedCtr(byte[] counter, byte[] in) {
        byte[] out = new byte[in.length];
        unauthenticatedCtr(counter.clone(), in, 0, out, 0, in.length);
        return out;
    }

    /// The same into a given place; the counter is left at the block after the last.
    public void unauthenticatedCtr(byte[] counter, byte[] in, int at, byte[] out, int to, int count) {
        Bug.unless(counter.length == BLOCK_BYTES, "a counter has 16 bytes");
        Sm4Blocks.counter(encryption, counter, BLOCK_BYTES, in, at, out, to, count);
    }

    /// Galois/counter mode: ciphertext ‖ tag.
    ///
    /// @param nonce any length but 0; 12 bytes is the good one. Never twice under one key
    /// @param tagBytes 12 to 16
    public byte[] gcmEncrypt(byte[] nonce, byte[] associated, byte[] plaintext, int tagBytes) {
        if (plaintext.length <= GCM_TOGETHER_BYTES) {
            return gcmEncryptAll(List.of(new Plain(nonce, associated, plaintext)), 0, tagBytes)
                    .getFirst();
        }
        byte[] out = new byte[plaintext.length + tagBytes];
        byte[] counter = firstCounter(nonce);
        byte[] mask = counter.clone();
        Sm4Blocks.increment(counter);
        Sm4Blocks.counter(encryption, counter, GCM_CARRY_BYTES, plaintext, 0, out, 0, plaintext.length);
        byte[] tag = gcmTag(mask, associated, out, plaintext.length);
        System.arraycopy(tag, 0, out, plaintext.length, tagBytes);
        return out;
    }

    /// A message for Galois/counter mode.
    public static final class Plain {
        private final byte[] nonce;
        private final byte[] associated;
        private final byte[] plaintext;

        /// @param nonce any length but 0; 12 bytes is the good one. Never twice under one key
        public Plain(byte[] nonce, byte[] associated, byte[] plaintext) {
            this.nonce = nonce;
            this.associated = associated;
            this.plaintext = plaintext;
        }

        private int blocks() {
            return 1 + (plaintext.length + BLOCK_BYTES - 1) / BLOCK_BYTES;
        }
    }

    /// What {@link #gcmEncrypt} gives for each message. The key streams of all are made together, which costs small
    /// messages a part of what it costs them one by one.
    ///
    /// @param headBytes so many zeros stand before each result
    public List<byte[]> gcmEncryptAll(List<Plain> messages, int headBytes, int tagBytes) {
        List<byte[]> sealed = new ArrayList<>(messages.size());
        int from = 0;
        while (from < messages.size()) {
            int to = from;
            int blocks = 0;
            while (to < messages.size() && (to == from || blocks * BLOCK_BYTES < GCM_TOGETHER_BYTES)) {
                blocks += messages.get(to++).blocks();
            }
            gcmEncryptSome(messages.subList(from, to), blocks, headBytes, tagBytes, sealed);
            from = to;
        }
        return sealed;
    }

    private void gcmEncryptSome(List<Plain> messages, int blocks, int headBytes, int tagBytes, List<byte[]> sealed) {
        byte[] stream = new byte[blocks * BLOCK_BYTES];
        int at = 0;
        for (Plain message : messages) {
            Sm4Blocks.count(firstCounter(message.nonce), stream, at, message.blocks());
            at += message.blocks() * BLOCK_BYTES;
        }
        Sm4Blocks.crypt(encryption, stream, 0, stream, 0, blocks);
        List<Ghash.Text> texts = new ArrayList<>(messages.size());
        List<byte[]> outs = new ArrayList<>(messages.size());
        at = 0;
        for (Plain message : messages) {
            int length = message.plaintext.length;
            byte[] out = new byte[headBytes + length + tagBytes];
            Sm4Blocks.mix(message.plaintext, 0, stream, at + BLOCK_BYTES, out, headBytes, length);
            texts.add(new Ghash.Text(message.associated, out, headBytes, length));
            outs.add(out);
            at += message.blocks() * BLOCK_BYTES;
        }
        byte[][] tags = Ghash.ofAll(hashKey, texts);
        at = 0;
        for (int i = 0; i < tags.length; i++) {
            Plain message = messages.get(i);
            Sm4Blocks.mix(tags[i], 0, stream, at, outs.get(i), headBytes + message.plaintext.length, tagBytes);
            at += message.blocks() * BLOCK_BYTES;
        }
        sealed.addAll(outs);
        Arrays.fill(stream, (byte) 0);
    }

    /// What Galois/counter mode made of a message.
    public static final class Sealed {
        private final byte[] nonce;
        private final byte[] associated;
        private final byte[] ciphertext;

        /// @param ciphertext with the tag behind it
        public Sealed(byte[] nonce, byte[] associated, byte[] ciphertext) {
            this.nonce = nonce;
            this.associated = associated;
            this.ciphertext = ciphertext;
        }

        private int length(int tagBytes) {
            return Math.max(0, ciphertext.length - tagBytes);
        }

        private int blocks(int tagBytes) {
            return 1 + (length(tagBytes) + BLOCK_BYTES - 1) / BLOCK_BYTES;
        }
    }

    /// What {@link #gcmDecrypt} gives for each message; together they cost less.
    public List<Optional<byte[]>> gcmDecryptAll(List<Sealed> messages, int tagBytes) {
        List<Optional<byte[]>> opened = new ArrayList<>(messages.size());
        int from = 0;
        while (from < messages.size()) {
            int to = from;
            int blocks = 0;
            while (to < messages.size() && (to == from || blocks * BLOCK_BYTES < GCM_TOGETHER_BYTES)) {
                blocks += messages.get(to++).blocks(tagBytes);
            }
            gcmDecryptSome(messages.subList(from, to), blocks, tagBytes, opened);
            from = to;
        }
        return opened;
    }

    private void gcmDecryptSome(List<Sealed> messages, int blocks, int tagBytes, List<Optional<byte[]>> opened) {
        byte[] stream = new byte[blocks * BLOCK_BYTES];
        List<Ghash.Text> texts = new ArrayList<>(messages.size());
        int at = 0;
        for (Sealed message : messages) {
            Sm4Blocks.count(firstCounter(message.nonce), stream, at, message.blocks(tagBytes));
            texts.add(new Ghash.Text(message.associated, message.ciphertext, 0, message.length(tagBytes)));
            at += message.blocks(tagBytes) * BLOCK_BYTES;
        }
        Sm4Blocks.crypt(encryption, stream, 0, stream, 0, blocks);
        byte[][] tags = Ghash.ofAll(hashKey, texts);
        at = 0;
        for (int i = 0; i < tags.length; i++) {
            Sealed message = messages.get(i);
            int length = message.length(tagBytes);
            Sm4Blocks.mix(tags[i], 0, stream, at, tags[i], 0, BLOCK_BYTES);
            boolean authentic = MessageDigest.isEqual(
                    Arrays.copyOf(tags[i], tagBytes),
                    Arrays.copyOfRange(message.ciphertext, length, message.ciphertext.length));
            byte[] out = new byte[length];
            if (authentic) {
                Sm4Blocks.mix(message.ciphertext, 0, stream, at + BLOCK_BYTES, out, 0, length);
            }
            opened.add(authentic ? Optional.of(out) : Optional.empty());
            at += message.blocks(tagBytes) * BLOCK_BYTES;
        }
        Arrays.fill(stream, (byte) 0);
    }

    /// The plaintext, or empty when the ciphertext is not authentic.
    public Optional<byte[]> gcmDecrypt(byte[] nonce, byte[] associated, byte[] ciphertext, int tagBytes) {
        int length = ciphertext.length - tagBytes;
        if (length < 0) {
            return Optional.empty();
        }
        byte[] counter = firstCounter(nonce);
        if (length <= GCM_TOGETHER_BYTES) {
            return gcmDecryptSmall(counter, associated, ciphertext, length);
        }
        byte[] tag = gcmTag(counter.clone(), associated, ciphertext, length);
        if (!MessageDigest.isEqual(
                Arrays.copyOf(tag, tagBytes), Arrays.copyOfRange(ciphertext, length, ciphertext.length))) {
            return Optional.empty();
        }
        byte[] out = new byte[length];
        Sm4Blocks.increment(counter);
        Sm4Blocks.counter(encryption, counter, GCM_CARRY_BYTES, ciphertext, 0, out, 0, length);
        return Optional.of(out);
    }

    /// The mask of the tag and the key stream in one go.
    private Optional<byte[]> gcmDecryptSmall(byte[] counter, byte[] associated, byte[] ciphertext, int length) {
        int blocks = 1 + (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
        byte[] stream = new byte[blocks * BLOCK_BYTES];
        Sm4Blocks.count(counter, stream, 0, blocks);
        Sm4Blocks.crypt(encryption, stream, 0, stream, 0, blocks);
        byte[] tag = Ghash.of(hashKey, new Ghash.Text(associated, ciphertext, 0, length));
        Sm4Blocks.mix(tag, 0, stream, 0, tag, 0, BLOCK_BYTES);
        byte[] out = new byte[length];
        boolean authentic = MessageDigest.isEqual(
                Arrays.copyOf(tag, ciphertext.length - length),
                Arrays.copyOfRange(ciphertext, length, ciphertext.length));
        if (authentic) {
            Sm4Blocks.mix(ciphertext, 0, stream, BLOCK_BYTES, out, 0, length);
        }
        Arrays.fill(stream, (byte) 0);
        return authentic ? Optional.of(out) : Optional.empty();
    }

    /// J0 of SP 800-38D section 7.1.
    private byte[] firstCounter(byte[] nonce) {
        Bug.unless(nonce.length > 0, "a nonce is needed");
        if (nonce.length == GCM_NONCE_BYTES) {
            byte[] counter = Arrays.copyOf(nonce, BLOCK_BYTES);
            counter[BLOCK_BYTES - 1] = 1;
            return counter;
        }
        Ghash hash = new Ghash(hashKey);
        hash.update(nonce, 0, nonce.length);
        hash.update(0, 8L * nonce.length);
        return hash.value();
    }

    private byte[] gcmTag(byte[] mask, byte[] associated, byte[] ciphertext, int length) {
        byte[] tag = Ghash.of(hashKey, new Ghash.Text(associated, ciphertext, 0, length));
        Sm4Blocks.counter(encryption, mask, GCM_CARRY_BYTES, tag, 0, tag, 0, BLOCK_BYTES);
        return tag;
    }

    /// Counter with CBC-MAC, SP 800-38C: ciphertext ‖ tag.
    ///
    /// @param nonce 7 to 13 bytes, never twice under one key
    /// @param tagBytes 4, 6 … 16
    public byte[] ccmEncrypt(byte[] nonce, byte[] associated, byte[] plaintext, int tagBytes) {
        byte[] counter = ccmCounter(nonce);
        byte[] tag = ccmTag(nonce, associated, plaintext, tagBytes);
        byte[] out = new byte[plaintext.length + tagBytes];
        unauthenticatedCtr(counter, tag, 0, tag, 0, BLOCK_BYTES);
        unauthenticatedCtr(counter, plaintext, 0, out, 0, plaintext.length);
        System.arraycopy(tag, 0, out, plaintext.length, tagBytes);
        return out;
    }

    /// The plaintext, or empty when the ciphertext is not authentic.
    public Optional<byte[]> ccmDecrypt(byte[] nonce, byte[] associated, byte[] ciphertext, int tagBytes) {
        int length = ciphertext.length - tagBytes;
        if (length < 0) {
            return Optional.empty();
        }
        byte[] mask = new byte[BLOCK_BYTES];
        byte[] out = new byte[length];
        byte[] counter = ccmCounter(nonce);
        unauthenticatedCtr(counter, mask, 0, mask, 0, BLOCK_BYTES);
        unauthenticatedCtr(counter, ciphertext, 0, out, 0, length);
        byte[] tag = ccmTag(nonce, associated, out, tagBytes);
        int different = 0;
        for (int i = 0; i < tagBytes; i++) {
            different |= tag[i] ^ mask[i] ^ ciphertext[length + i];
        }
        if (different != 0) {
            Arrays.fill(out, (byte) 0);
            return Optional.empty();
        }
        return Optional.of(out);
    }

    private byte[] ccmCounter(byte[] nonce) {
        Bug.unless(nonce.length >= 7 && nonce.length <= 13, "a CCM nonce has 7 to 13 bytes");
        byte[] counter = new byte[BLOCK_BYTES];
        counter[0] = (byte) (14 - nonce.length);
        System.arraycopy(nonce, 0, counter, 1, nonce.length);
        return counter;
    }

    /// The CBC-MAC over the formatted input of SP 800-38C appendix A.2, before it is masked.
    private byte[] ccmTag(byte[] nonce, byte[] associated, byte[] plaintext, int tagBytes) {
        Bug.unless(tagBytes >= 4 && tagBytes <= 16 && tagBytes % 2 == 0, "a CCM tag has 4, 6 … 16 bytes");
        int lengthBytes = 15 - nonce.length;
        Bug.unless(lengthBytes > 3 || plaintext.length >>> 8 * lengthBytes == 0, "the nonce leaves no room");
        byte[] mac = new byte[BLOCK_BYTES];
        mac[0] = (byte) ((associated.length > 0 ? 64 : 0) + (tagBytes - 2) / 2 * 8 + lengthBytes - 1);
        System.arraycopy(nonce, 0, mac, 1, nonce.length);
        for (int i = 0; i < Math.min(4, lengthBytes); i++) {
            mac[BLOCK_BYTES - 1 - i] = (byte) (plaintext.length >>> 8 * i);
        }
        Sm4Blocks.crypt(encryption, mac, 0, mac, 0, 1);
        if (associated.length > 0) {
            int n = associated.length;
            boolean wide = n >= 0xff00;
            byte[] head = wide
                    ? new byte[] {-1, -2, (byte) (n >>> 24), (byte) (n >>> 16), (byte) (n >>> 8), (byte) n}
                    : new byte[] {(byte) (n >>> 8), (byte) n};
            byte[] formatted = Arrays.copyOf(head, head.length + n);
            System.arraycopy(associated, 0, formatted, head.length, n);
            chain(mac, formatted);
        }
        chain(mac, plaintext);
        return mac;
    }

    private void chain(byte[] mac, byte[] data) {
        for (int at = 0; at < data.length; at += BLOCK_BYTES) {
            int end = Math.min(data.length, at + BLOCK_BYTES);
            for (int i = at; i < end; i++) {
                mac[i - at] ^= data[i];
            }
            Sm4Blocks.crypt(encryption, mac, 0, mac, 0, 1);
        }
    }

    private static void wholeBlocks(byte[] in) {
        Bug.unless(in.length % BLOCK_BYTES == 0, "whole blocks are needed");
    }

    @Override
    public void close() {
        Arrays.fill(encryption, 0);
        Arrays.fill(decryption, 0);
        hashKey.erase();
    }

    @Override
    public String toString() {
        return "Sm4";
    }
}
