package poyang.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What a chain signs, hashes and seals with; its genesis names one. Connections between processes,
/// certificates and files at rest are SM under either.
public enum CryptoSuite {
    /// SM2 signatures and encryption, SM3, SM4-GCM.
    SM("sm"),
    /// ECDSA and ECDH on P-256, SHA-256, AES-256-GCM, by the platform's own providers.
    INTERNATIONAL("international");

    public static final int DIGEST_BYTES = 32;

    private final String label;

    CryptoSuite(String label) {
        this.label = label;
    }

    /// As the genesis writes it.
    public String label() {
        return label;
    }

    /// @throws PoyangException `UNKNOWN_SUITE`
    public static CryptoSuite named(String label) {
        return Arrays.stream(values())
                .filter(suite -> suite.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.UNKNOWN_SUITE,
                        "the suite \"" + label + "\" is unknown",
                        "one of "
                                + Arrays.stream(values())
                                        .map(suite -> "\"" + suite.label + "\"")
                                        .collect(Collectors.joining(" and "))
                                + " is needed"));
    }

    /// The digest of the parts' concatenation, 32 bytes.
    public byte[] digest(byte[]... parts) {
        return switch (this) {
            case SM -> Sm3.digest(parts);
            case INTERNATIONAL -> sha256(parts);
        };
    }

    public Bytes hash(byte[]... parts) {
        return Bytes.wrap(digest(parts));
    }

    /// The digests of `count` messages of `length` bytes that stand one after the other; several at a time
    /// where the machine has vectors for it.
    ///
    /// @return 32 bytes for each
    public byte[] digestMany(byte[] messages, int length, int count) {
        return switch (this) {
            case SM -> Sm3.digestMany(messages, length, count);
            case INTERNATIONAL -> sha256Many(messages, length, count);
        };
    }

    /// The digests of `prefix` followed by each message, in their order, 32 bytes each; several at a time where
    /// the machine has vectors for it.
    public List<byte[]> digestAll(byte[] prefix, List<byte[]> messages) {
        return switch (this) {
            case SM -> List.of(Sm3.digestAll(prefix, messages));
            case INTERNATIONAL ->
                messages.stream().map(message -> sha256(prefix, message)).toList();
        };
    }

    /// The digest of each message, in their order.
    public List<Bytes> hashAll(List<Bytes> messages) {
        return digestAll(new byte[0], messages.stream().map(Bytes::toArray).toList()).stream()
                .map(Bytes::wrap)
                .toList();
    }

    private static byte[] sha256Many(byte[] messages, int length, int count) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] out = new byte[count * DIGEST_BYTES];
            for (int i = 0; i < count; i++) {
                digest.update(messages, i * length, length);
                digest.digest(out, i * DIGEST_BYTES, DIGEST_BYTES);
            }
            return out;
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has SHA-256", e);
        }
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new Bug("every platform has SHA-256", e);
        }
    }

    public SigningKey generate(RandomSource random) {
        return switch (this) {
            case SM -> Sm2PrivateKey.generate(random);
            case INTERNATIONAL -> P256PrivateKey.generate(random);
        };
    }

    /// A public key of this suite.
    ///
    /// @throws PoyangException `BAD_KEY`, `OTHER_SUITE`
    public VerificationKey publicKey(byte[] encoded) {
        VerificationKey key = VerificationKey.decode(encoded);
        need(key.suite());
        return key;
    }

    /// @throws PoyangException `OTHER_SUITE` unless `suite` is this one
    public void need(CryptoSuite suite) {
        if (suite != this) {
            throw new PoyangException(
                    CryptoErrors.OTHER_SUITE,
                    "the key is one of suite \"" + suite.label + "\"",
                    "a key of this chain's suite, \"" + label + "\", is needed");
        }
    }
}
