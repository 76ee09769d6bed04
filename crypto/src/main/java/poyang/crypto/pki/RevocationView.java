package poyang.crypto.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Revocations;

/// Where {@link ChainValidation} learns whether a certificate was taken back: from revocation lists, from
/// the chain's status contract, or from both.
@FunctionalInterface
public interface RevocationView {
    /// The standing of `certificate`, which `issuer` signed (that is checked already), at `now`.
    Standing standing(X509Certificate certificate, X509Certificate issuer, Instant now);

    /// Knows of no revocation. Who uses it says that revocation is learnt elsewhere or not at all.
    static RevocationView notConsulted() {
        return (_, _, _) -> new Standing.Good();
    }

    /// Judges by these lists. An authority without a list among them is taken to have revoked nothing; a
    /// list that is stale or not the authority's own leaves the standing unknown.
    static RevocationView of(List<RevocationList> lists) {
        return new ListedRevocations(lists, false);
    }

    /// Judges by what a chain says of certificates.
    static RevocationView of(Revocations chain) {
        return (certificate, issuer, now) -> chain.revocationOf(
                        Revocations.issuerHash(issuer), certificate.getSerialNumber())
                .filter(known -> known.sinceEpochSecond() <= now.getEpochSecond())
                .<Standing>map(known -> new Standing.Revoked(
                        Instant.ofEpochSecond(known.sinceEpochSecond()),
                        RevocationReason.of(known.reason()).orElse(RevocationReason.UNSPECIFIED)))
                .orElseGet(Standing.Good::new);
    }

    /// As {@link #of(List)}, and an authority without a list leaves the standing unknown.
    static RevocationView complete(List<RevocationList> lists) {
        return new ListedRevocations(lists, true);
    }

    /// What speaks against a certificate in either view counts.
    default RevocationView and(RevocationView other) {
        return (certificate, issuer, now) -> switch (standing(certificate, issuer, now)) {
            case Standing.Good() -> other.standing(certificate, issuer, now);
            case Standing.Revoked revoked -> revoked;
            case Standing.Unknown unknown ->
                other.standing(certificate, issuer, now) instanceof Standing.Revoked revoked ? revoked : unknown;
        };
    }

    /// The lists of several authorities.
    final class ListedRevocations implements RevocationView {
        private final List<RevocationList> lists;
        private final boolean complete;

        private ListedRevocations(List<RevocationList> lists, boolean complete) {
            this.lists = List.copyOf(lists);
            this.complete = complete;
        }

        @Override
        public Standing standing(X509Certificate certificate, X509Certificate issuer, Instant now) {
            CertificateView authority = CertificateView.of(issuer);
            RevocationList newest = null;
            for (RevocationList list : lists) {
                if (list.issuerName().equals(authority.subject())) {
                    Optional<String> fault = list.fault(issuer);
                    if (fault.isPresent()) {
                        return new Standing.Unknown(fault.get());
                    }
                    newest = newest == null || list.number().compareTo(newest.number()) > 0 ? list : newest;
                }
            }
            if (newest == null) {
                return complete
                        ? new Standing.Unknown("there is no revocation list of \"" + authority.name() + "\"")
                        : new Standing.Good();
            }
            Optional<RevocationList.Entry> entry = newest.entry(certificate.getSerialNumber());
            if (entry.isPresent() && !entry.get().since().isAfter(now)) {
                return new Standing.Revoked(entry.get().since(), entry.get().reason());
            }
            return newest.untimely(now).<Standing>map(Standing.Unknown::new).orElseGet(Standing.Good::new);
        }
    }
}
