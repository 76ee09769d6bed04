package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A certificate with every field read once, so that what is malformed shows here and nowhere later.
final class CertificateView {
    private static final Set<ASN1ObjectIdentifier> KNOWN = Set.of(
            Extension.basicConstraints,
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            Extension.subjectAlternativeName,
            Extension.issuerAlternativeName,
            Extension.nameConstraints,
            Extension.certificatePolicies,
            Extension.cRLDistributionPoints,
            Extension.authorityInfoAccess,
            Extension.subjectKeyIdentifier,
            Extension.authorityKeyIdentifier);

    /// Views of certificates that somebody still holds: those of a connection are asked for at every heartbeat.
    private static final Map<X509Certificate, CertificateView> READ = Collections.synchronizedMap(new WeakHashMap<>());

    private final X509CertificateHolder holder;
    private final byte[] signedPart;
    private final Optional<Sm2PublicKey> key;
    private final @Nullable BasicConstraints basic;
    private final @Nullable KeyUsage usage;
    private final @Nullable ExtendedKeyUsage extended;
    private final @Nullable NameConstraints constraints;
    private final @Nullable GeneralNames alternatives;
    private final Bytes keyIdentifier;
    private final List<String> unknownCritical;
    private final Instant from;
    private final Instant to;

    private CertificateView(X509CertificateHolder holder) throws IOException {
        this.holder = holder;
        signedPart = holder.toASN1Structure().getTBSCertificate().getEncoded("DER");
        key = PublicKeys.sm2(holder.getSubjectPublicKeyInfo());
        Extensions extensions = holder.getExtensions();
        basic = extensions == null ? null : BasicConstraints.fromExtensions(extensions);
        usage = extensions == null ? null : KeyUsage.fromExtensions(extensions);
        extended = extensions == null ? null : ExtendedKeyUsage.fromExtensions(extensions);
        constraints = extensions == null
                ? null
                : NameConstraints.getInstance(
                        Extensions.getExtensionParsedValue(extensions, Extension.nameConstraints));
        alternatives =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        SubjectKeyIdentifier identifier = extensions == null ? null : SubjectKeyIdentifier.fromExtensions(extensions);
        keyIdentifier = identifier == null ? Bytes.empty() : Bytes.copyOf(identifier.getKeyIdentifier());
        unknownCritical = extensions == null
                ? List.of()
                : Stream.of(extensions.getCriticalExtensionOIDs())
                        .filter(oid -> !KNOWN.contains(oid))
                        .map(ASN1ObjectIdentifier::getId)
                        .toList();
        from = holder.getNotBefore().toInstant();
        to = holder.getNotAfter().toInstant();
        // Read now what would throw when it is asked for later.
        var _ = subject().toString() + issuer() + alternativeNames();
    }

    /// @throws PoyangException `BAD_CERTIFICATE` when it is malformed
    static CertificateView of(X509Certificate certificate) {
        CertificateView known = READ.get(certificate);
        if (known != null) {
            return known;
        }
        try {
            CertificateView read = of(certificate.getEncoded());
            READ.put(certificate, read);
            return read;
        } catch (CertificateEncodingException e) {
            throw malformed(e);
        }
    }

    /// @throws PoyangException `BAD_CERTIFICATE` when it is malformed
    static CertificateView of(byte[] der) {
        try {
            return new CertificateView(new X509CertificateHolder(der));
        } catch (IOException | RuntimeException e) {
            throw malformed(e);
        }
    }

    private static PoyangException malformed(Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_CERTIFICATE,
                "it is not a well-formed X.509 certificate",
                "a certificate on SM2 (GM/T 0015) is needed",
                cause);
    }

    /// The common name; where there is none, the whole subject.
    String name() {
        return name(subject());
    }

    static String name(X500Name subject) {
        RDN[] common = subject.getRDNs(BCStyle.CN);
        return common.length == 0
                ? subject.toString()
                : IETFUtils.valueToString(common[0].getFirst().getValue());
    }

    String who() {
        return "the certificate of \"" + name() + "\"";
    }

    X500Name subject() {
        return holder.getSubject();
    }

    X500Name issuer() {
        return holder.getIssuer();
    }

    BigInteger serial() {
        return holder.getSerialNumber();
    }

    Instant from() {
        return from;
    }

    Instant to() {
        return to;
    }

    /// Empty when the key is none on SM2.
    Optional<Sm2PublicKey> key() {
        return key;
    }

    AlgorithmIdentifier keyAlgorithm() {
        return holder.getSubjectPublicKeyInfo().getAlgorithm();
    }

    AlgorithmIdentifier signatureAlgorithm() {
        return holder.getSignatureAlgorithm();
    }

    boolean isSelfIssued() {
        return subject().equals(issuer());
    }

    boolean isAuthority() {
        return basic != null && basic.isCA();
    }

    /// How many authorities may stand below; a large number when it does not say.
    int pathLength() {
        BigInteger length = basic == null ? null : basic.getPathLenConstraint();
        return length == null || length.bitLength() > 30 ? Integer.MAX_VALUE : length.intValue();
    }

    boolean saysUsage() {
        return usage != null;
    }

    boolean allows(int usageBit) {
        return usage != null && usage.hasUsages(usageBit);
    }

    /// Empty when it does not restrict them.
    Set<String> purposes() {
        Set<String> all = new TreeSet<>();
        if (extended != null) {
            for (KeyPurposeId purpose : extended.getUsages()) {
                all.add(purpose.getId());
            }
        }
        return all;
    }

    Optional<NameConstraints> constraints() {
        return Optional.ofNullable(constraints);
    }

    /// As {@link AlternativeNames} writes them.
    List<String> alternativeNames() {
        return alternatives == null ? List.of() : AlternativeNames.decode(alternatives);
    }

    Optional<GeneralNames> alternatives() {
        return Optional.ofNullable(alternatives);
    }

    /// Empty when it has none.
    Bytes keyIdentifier() {
        return keyIdentifier;
    }

    List<String> unknownCritical() {
        return unknownCritical;
    }

    /// Whether the algorithm under the signature and beside it are the same, and SM2 with SM3.
    boolean isSignedWithSm2() {
        return Sm2Signatures.named(signatureAlgorithm())
                && holder.toASN1Structure()
                        .getTBSCertificate()
                        .getSignature()
                        .equals(holder.toASN1Structure().getSignatureAlgorithm());
    }

    Sm2Signatures.Verdict signedBy(Sm2PublicKey authority) {
        ASN1BitString signature = holder.toASN1Structure().getSignature();
        return signature.getPadBits() == 0
                ? Sm2Signatures.verify(authority, signedPart, signature.getOctets())
                : Sm2Signatures.Verdict.MALFORMED;
    }

    X509CertificateHolder holder() {
        return holder;
    }
}
