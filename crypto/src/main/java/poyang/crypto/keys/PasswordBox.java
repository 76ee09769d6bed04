package poyang.crypto.keys;

import java.security.MessageDigest;
import java.util.Arrays;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.block.Pbkdf2Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A secret under a password beside a part that may be read without it. The key comes from
/// PBKDF2-HMAC-SM3; the readable part, the salt and the count are authenticated together with the secret
/// (SM4-GCM); an SM3 checksum at the end tells damage from a wrong password.
///
/// Layout: canonical encoding `poyang.password-box.v1`: kind, readable part, salt (16), iterations, nonce (12),
/// ciphertext ‖ tag, SM3 over all that precedes (32).
final class PasswordBox {
    private static final String DOMAIN = "poyang.password-box.v1";
    private static final int PART_BYTES_MAX = 1 << 20;

    private final String kind;
    private final Bytes readable;
    private final Bytes salt;
    private final int iterations;
    private final Bytes nonce;
    private final Bytes ciphertext;

    private PasswordBox(String kind, Bytes readable, Bytes salt, int iterations, Bytes nonce, Bytes ciphertext) {
        this.kind = kind;
        this.readable = readable;
        this.salt = salt;
        this.iterations = iterations;
        this.nonce = nonce;
        this.ciphertext = ciphertext;
    }

    /// @param iterations at least 1; {@link PasswordDerivation#ITERATIONS} but for tests
    static byte[] seal(
            String kind, Bytes readable, char[] password, SecretBytes secret, int iterations, RandomSource random) {
        PasswordBox head = new PasswordBox(
                kind,
                readable,
                Bytes.wrap(random.bytes(PasswordDerivation.SALT_BYTES)),
                iterations,
                Bytes.wrap(random.bytes(Sm4Gcm.NONCE_BYTES)),
                Bytes.empty());
        byte[] key = head.key(password);
        try {
            byte[] ciphertext = secret.use(plain ->
                    Sm4Gcm.encrypt(key, head.nonce.toArray(), head.head().toArray(), plain));
            byte[] content = head.head().bytes(ciphertext).toArray();
            return Bytes.wrap(content).concat(Bytes.wrap(Sm3.digest(content))).toArray();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// @throws PoyangException `UNKNOWN_KEY_FORM` for another kind of file or a damaged one
    static PasswordBox parse(String kind, byte[] file) {
        byte[] content = Arrays.copyOf(file, Math.max(0, file.length - Sm3.DIGEST_BYTES));
        byte[] checksum = Arrays.copyOfRange(file, content.length, file.length);
        if (!MessageDigest.isEqual(Sm3.digest(content), checksum)) {
            throw unknown(kind, "it is damaged: its SM3 checksum is wrong");
        }
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, content);
            String found = in.text(64);
            if (!found.equals(kind)) {
                throw unknown(kind, "it is a file of the kind \"" + found + "\"");
            }
            PasswordBox box = new PasswordBox(
                    kind,
                    in.bytes(PART_BYTES_MAX),
                    in.exactly(PasswordDerivation.SALT_BYTES),
                    PasswordDerivation.iterations(java.math.BigInteger.valueOf(in.u32())),
                    in.exactly(Sm4Gcm.NONCE_BYTES),
                    in.bytes(PART_BYTES_MAX));
            in.end();
            return box;
        } catch (PoyangException e) {
            throw e.code().equals(CryptoErrors.UNKNOWN_KEY_FORM) ? e : unknown(kind, "its encoding is malformed");
        }
    }

    /// What is readable without the password. It is authentic only once `open` has succeeded.
    Bytes readable() {
        return readable;
    }

    /// @throws PoyangException `WRONG_PASSWORD`
    SecretBytes open(char[] password) {
        byte[] key = key(password);
        try {
            return SecretBytes.taking(
                    kind, Sm4Gcm.decrypt(key, nonce.toArray(), head().toArray(), ciphertext.toArray()));
        } catch (PoyangException e) {
            throw Pbes2.wrongPassword();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private CanonicalWriter head() {
        return new CanonicalWriter(DOMAIN)
                .text(kind)
                .bytes(readable)
                .bytes(salt)
                .u32(iterations)
                .bytes(nonce);
    }

    private byte[] key(char[] password) {
        return Pbkdf2Sm3.derive(password, salt.toArray(), iterations, Sm4Gcm.KEY_BYTES);
    }

    private static PoyangException unknown(String kind, String reason) {
        return new PoyangException(
                CryptoErrors.UNKNOWN_KEY_FORM,
                "this is no " + kind + " file: " + reason,
                "the file as it was written is needed");
    }
}
