package poyang.crypto.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.CryptoErrors;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SealedBox;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What stands before the chunks: who may open the file, and what its keys are derived from.
///
/// Layout: `POYSEAL` · version 1 · log2 of the chunk's bytes (1 byte) · number of receivers (2) ·
/// salt (16) · for each receiver 8 bytes of SM3(public key) and a {@link SealedBox} of the secret
/// (174) · commitment (32).
final class SealedHead {
    static final int CHUNK_BITS = 16;
    static final long CHUNK_BYTES = 1L << CHUNK_BITS;
    private static final byte[] MAGIC = {'P', 'O', 'Y', 'S', 'E', 'A', 'L', 1};
    private static final int SALT_BYTES = 16;
    static final int FIXED_BYTES = MAGIC.length + 1 + 2 + SALT_BYTES;
    private static final int HINT_BYTES = 8;
    /// The box to an SM2 key; the shorter one to a P-256 key is filled up with zeros.
    private static final int BOX_BYTES = SealedBox.length(CryptoSuite.SM, ChunkCipher.SECRET_BYTES);
    private static final int LEAST_CHUNK_BITS = 12;
    private static final int MOST_CHUNK_BITS = 24;
    private static final int MOST_RECEIVERS = 256;
    private static final byte[] BOX_CONTEXT = "poyang.sealed-file-key.v1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] body;
    private final byte[] commitment;

    private SealedHead(byte[] body, byte[] commitment) {
        this.body = body;
        this.commitment = commitment;
    }

    /// A head and the keys that go with it.
    static final class Made {
        private final SealedHead head;
        private final ChunkCipher cipher;

        private Made(SealedHead head, ChunkCipher cipher) {
            this.head = head;
            this.cipher = cipher;
        }

        SealedHead head() {
            return head;
        }

        ChunkCipher cipher() {
            return cipher;
        }
    }

    /// Envelopes a secret to every receiver.
    static Made make(
            List<VerificationKey> receivers, byte[] context, int chunkBits, byte[] secret, RandomSource random) {
        Bug.unless(chunkBits >= LEAST_CHUNK_BITS && chunkBits <= MOST_CHUNK_BITS, "size of a chunk");
        if (receivers.isEmpty() || receivers.size() > MOST_RECEIVERS) {
            throw new PoyangException(
                    CryptoErrors.NOT_A_RECEIVER,
                    receivers.size() + " receivers are named",
                    "1 to " + MOST_RECEIVERS + " receivers' keys are needed");
        }
        byte[] salt = random.bytes(SALT_BYTES);
        ByteBuffer body = ByteBuffer.allocate(FIXED_BYTES + receivers.size() * (HINT_BYTES + BOX_BYTES));
        body.put(MAGIC).put((byte) chunkBits).putShort((short) receivers.size()).put(salt);
        for (VerificationKey receiver : receivers) {
            byte[] box = SealedBox.seal(receiver, boxContext(salt), secret, random);
            Bug.unless(
                    box.length == SealedBox.length(receiver.suite(), ChunkCipher.SECRET_BYTES),
                    "length of a sealed secret");
            body.put(hint(receiver)).put(Arrays.copyOf(box, BOX_BYTES));
        }
        ChunkCipher cipher = ChunkCipher.derive(secret, salt, body.array(), context);
        return new Made(new SealedHead(body.array(), cipher.commitment()), cipher);
    }

    /// What the first fixed bytes of a head say.
    ///
    /// @param length bytes of the whole head
    record Shape(Bytes fixed, int chunkBytes, int length) {}

    /// @throws PoyangException `NOT_A_SEALED_FILE`
    static Shape readShape(InputStream in) throws IOException {
        byte[] fixed = in.readNBytes(FIXED_BYTES);
        if (fixed.length < FIXED_BYTES || !Arrays.equals(fixed, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw malformed("it does not begin as one");
        }
        ByteBuffer fields = ByteBuffer.wrap(fixed);
        int bits = fields.get(MAGIC.length);
        int receivers = Short.toUnsignedInt(fields.getShort(MAGIC.length + 1));
        if (bits < LEAST_CHUNK_BITS || bits > MOST_CHUNK_BITS || receivers < 1 || receivers > MOST_RECEIVERS) {
            throw malformed("its head is out of bounds");
        }
        return new Shape(Bytes.wrap(fixed), 1 << bits, length(receivers));
    }

    /// @throws PoyangException `NOT_A_SEALED_FILE`
    static SealedHead read(InputStream in) throws IOException {
        Shape shape = readShape(in);
        byte[] rest = in.readNBytes(shape.length() - FIXED_BYTES);
        if (rest.length < shape.length() - FIXED_BYTES) {
            throw malformed("its head ends early");
        }
        byte[] whole = shape.fixed().concat(Bytes.wrap(rest)).toArray();
        int body = whole.length - ChunkCipher.COMMITMENT_BYTES;
        return new SealedHead(Arrays.copyOf(whole, body), Arrays.copyOfRange(whole, body, whole.length));
    }

    private static PoyangException malformed(String why) {
        return new PoyangException(
                CryptoErrors.NOT_A_SEALED_FILE,
                "this is no sealed file: " + why,
                "a file made by \"poyang seal\" or the result of a job is needed");
    }

    /// The file's keys, for one of its receivers.
    ///
    /// @throws PoyangException `NOT_A_RECEIVER`; `SEALED_FILE_REJECTED` when key, context or head differ
    ChunkCipher unlock(SigningKey key, byte[] context) {
        byte[] hint = hint(key.publicKey());
        boolean meant = false;
        for (int at = FIXED_BYTES; at < body.length; at += HINT_BYTES + BOX_BYTES) {
            if (Arrays.equals(body, at, at + HINT_BYTES, hint, 0, HINT_BYTES)) {
                meant = true;
                int end = at + HINT_BYTES + SealedBox.length(key.publicKey().suite(), ChunkCipher.SECRET_BYTES);
                byte[] box = Arrays.copyOfRange(body, at + HINT_BYTES, end);
                byte[] secret;
                try {
                    secret = SealedBox.open(key, boxContext(salt()), box);
                } catch (PoyangException e) {
                    continue;
                }
                return unlock(secret, context);
            }
        }
        if (meant) {
            throw ChunkCipher.rejected();
        }
        throw new PoyangException(
                CryptoErrors.NOT_A_RECEIVER,
                "the file is not sealed to the key " + Bytes.wrap(hint).hex(),
                "one of the keys " + hints() + " is needed (first octets of SM3 of the public key)");
    }

    /// The file's keys for who knows its secret, which is overwritten.
    ///
    /// @throws PoyangException `SEALED_FILE_REJECTED` when secret, context or head differ
    ChunkCipher unlock(byte[] secret, byte[] context) {
        ChunkCipher cipher = ChunkCipher.derive(secret, salt(), body, context);
        Arrays.fill(secret, (byte) 0);
        if (!MessageDigest.isEqual(cipher.commitment(), commitment)) {
            cipher.close();
            throw ChunkCipher.rejected();
        }
        return cipher;
    }

    /// Is it a head to these receivers, in this order, with chunks of this size?
    boolean fits(List<VerificationKey> receivers, int bits) {
        List<Bytes> wanted = receivers.stream().map(r -> Bytes.wrap(hint(r))).toList();
        return chunkBytes() == 1 << bits && hints().equals(wanted);
    }

    byte[] encoded() {
        byte[] whole = Arrays.copyOf(body, length());
        System.arraycopy(commitment, 0, whole, body.length, commitment.length);
        return whole;
    }

    static int length(int receivers) {
        return FIXED_BYTES + receivers * (HINT_BYTES + BOX_BYTES) + ChunkCipher.COMMITMENT_BYTES;
    }

    /// Bytes before the first chunk.
    int length() {
        return body.length + ChunkCipher.COMMITMENT_BYTES;
    }

    /// Plaintext bytes of every chunk but the last.
    int chunkBytes() {
        return 1 << body[MAGIC.length];
    }

    /// Bytes of every chunk but the last, sealed.
    int sealedChunkBytes() {
        return chunkBytes() + Sm4Gcm.TAG_BYTES;
    }

    Bytes commitment() {
        return Bytes.copyOf(commitment);
    }

    private byte[] salt() {
        return Arrays.copyOfRange(body, FIXED_BYTES - SALT_BYTES, FIXED_BYTES);
    }

    private List<Bytes> hints() {
        List<Bytes> hints = new ArrayList<>();
        for (int at = FIXED_BYTES; at < body.length; at += HINT_BYTES + BOX_BYTES) {
            hints.add(Bytes.wrap(Arrays.copyOfRange(body, at, at + HINT_BYTES)));
        }
        return hints;
    }

    private static byte[] hint(VerificationKey key) {
        return Arrays.copyOf(Sm3.digest(key.encoded().toArray()), HINT_BYTES);
    }

    private static byte[] boxContext(byte[] salt) {
        byte[] context = Arrays.copyOf(BOX_CONTEXT, BOX_CONTEXT.length + salt.length);
        System.arraycopy(salt, 0, context, BOX_CONTEXT.length, salt.length);
        return context;
    }
}
