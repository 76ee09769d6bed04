package poyang.crypto;

import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A private key on the SM2 curve. Never printed; `close` overwrites it.
///
/// Nonces are derived from key and message (RFC 6979 with HMAC-SM3), so a weak random source cannot
/// reveal the key. Time depends on neither.
public final class Sm2PrivateKey implements SigningKey {
    private static final int SCALAR_BYTES = 32;

    private final Sm2Secret secret;
    private final Sm2PublicKey publicKey;
    private boolean closed;

    private Sm2PrivateKey(Sm2Secret secret) {
        this.secret = secret;
        publicKey = new Sm2PublicKey(secret.timesBase());
    }

    /// A key uniform in 1 … n−2, but for the ends (2^-191 of all) that a search would find.
    public static Sm2PrivateKey generate(RandomSource random) {
        return new Sm2PrivateKey(Sm2Secret.random(random));
    }

    /// @param scalar 32 bytes, big-endian; copied
    /// @throws PoyangException `BAD_KEY` when it is not in 1 … n−2, or within 2^64 of an end
    static Sm2PrivateKey of(byte[] scalar) {
        Optional<Sm2Secret> secret = scalar.length == SCALAR_BYTES ? Sm2Secret.of(scalar) : Optional.empty();
        return new Sm2PrivateKey(secret.orElseThrow(() -> new PoyangException(
                CryptoErrors.BAD_KEY,
                "this is no SM2 private key",
                "a number in 1 … n−2 in 32 bytes is needed, and none that a search would find (2^64 from the ends)")));
    }

    @Override
    public Sm2PublicKey publicKey() {
        return publicKey;
    }

    /// GB/T 32918.2 section 6 with the default user identifier.
    @Override
    public Signature sign(byte[] message) {
        return signDigest(publicKey.digest(message));
    }

    /// The same with the signer's own identifier.
    public Signature sign(byte[] userId, byte[] message) {
        return signDigest(Sm3.digest(Sm2PublicKey.identity(userId, publicKey.point()), message));
    }

    private Signature signDigest(byte[] digest) {
        byte[] scalar = scalar();
        Nonces nonces = new Nonces(scalar, digest);
        Arrays.fill(scalar, (byte) 0);
        while (true) {
            byte[] nonce = nonces.next();
            Optional<Sm2Secret.Signed> signed = secret.sign(digest, nonce);
            Arrays.fill(nonce, (byte) 0);
            if (signed.isPresent()) {
                return new Signature(signed.get().rs(), signed.get().parity());
            }
        }
    }

    /// RFC 6979 section 3.2 with HMAC-SM3, where h1 is the digest.
    private static final class Nonces {
        private static final byte[] ZERO = {0};
        private static final byte[] ONE = {1};

        private static final Sm3.Mac FIRST = new Sm3.Mac(new byte[Sm3.DIGEST_BYTES]);

        private Sm3.Mac mac = FIRST;
        private byte[] value = new byte[Sm3.DIGEST_BYTES];
        private boolean asked;

        Nonces(byte[] scalar, byte[] digest) {
            byte[] reduced = Sm2Secret.reduce(digest);
            Arrays.fill(value, (byte) 1);
            rekey(value, ZERO, scalar, reduced);
            rekey(value, ONE, scalar, reduced);
        }

        private void rekey(byte[]... parts) {
            byte[] key = mac.of(parts);
            mac = new Sm3.Mac(key);
            value = mac.of(value);
            Arrays.fill(key, (byte) 0);
        }

        byte[] next() {
            if (asked) {
                rekey(value, ZERO);
            }
            asked = true;
            value = mac.of(value);
            return value.clone();
        }
    }

    /// The scalar in 32 bytes, for key files inside this module; the caller overwrites it.
    byte[] scalar() {
        Bug.unless(!closed, "the key is closed");
        return secret.revealScalar();
    }

    Sm2Secret secret() {
        Bug.unless(!closed, "the key is closed");
        return secret;
    }

    @Override
    public void close() {
        closed = true;
        secret.close();
    }

    @Override
    public String toString() {
        return "Sm2PrivateKey[of " + publicKey.encoded().slice(1, 5).hex() + "…]";
    }
}
