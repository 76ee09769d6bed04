package poyang.crypto.tls;

import java.io.Serial;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLHandshakeException;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.pki.Refusal;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// A connection that was not made, or was cut by TLS, in words for the person who has to repair it: which
/// side refused, which certificate, which field, which date, and what to do.
public final class TlsRefusal extends SSLHandshakeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient PoyangException failure;

    private TlsRefusal(PoyangException failure) {
        super(failure.wrong() + "; " + failure.right());
        this.failure = failure;
        initCause(failure);
    }

    /// The refusal as a typed error, one of `TLS_…`.
    public PoyangException failure() {
        return failure;
    }

    /// The refusal that `thrown` or one of its causes is.
    public static Optional<PoyangException> in(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof TlsRefusal refusal) {
                return Optional.of(refusal.failure);
            }
        }
        return Optional.empty();
    }

    /// What the protocol's own exception means.
    ///
    /// @param peer how to name the other side
    static TlsRefusal of(Throwable thrown, TlsIdentity identity, String peer) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof PoyangException known) {
                return new TlsRefusal(new PoyangException(known.code(), known.wrong(), known.right(), thrown));
            }
            if (cause instanceof TlsFatalAlertReceived received) {
                return new TlsRefusal(toldByPeer(received.getAlertDescription(), identity, peer, thrown));
            }
            if (cause instanceof TlsFatalAlert own && !(own.getCause() instanceof TlsFatalAlert)) {
                return new TlsRefusal(
                        inside(own).orElseGet(() -> found(own.getAlertDescription(), peer, words(own), thrown)));
            }
        }
        return new TlsRefusal(
                found(AlertDescription.internal_error, peer, String.valueOf(thrown.getMessage()), thrown));
    }

    private static Optional<PoyangException> inside(TlsFatalAlert alert) {
        for (Throwable cause = alert.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof PoyangException known) {
                return Optional.of(new PoyangException(known.code(), known.wrong(), known.right(), alert));
            }
        }
        return Optional.empty();
    }

    /// The peer's certificates are not accepted.
    static PoyangException ofPeer(Refusal refusal, TlsIdentity identity) {
        String right = switch (refusal.kind()) {
            case EXPIRED, NOT_YET_VALID ->
                "a certificate that holds now is needed (poyang ca renew), or a clock is wrong: this one says "
                        + identity.now();
            case REVOKED -> "who shows it needs a new certificate of its authority";
            case UNKNOWN_AUTHORITY, BAD_SIGNATURE ->
                "both sides need one trust root, here " + identity.rootInWords()
                        + ", and whoever shows a certificate shows its authorities' too";
            case WRONG_USE -> "a certificate made for processes is needed";
            case NOT_AN_AUTHORITY, PATH_TOO_LONG, FOREIGN_ALGORITHM, NAME_NOT_PERMITTED, UNKNOWN_EXTENSION, MALFORMED ->
                "a certificate on SM2 of the province's own authorities is needed";
            case STANDING_UNKNOWN -> "this side needs a current revocation list of that authority";
        };
        return new PoyangException(
                CryptoErrors.TLS_PEER_REFUSED, "the peer's certificates are not accepted: " + refusal.words(), right);
    }

    /// What the other side's alert says of this side.
    private static PoyangException toldByPeer(short alert, TlsIdentity identity, String peer, Throwable cause) {
        String root = "both sides need one trust root, here " + identity.rootInWords();
        return switch (alert) {
            case AlertDescription.certificate_expired ->
                refused(
                        identity,
                        peer,
                        "expired or not yet valid",
                        "renew it (poyang ca renew), or set the clock that is wrong: this one says " + identity.now(),
                        cause);
            case AlertDescription.certificate_revoked ->
                refused(identity, peer, "revoked", "a new certificate of the own authority is needed", cause);
            case AlertDescription.unknown_ca -> refused(identity, peer, "of an authority unknown there", root, cause);
            case AlertDescription.unsupported_certificate ->
                refused(
                        identity,
                        peer,
                        "of a kind that is not for this",
                        "a certificate on SM2 made for processes is needed",
                        cause);
            case AlertDescription.bad_certificate ->
                refused(
                        identity,
                        peer,
                        "not well signed",
                        "the authorities' certificates must stand behind the own one, and " + root,
                        cause);
            case AlertDescription.certificate_required ->
                refused(identity, peer, "missing", "this side must show its certificate", cause);
            case AlertDescription.certificate_unknown ->
                refused(identity, peer, "not acceptable", peer + " has the reason in its log; " + root, cause);
            case AlertDescription.access_denied ->
                new PoyangException(
                        CryptoErrors.TLS_REFUSED_BY_PEER,
                        peer + " expected somebody else than \"" + identity.name() + "\"",
                        "the address that " + peer + " has for its peer, or the certificate used here, is another's",
                        cause);
            case AlertDescription.handshake_failure,
                    AlertDescription.protocol_version,
                    AlertDescription.insufficient_security ->
                new PoyangException(
                        CryptoErrors.TLS_OTHER_SUITE,
                        peer + " does not speak " + SUITE,
                        "a process of this platform, or another endpoint of RFC 8998, is needed there",
                        cause);
            case AlertDescription.decrypt_error ->
                new PoyangException(
                        CryptoErrors.TLS_REFUSED_BY_PEER,
                        peer + " could not verify the signature of \"" + identity.name() + "\"",
                        "the key must be the one in the certificate, and nobody may change what is sent",
                        cause);
            default ->
                new PoyangException(
                        CryptoErrors.TLS_BROKEN,
                        peer + " ended the connection with the alert " + name(alert),
                        peer + " has the reason in its log",
                        cause);
        };
    }

    private static final String SUITE = "TLS 1.3 with TLS_SM4_GCM_SM3, curveSM2 and sm2sig_sm3";

    private static PoyangException refused(
            TlsIdentity identity, String peer, String says, String right, Throwable cause) {
        String own = identity.judgeOwn()
                .map(refusal -> "; this side finds too that " + refusal.words())
                .orElse("");
        String shown = identity.chain().stream().map(TlsRefusal::dated).collect(Collectors.joining(", issued by "));
        return new PoyangException(
                CryptoErrors.TLS_REFUSED_BY_PEER,
                peer + " refused a certificate of this side as " + says + ": shown was " + shown + own,
                right,
                cause);
    }

    private static String dated(X509Certificate certificate) {
        return "\"" + Certificates.name(certificate) + "\" (serial "
                + certificate.getSerialNumber().toString(16) + ", from "
                + certificate.getNotBefore().toInstant() + " to "
                + certificate.getNotAfter().toInstant() + ")";
    }

    /// What this side found on the wire.
    private static PoyangException found(short alert, String peer, String words, Throwable cause) {
        ErrorCode code;
        String wrong;
        String right;
        switch (alert) {
            case AlertDescription.certificate_required -> {
                code = CryptoErrors.TLS_NO_CERTIFICATE;
                wrong = peer + " shows no certificate";
                right = "processes show theirs to each other; people use the console's address";
            }
            case AlertDescription.handshake_failure,
                    AlertDescription.protocol_version,
                    AlertDescription.missing_extension,
                    AlertDescription.insufficient_security -> {
                code = CryptoErrors.TLS_OTHER_SUITE;
                wrong = peer + " does not offer " + SUITE;
                right = "a process of this platform, or another endpoint of RFC 8998, is needed there";
            }
            case AlertDescription.decrypt_error -> {
                code = CryptoErrors.TLS_PEER_REFUSED;
                wrong = peer + " could not prove that it has the key of the certificate it shows";
                right = "its certificate and its key file must belong together";
            }
            case AlertDescription.bad_record_mac -> {
                code = CryptoErrors.TLS_BROKEN;
                wrong = "what came from " + peer + " was changed on its way";
                right = "look for what stands between the two machines";
            }
            default -> {
                code = CryptoErrors.TLS_BROKEN;
                wrong = "the connection with " + peer + " broke in TLS (" + words + ")";
                right = "see whether something else than TLS listens or calls there";
            }
        }
        return new PoyangException(code, wrong, right, cause);
    }

    private static String words(TlsFatalAlert alert) {
        String words = name(alert.getAlertDescription());
        for (Throwable cause = alert.getCause(); cause != null; cause = cause.getCause()) {
            words = name(alert.getAlertDescription()) + ": " + cause.getMessage();
        }
        return words;
    }

    private static String name(short alert) {
        return AlertDescription.getName(alert).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
