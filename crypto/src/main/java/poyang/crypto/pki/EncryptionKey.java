package poyang.crypto.pki;

/// Whose work the second key of a pair is.
public sealed interface EncryptionKey {
    /// There is no second key.
    record None() implements EncryptionKey {}

    /// The authority makes it, and hands it over under the signature key; it keeps no copy.
    record MadeByAuthority() implements EncryptionKey {}

    /// The holder has made it.
    record MadeByHolder(CertificateRequest request) implements EncryptionKey {}
}
