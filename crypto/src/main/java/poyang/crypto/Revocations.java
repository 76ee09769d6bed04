package poyang.crypto;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// What is known of certificates that were taken back, as a chain's `Certificates` contract or a
/// revocation list says it. Who checks a peer asks for every certificate of its chain but the root.
///
/// Implementations answer from memory, since handshakes wait for them, and are safe for several threads.
@FunctionalInterface
public interface Revocations {
    /// @param issuerHash {@link #issuerHash} of the authority's certificate
    /// @param serial of the certificate in question
    /// @return empty when nothing is known against it
    Optional<Revocation> revocationOf(Bytes issuerHash, BigInteger serial);

    /// That a certificate was taken back.
    ///
    /// @param reason number of RFC 5280 section 5.3.1
    /// @param sinceEpochSecond from when on it must not be relied on
    record Revocation(int reason, long sinceEpochSecond) {
        /// For people, for example "revoked since 2026-01-02T03:04:05Z (key compromise)".
        public String words() {
            return "revoked since " + Instant.ofEpochSecond(sinceEpochSecond) + " (" + reasonWords() + ")";
        }

        private String reasonWords() {
            return switch (reason) {
                case 1 -> "key compromise";
                case 2 -> "compromise of the authority";
                case 3 -> "affiliation changed";
                case 4 -> "superseded";
                case 5 -> "cessation of operation";
                case 9 -> "privilege withdrawn";
                default -> "reason " + reason;
            };
        }
    }

    /// A serial number as the chain keeps it: unsigned, big-endian, without leading zeros.
    static byte[] serialBytes(BigInteger serial) {
        byte[] signed = serial.toByteArray();
        return signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    }

    /// Names an authority across renewals of its certificate: SM3 over its subject and its public key,
    /// both as they stand in the certificate.
    static Bytes issuerHash(X509Certificate authority) {
        return Sm3.hash(new CanonicalWriter("poyang.certificate-issuer.v1")
                .bytes(authority.getSubjectX500Principal().getEncoded())
                .bytes(authority.getPublicKey().getEncoded())
                .toArray());
    }
}
