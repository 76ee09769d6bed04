package poyang.crypto.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// A certificate in an authority's books.
///
/// @param request the number of the request that it was issued on
/// @param state issued, renewed, revoked or expired
/// @param revocation when and why, once it is revoked
public record CertificateEntry(
        X509Certificate certificate,
        Level level,
        Usage usage,
        int request,
        State state,
        Optional<RevocationList.Entry> revocation) {

    public BigInteger serial() {
        return certificate.getSerialNumber();
    }
}
