package poyang.crypto.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.pki.Refusal;
import poyang.kernel.PoyangException;

/// Trusts what leads to the root, says in words what does not, and sends the alert that says most to the
/// other side.
final class RootTrust extends X509ExtendedTrustManager {
    private final TlsIdentity identity;

    RootTrust(TlsIdentity identity) {
        this.identity = identity;
    }

    private void check(X509Certificate[] shown) throws CertificateException {
        Optional<Refusal> refusal = identity.judge(List.of(shown));
        if (refusal.isPresent()) {
            throw alert(alertFor(refusal.get().kind()), TlsRefusal.ofPeer(refusal.get(), identity));
        }
    }

    /// RFC 8446 section 6.2.
    private static short alertFor(Refusal.Kind kind) {
        return switch (kind) {
            case EXPIRED, NOT_YET_VALID -> AlertDescription.certificate_expired;
            case REVOKED -> AlertDescription.certificate_revoked;
            case UNKNOWN_AUTHORITY -> AlertDescription.unknown_ca;
            case WRONG_USE, FOREIGN_ALGORITHM, UNKNOWN_EXTENSION -> AlertDescription.unsupported_certificate;
            case NOT_AN_AUTHORITY, PATH_TOO_LONG, BAD_SIGNATURE, NAME_NOT_PERMITTED, MALFORMED ->
                AlertDescription.bad_certificate;
            case STANDING_UNKNOWN -> AlertDescription.certificate_unknown;
        };
    }

    /// The platform's interface has room for `CertificateException` only, which the provider turns into the
    /// one alert that says nothing. Its own exception passes through the provider as it is, and carries
    /// the alert; so it is thrown as what it is.
    private static CertificateException alert(short description, PoyangException because) {
        throw RootTrust.<RuntimeException>unchecked(new TlsFatalAlert(description, because));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // see alert
    private static <E extends Exception> E unchecked(Exception exception) throws E {
        throw (E) exception;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine) throws CertificateException {
        check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine) throws CertificateException {
        check(shown);
        String identification = engine.getSSLParameters().getEndpointIdentificationAlgorithm();
        if (identification != null && !identification.isEmpty()) {
            checkName(shown[0], engine.getPeerHost());
        }
    }

    /// Addresses move; what a certificate proves here is the name of a process.
    private static void checkName(X509Certificate leaf, @Nullable String wanted) throws CertificateException {
        String name = Certificates.name(leaf);
        if (!name.equals(wanted)) {
            throw alert(
                    AlertDescription.access_denied,
                    new PoyangException(
                            CryptoErrors.TLS_WRONG_PEER,
                            "who answers there is \"" + name + "\", not \"" + wanted + "\"",
                            "the address of \"" + wanted + "\" is needed, or that process's own certificate there"));
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket) throws CertificateException {
        check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket) throws CertificateException {
        check(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type) throws CertificateException {
        check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type) throws CertificateException {
        check(shown);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {identity.root()};
    }
}
