package poyang.crypto.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// Does a chain of certificates lead to a trusted root, now, for this use? If not, which certificate is at
/// fault, in which field, since when (RFC 5280 section 6, on SM2 with SM3 only).
public final class ChainValidation {
    /// The longest chain that is looked at.
    static final int LENGTH_MAX = 8;

    private ChainValidation() {}

    /// What the first certificate of the chain is to be used for.
    public enum Purpose {
        /// Both sides of a connection between processes.
        TLS,
        /// Checking its holder's signatures.
        SIGNATURE,
        /// Sealing to its holder.
        ENCRYPTION,
        /// Checking certificates that it signed.
        AUTHORITY,
        /// Whatever it says.
        ANY
    }

    /// As {@link #check}, for TLS, without a look at revocations.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` with the refusal's words
    public static void validate(List<X509Certificate> chain, X509Certificate root, Instant now) {
        validate(chain, root, Purpose.TLS, RevocationView.notConsulted(), now);
    }

    /// As {@link #check}.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` with the refusal's words
    public static void validate(
            List<X509Certificate> chain,
            X509Certificate root,
            Purpose purpose,
            RevocationView revocations,
            Instant now) {
        check(chain, root, purpose, revocations, now).ifPresent(refusal -> {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    refusal.words(),
                    "a certificate on SM2 that is valid now, made for this use, and leads to the chain's trust root is"
                            + " needed");
        });
    }

    /// Why the chain is not accepted; empty when it is.
    ///
    /// @param chain the certificate in question first, each followed by its issuer; the root may end it
    /// @param root is trusted as it stands, while it is valid
    public static Optional<Refusal> check(
            List<X509Certificate> chain,
            X509Certificate root,
            Purpose purpose,
            RevocationView revocations,
            Instant now) {
        if (chain.isEmpty() || chain.size() > LENGTH_MAX) {
            return Optional.of(new Refusal(
                    Refusal.Kind.MALFORMED,
                    "",
                    "chain",
                    "a chain of " + chain.size() + " certificates was shown, where 1 to " + LENGTH_MAX
                            + " are possible"));
        }
        List<X509Certificate> path = new ArrayList<>(chain);
        if (path.size() > 1 && path.getLast().equals(root)) {
            path.removeLast();
        }
        path.add(root);
        List<CertificateView> views = new ArrayList<>();
        for (X509Certificate certificate : path) {
            try {
                views.add(CertificateView.of(certificate));
            } catch (PoyangException e) {
                return Optional.of(new Refusal(
                        Refusal.Kind.MALFORMED,
                        "number " + (views.size() + 1) + " of the chain",
                        "encoding",
                        "number " + (views.size() + 1) + " of the chain is not a well-formed certificate"));
            }
        }
        return new Path(path, views, purpose, revocations, now).refusal();
    }

    /// Why a chain that {@link #check} accepted before is not accepted any more: dates and revocations
    /// only, which costs no signature check.
    public static Optional<Refusal> checkAgain(
            List<X509Certificate> chain, X509Certificate root, RevocationView revocations, Instant now) {
        List<X509Certificate> path = new ArrayList<>(chain);
        if (!path.getLast().equals(root)) {
            path.add(root);
        }
        List<CertificateView> views = path.stream().map(CertificateView::of).toList();
        return new Path(path, views, Purpose.ANY, revocations, now).fallen();
    }

    /// The chain from `leaf` to one of `roots` as far as `known` completes it: the longest prefix when it
    /// does not. The root itself is not part of it.
    public static List<X509Certificate> complete(
            X509Certificate leaf, Collection<X509Certificate> known, Collection<X509Certificate> roots) {
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        while (chain.size() < LENGTH_MAX && issuer(chain.getLast(), roots).isEmpty()) {
            Optional<X509Certificate> next = issuer(chain.getLast(), known);
            if (next.isEmpty() || chain.contains(next.get())) {
                break;
            }
            chain.add(next.get());
        }
        return List.copyOf(chain);
    }

    /// The one of `candidates` that issued `certificate`: by name, and by signature where several have it.
    public static Optional<X509Certificate> issuer(
            X509Certificate certificate, Collection<X509Certificate> candidates) {
        CertificateView view = CertificateView.of(certificate);
        List<X509Certificate> named = candidates.stream()
                .filter(candidate -> CertificateView.of(candidate).subject().equals(view.issuer()))
                .toList();
        return named.stream()
                .filter(candidate -> CertificateView.of(candidate)
                        .key()
                        .filter(key -> view.signedBy(key) == Sm2Signatures.Verdict.VALID)
                        .isPresent())
                .findFirst()
                .or(() -> named.stream().findFirst());
    }

    /// One chain under check, its root last.
    private static final class Path {
        private static final Set<String> BOTH_SIDES =
                Set.of(KeyPurposeId.id_kp_serverAuth.getId(), KeyPurposeId.id_kp_clientAuth.getId());
        private final List<X509Certificate> certificates;
        private final List<CertificateView> views;
        private final Purpose purpose;
        private final RevocationView revocations;
        private final Instant now;

        Path(
                List<X509Certificate> certificates,
                List<CertificateView> views,
                Purpose purpose,
                RevocationView revocations,
                Instant now) {
            this.certificates = certificates;
            this.views = views;
            this.purpose = purpose;
            this.revocations = revocations;
            this.now = now;
        }

        Optional<Refusal> refusal() {
            for (int i = 0; i + 1 < views.size(); i++) {
                int at = i;
                Optional<Refusal> refusal = timely(views.get(i))
                        .or(() -> at == 0 ? use(views.getFirst()) : authority(views.get(at), at - 1))
                        .or(() -> known(views.get(at)))
                        .or(() -> signature(views.get(at), views.get(at + 1)))
                        .or(() -> standing(at));
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return rootInTime().or(() -> rootMayIssue(views.getLast())).or(this::names);
        }

        Optional<Refusal> fallen() {
            for (int i = 0; i + 1 < views.size(); i++) {
                int at = i;
                Optional<Refusal> refusal = timely(views.get(i)).or(() -> standing(at));
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return rootInTime();
        }

        private Optional<Refusal> rootInTime() {
            CertificateView root = views.getLast();
            if (now.isBefore(root.from()) || now.isAfter(root.to())) {
                return refuse(
                        now.isAfter(root.to()) ? Refusal.Kind.EXPIRED : Refusal.Kind.NOT_YET_VALID,
                        root,
                        now.isAfter(root.to()) ? "notAfter" : "notBefore",
                        "the trust root \"" + root.name() + "\" is not valid at this time, but from " + root.from()
                                + " to " + root.to());
            }
            return Optional.empty();
        }

        private static Optional<Refusal> refuse(
                Refusal.Kind kind, CertificateView certificate, String field, String words) {
            return Optional.of(new Refusal(kind, certificate.name(), field, words));
        }

        private Optional<Refusal> timely(CertificateView certificate) {
            if (now.isBefore(certificate.from())) {
                return refuse(
                        Refusal.Kind.NOT_YET_VALID,
                        certificate,
                        "notBefore",
                        certificate.who() + " is valid only from " + certificate.from());
            }
            return now.isAfter(certificate.to())
                    ? refuse(
                            Refusal.Kind.EXPIRED,
                            certificate,
                            "notAfter",
                            certificate.who() + " expired on " + certificate.to())
                    : Optional.empty();
        }

        private Optional<Refusal> use(CertificateView leaf) {
            boolean good = switch (purpose) {
                case TLS ->
                    !leaf.isAuthority()
                            && leaf.allows(KeyUsage.digitalSignature)
                            && leaf.purposes().containsAll(BOTH_SIDES);
                case SIGNATURE -> !leaf.isAuthority() && leaf.allows(KeyUsage.digitalSignature);
                case ENCRYPTION ->
                    !leaf.isAuthority()
                            && (leaf.allows(KeyUsage.keyEncipherment) || leaf.allows(KeyUsage.dataEncipherment));
                case AUTHORITY -> leaf.isAuthority() && leaf.allows(KeyUsage.keyCertSign);
                case ANY -> true;
            };
            String wanted = switch (purpose) {
                case TLS -> "TLS";
                case SIGNATURE -> "signatures";
                case ENCRYPTION -> "encryption";
                case AUTHORITY -> "issuing";
                case ANY -> "any use";
            };
            return good
                    ? Optional.empty()
                    : refuse(
                            Refusal.Kind.WRONG_USE,
                            leaf,
                            "keyUsage",
                            leaf.who() + " is not for " + wanted + ": it is for "
                                    + String.join(", ", CertificateWords.uses(leaf)));
        }

        /// @param below how many authorities stand between it and the first certificate
        private static Optional<Refusal> authority(CertificateView certificate, int below) {
            if (!certificate.isAuthority()) {
                return refuse(
                        Refusal.Kind.NOT_AN_AUTHORITY,
                        certificate,
                        "basicConstraints",
                        certificate.who() + " may not issue certificates: it is no authority's");
            }
            if (!certificate.allows(KeyUsage.keyCertSign)) {
                return refuse(
                        Refusal.Kind.NOT_AN_AUTHORITY,
                        certificate,
                        "keyUsage",
                        certificate.who() + " may not issue certificates: its key usage does not allow it");
            }
            return certificate.pathLength() < below
                    ? refuse(
                            Refusal.Kind.PATH_TOO_LONG,
                            certificate,
                            "basicConstraints.pathLenConstraint",
                            certificate.who() + " may not issue certificates this far down: its path length is "
                                    + certificate.pathLength() + ", and " + below
                                    + (below == 1 ? " authority stands" : " authorities stand") + " below it")
                    : Optional.empty();
        }

        private Optional<Refusal> rootMayIssue(CertificateView root) {
            // A trusted version 1 root says nothing about itself; one of version 3 is held to what it says.
            boolean bound = root.holder().getVersionNumber() == 3 && !(views.size() == 2 && isTheRoot());
            return bound ? authority(root, views.size() - 2) : Optional.empty();
        }

        private boolean isTheRoot() {
            return certificates.getFirst().equals(certificates.getLast());
        }

        private static Optional<Refusal> known(CertificateView certificate) {
            return certificate.unknownCritical().isEmpty()
                    ? Optional.empty()
                    : refuse(
                            Refusal.Kind.UNKNOWN_EXTENSION,
                            certificate,
                            certificate.unknownCritical().getFirst(),
                            certificate.who() + " demands the unknown extension "
                                    + certificate.unknownCritical().getFirst());
        }

        private static Optional<Refusal> signature(CertificateView certificate, CertificateView issuer) {
            if (!certificate.issuer().equals(issuer.subject())) {
                return refuse(
                        Refusal.Kind.UNKNOWN_AUTHORITY,
                        certificate,
                        "issuer",
                        certificate.who() + " was issued by an unknown authority, \""
                                + CertificateView.name(certificate.issuer()) + "\"; \"" + issuer.name()
                                + "\" is known here");
            }
            if (!certificate.isSignedWithSm2()) {
                return refuse(
                        Refusal.Kind.FOREIGN_ALGORITHM,
                        certificate,
                        "signatureAlgorithm",
                        certificate.who() + " is not signed with SM2 and SM3, but with "
                                + PublicKeys.words(certificate.signatureAlgorithm()));
            }
            for (CertificateView one : List.of(certificate, issuer)) {
                if (one.key().isEmpty()) {
                    return refuse(
                            Refusal.Kind.FOREIGN_ALGORITHM,
                            one,
                            "subjectPublicKeyInfo",
                            one.who() + " binds no SM2 key, but one of kind " + PublicKeys.words(one.keyAlgorithm()));
                }
            }
            Sm2Signatures.Verdict verdict = certificate.signedBy(issuer.key().orElseThrow());
            return verdict == Sm2Signatures.Verdict.VALID
                    ? Optional.empty()
                    : refuse(
                            Refusal.Kind.BAD_SIGNATURE,
                            certificate,
                            "signatureValue",
                            certificate.who() + " was not signed by \"" + issuer.name() + "\": the signature "
                                    + verdict.words());
        }

        private Optional<Refusal> standing(int at) {
            CertificateView view = views.get(at);
            if (at + 2 == views.size() && isTheRoot()) {
                return Optional.empty();
            }
            return switch (revocations.standing(certificates.get(at), certificates.get(at + 1), now)) {
                case Standing.Good() -> Optional.empty();
                case Standing.Revoked(Instant since, RevocationReason reason) ->
                    refuse(
                            Refusal.Kind.REVOKED,
                            view,
                            "serialNumber",
                            view.who() + " (serial " + view.serial().toString(16) + ") was revoked on " + since
                                    + " because " + reason.words());
                case Standing.Unknown(String why) ->
                    refuse(
                            Refusal.Kind.STANDING_UNKNOWN,
                            view,
                            "serialNumber",
                            "whether " + view.who() + " was revoked cannot be told: " + why);
            };
        }

        /// Each authority's constraints bind the names of all that stands below it.
        private Optional<Refusal> names() {
            PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
            for (int i = views.size() - 1; i >= 0; i--) {
                CertificateView view = views.get(i);
                if (i == 0 || !view.isSelfIssued()) {
                    String outside = outside(validator, view);
                    if (!outside.isEmpty()) {
                        return refuse(
                                Refusal.Kind.NAME_NOT_PERMITTED,
                                view,
                                "nameConstraints",
                                view.who() + " names \"" + outside
                                        + "\", which lies outside of what its authority may certify");
                    }
                }
                try {
                    view.constraints().ifPresent(constraints -> constrain(validator, constraints));
                } catch (RuntimeException e) {
                    return refuse(
                            Refusal.Kind.MALFORMED,
                            view,
                            "nameConstraints",
                            view.who() + " has name constraints that cannot be read");
                }
            }
            return Optional.empty();
        }

        private static void constrain(PKIXNameConstraintValidator validator, NameConstraints constraints) {
            if (constraints.getPermittedSubtrees() != null) {
                validator.intersectPermittedSubtree(constraints.getPermittedSubtrees());
            }
            if (constraints.getExcludedSubtrees() != null) {
                for (var excluded : constraints.getExcludedSubtrees()) {
                    validator.addExcludedSubtree(excluded);
                }
            }
        }

        /// The name that is not permitted; empty when all are.
        private static String outside(PKIXNameConstraintValidator validator, CertificateView view) {
            X500Name subject = view.subject();
            try {
                if (subject.getRDNs().length > 0) {
                    validator.checkPermittedDN(subject);
                    validator.checkExcludedDN(subject);
                }
            } catch (NameConstraintValidatorException | RuntimeException e) {
                return subject.toString();
            }
            if (view.alternatives().isPresent()) {
                for (GeneralName name : view.alternatives().get().getNames()) {
                    try {
                        validator.checkPermitted(name);
                        validator.checkExcluded(name);
                    } catch (NameConstraintValidatorException | RuntimeException e) {
                        return name.toString();
                    }
                }
            }
            return "";
        }
    }
}
