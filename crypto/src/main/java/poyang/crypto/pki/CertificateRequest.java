package poyang.crypto.pki;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A request for a certificate (PKCS#10, RFC 2986): a name, a key, and the signature that proves that the
/// sender holds the key.
public final class CertificateRequest {
    private static final String LABEL = "CERTIFICATE REQUEST";

    private final Bytes encoded;
    private final X500Name subject;
    private final SubjectPublicKeyInfo keyInfo;
    private final byte[] signedPart;
    private final AlgorithmIdentifier algorithm;
    private final ASN1BitString signature;
    private final Optional<Sm2PublicKey> key;
    private final List<String> names;

    private CertificateRequest(byte[] der) throws IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
        need(
                parts.size() == 3 && Arrays.equals(parts.getEncoded("DER"), der),
                "it is not the DER of a certificate request");
        encoded = Bytes.copyOf(der);
        ASN1Sequence body = ASN1Sequence.getInstance(parts.getObjectAt(0));
        signedPart = body.getEncoded("DER");
        algorithm = AlgorithmIdentifier.getInstance(parts.getObjectAt(1));
        signature = ASN1BitString.getInstance(parts.getObjectAt(2));
        need(
                (body.size() == 3 || body.size() == 4)
                        && ASN1Integer.getInstance(body.getObjectAt(0)).hasValue(0),
                "its version is unknown");
        subject = X500Name.getInstance(body.getObjectAt(1));
        var _ = subject.toString(); // throws now what is malformed
        keyInfo = SubjectPublicKeyInfo.getInstance(body.getObjectAt(2));
        key = PublicKeys.sm2(keyInfo);
        names = body.size() == 3
                ? List.of()
                : requestedNames(ASN1Set.getInstance(
                        ASN1TaggedObject.getInstance(body.getObjectAt(3), BERTags.CONTEXT_SPECIFIC, 0), false));
    }

    /// The alternative names among the attributes. Some makers of requests leave the SET around an
    /// attribute's value out; such attributes are passed over.
    private static List<String> requestedNames(ASN1Set attributes) {
        List<String> found = new ArrayList<>();
        for (ASN1Encodable each : attributes) {
            ASN1Sequence attribute = ASN1Sequence.getInstance(each);
            if (attribute.size() == 2
                    && attribute.getObjectAt(0).equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)
                    && attribute.getObjectAt(1) instanceof ASN1Set values) {
                for (ASN1Encodable value : values) {
                    GeneralNames asked = GeneralNames.fromExtensions(
                            Extensions.getInstance(value), Extension.subjectAlternativeName);
                    if (asked != null) {
                        found.addAll(AlternativeNames.decode(asked));
                    }
                }
            }
        }
        return List.copyOf(found);
    }

    /// Asks for a certificate for `key`.
    ///
    /// @param names further names, written `dns:NAME`, `ip:ADDRESS`, `email:ADDRESS` or `uri:ADDRESS`
    public static CertificateRequest make(Subject subject, Usage usage, List<String> names, Sm2PrivateKey key) {
        try {
            ExtensionsGenerator wanted = new ExtensionsGenerator();
            KeyUsage asked = usage.keyUsage();
            wanted.addExtension(Extension.keyUsage, true, asked);
            if (!names.isEmpty()) {
                wanted.addExtension(Extension.subjectAlternativeName, false, AlternativeNames.encode(names));
            }
            byte[] der = new PKCS10CertificationRequestBuilder(subject.name(), PublicKeys.encode(key.publicKey()))
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate())
                    .build(Sm2Signatures.signer(key))
                    .getEncoded();
            return decode(der);
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    /// @throws PoyangException `BAD_REQUEST` when it is malformed, or does not prove that its sender holds
    ///     the key
    public static CertificateRequest decode(byte[] der) {
        CertificateRequest read = parse(der);
        read.fault().ifPresent(wrong -> {
            throw bad(wrong, null);
        });
        return read;
    }

    /// Reads without asking for the proof.
    static CertificateRequest parse(byte[] der) {
        try {
            return new CertificateRequest(der);
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known ? known : bad("it is not the DER of a certificate request", e);
        }
    }

    /// @throws PoyangException `BAD_REQUEST`, `UNREADABLE`
    public static CertificateRequest fromPem(byte[] file) {
        return decode(Pem.only(file, List.of(LABEL, "NEW " + LABEL))
                .orElseThrow(() -> bad("the file does not hold one certificate request", null))
                .toArray());
    }

    /// Why nothing can be issued on it; empty when it proves what it must.
    Optional<String> fault() {
        if (key.isEmpty()) {
            return Optional.of(
                    "it is not for an SM2 key, but for one of kind " + PublicKeys.words(keyInfo.getAlgorithm()));
        }
        if (!Sm2Signatures.named(algorithm)) {
            return Optional.of("it is not signed with SM2 and SM3, but with " + PublicKeys.words(algorithm));
        }
        Sm2Signatures.Verdict verdict = signature.getPadBits() == 0
                ? Sm2Signatures.verify(key.get(), signedPart, signature.getOctets())
                : Sm2Signatures.Verdict.MALFORMED;
        return verdict == Sm2Signatures.Verdict.VALID
                ? Optional.empty()
                : Optional.of("it does not prove that its sender holds the key: the signature " + verdict.words());
    }

    X500Name subjectName() {
        return subject;
    }

    SubjectPublicKeyInfo keyInfo() {
        return keyInfo;
    }

    AlgorithmIdentifier algorithm() {
        return algorithm;
    }

    /// @throws PoyangException `BAD_SUBJECT` when it lacks an organisation or a common name
    public Subject subject() {
        return Subject.of(subject);
    }

    public Sm2PublicKey publicKey() {
        return key.orElseThrow();
    }

    /// The further names that it asks for.
    public List<String> names() {
        return names;
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

    private static PoyangException bad(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_REQUEST,
                "the certificate request is refused: " + wrong,
                "a PKCS#10 request for an SM2 key, signed with it under the identifier 1234567812345678, is needed",
                cause);
    }
}
