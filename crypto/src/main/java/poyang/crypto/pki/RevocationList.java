package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509v2CRLBuilder;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// The certificates that one authority took back (RFC 5280 section 5, version 2): when, why, and until
/// when the list may be relied on.
public final class RevocationList {
    private static final String LABEL = "X509 CRL";
    private static final Set<ASN1ObjectIdentifier> KNOWN =
            Set.of(Extension.authorityKeyIdentifier, Extension.cRLNumber, Extension.issuerAlternativeName);

    private final Bytes encoded;
    private final CertificateList list;
    private final byte[] signedPart;
    private final BigInteger number;
    private final Instant from;
    private final Instant next;
    private final Map<BigInteger, Entry> entries = new TreeMap<>();

    private RevocationList(byte[] der) throws IOException {
        list = CertificateList.getInstance(der);
        need(Arrays.equals(list.getEncoded("DER"), der), "it is not the DER of a revocation list");
        encoded = Bytes.copyOf(der);
        TBSCertList signed = list.getTBSCertList();
        signedPart = signed.getEncoded("DER");
        need(signed.getVersionNumber() == 2, "its version is not 2");
        need(signed.getSignature().equals(list.getSignatureAlgorithm()), "it names two signature algorithms");
        var _ = list.getIssuer().toString(); // throws now what is malformed
        from = instant(signed.getThisUpdate());
        need(signed.getNextUpdate() != null, "it does not say when the next one comes");
        next = instant(signed.getNextUpdate());
        Extensions extensions = signed.getExtensions();
        refuseUnknown(extensions);
        ASN1Integer count = extensions == null
                ? null
                : ASN1Integer.getInstance(Extensions.getExtensionParsedValue(extensions, Extension.cRLNumber));
        number = count == null ? BigInteger.ZERO : count.getPositiveValue();
        for (TBSCertList.CRLEntry entry : signed.getRevokedCertificates()) {
            add(entry);
        }
    }

    /// One certificate that was taken back.
    public record Entry(BigInteger serial, Instant since, RevocationReason reason) {}

    private void add(TBSCertList.CRLEntry entry) throws IOException {
        RevocationReason reason = RevocationReason.UNSPECIFIED;
        if (entry.hasExtensions()) {
            Extensions extensions = entry.getExtensions();
            need(extensions.getCriticalExtensionOIDs().length == 0, "an entry of it demands what is unknown here");
            Extension given = extensions.getExtension(Extension.reasonCode);
            if (given != null) {
                int code = ASN1Enumerated.getInstance(given.getParsedValue()).intValueExact();
                reason = RevocationReason.of(code)
                        .orElseThrow(() -> bad("an entry of it has the unknown reason " + code, null));
            }
        }
        BigInteger serial = entry.getUserCertificate().getValue();
        need(
                entries.put(serial, new Entry(serial, instant(entry.getRevocationDate()), reason)) == null,
                "it lists a certificate twice");
    }

    private static void refuseUnknown(Extensions extensions) {
        if (extensions != null) {
            need(
                    extensions.getExtension(Extension.deltaCRLIndicator) == null,
                    "it is only an addition to another list");
            for (ASN1ObjectIdentifier oid : extensions.getCriticalExtensionOIDs()) {
                need(KNOWN.contains(oid), "it demands the unknown extension " + oid.getId());
            }
        }
    }

    private static Instant instant(Time time) {
        return time.getDate().toInstant();
    }

    /// @throws PoyangException `BAD_REVOCATION_LIST` for what is no list; whose list it is, {@link #fault}
    ///     tells
    public static RevocationList decode(byte[] der) {
        try {
            return new RevocationList(der);
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known ? known : bad("it is not the DER of a revocation list", e);
        }
    }

    /// @throws PoyangException `BAD_REVOCATION_LIST`, `UNREADABLE`
    public static RevocationList fromPem(byte[] file) {
        return decode(Pem.only(file, List.of(LABEL, "CRL"))
                .orElseThrow(() -> bad("the file does not hold one revocation list", null))
                .toArray());
    }

    /// A full list, signed by `authority` with `key`.
    static RevocationList write(
            X509Certificate authority,
            Sm2PrivateKey key,
            BigInteger number,
            Instant from,
            Instant next,
            List<Entry> entries) {
        CertificateView issuer = CertificateView.of(authority);
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer.subject(), Date.from(from));
            builder.setNextUpdate(Date.from(next));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new AuthorityKeyIdentifier(issuer.keyIdentifier().toArray()));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            for (Entry entry : entries) {
                builder.addCRLEntry(entry.serial(), Date.from(entry.since()), crlReason(entry.reason()));
            }
            return decode(builder.build(Sm2Signatures.signer(key)).getEncoded());
        } catch (IOException e) {
            throw new Bug("writing a list in memory cannot fail", e);
        }
    }

    /// RFC 5280 wants the reason left out where none was given.
    private static int crlReason(RevocationReason reason) {
        return reason == RevocationReason.UNSPECIFIED ? CRLReason.unspecified : reason.code();
    }

    /// Why this is not a list that `authority` signed; empty when it is.
    public Optional<String> fault(X509Certificate authority) {
        CertificateView issuer = CertificateView.of(authority);
        String whose = "the revocation list of \"" + CertificateView.name(issuerName()) + "\"";
        if (!issuerName().equals(issuer.subject())) {
            return Optional.of(whose + " is not one of \"" + issuer.name() + "\"");
        }
        if (issuer.saysUsage() && !issuer.allows(KeyUsage.cRLSign)) {
            return Optional.of(whose + " is signed by a key that may not sign lists (key usage)");
        }
        if (!Sm2Signatures.named(list.getSignatureAlgorithm()) || issuer.key().isEmpty()) {
            return Optional.of(whose + " is not signed with SM2 and SM3");
        }
        Sm2Signatures.Verdict verdict = list.getSignature().getPadBits() == 0
                ? Sm2Signatures.verify(
                        issuer.key().get(), signedPart, list.getSignature().getOctets())
                : Sm2Signatures.Verdict.MALFORMED;
        return verdict == Sm2Signatures.Verdict.VALID
                ? Optional.empty()
                : Optional.of(whose + " was not signed by it: the signature " + verdict.words());
    }

    /// Why the list says nothing about `now`; empty when it does.
    Optional<String> untimely(Instant now) {
        String whose = "the revocation list of \"" + CertificateView.name(issuerName()) + "\"";
        if (now.isBefore(from)) {
            return Optional.of(whose + " holds only from " + from);
        }
        return now.isAfter(next)
                ? Optional.of(whose + " is stale: its successor was due on " + next)
                : Optional.empty();
    }

    X500Name issuerName() {
        return list.getIssuer();
    }

    /// The name of the authority that the list says it is of.
    public String issuer() {
        return CertificateView.name(issuerName());
    }

    /// Grows from list to list; 0 where the list does not say.
    public BigInteger number() {
        return number;
    }

    public Instant from() {
        return from;
    }

    /// When the next list is due.
    public Instant next() {
        return next;
    }

    /// In the order of serials.
    public List<Entry> entries() {
        return Collections.unmodifiableList(new ArrayList<>(entries.values()));
    }

    public Optional<Entry> entry(BigInteger serial) {
        return Optional.ofNullable(entries.get(serial));
    }

    public Bytes encoded() {
        return encoded;
    }

    public String toPem() {
        return Pem.text(LABEL, encoded.toArray());
    }

    private static void need(boolean good, String wrong) {
        if (!good) {
            throw bad(wrong, null);
        }
    }

    private static PoyangException bad(String wrong, @org.jspecify.annotations.Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_REVOCATION_LIST,
                "the revocation list is refused: " + wrong,
                "a complete list of version 2 with a next update is needed",
                cause);
    }
}
