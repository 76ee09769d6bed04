package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What messages of all kinds are made of.
final class MessageParts {
    static final String LABEL = "PKCS7";
    static final List<String> LABELS = List.of(LABEL, "CMS", "PKCS #7 SIGNED DATA");
    static final ASN1ObjectIdentifier SM3 = new ASN1ObjectIdentifier("1.2.156.10197.1.401");
    private static final ASN1ObjectIdentifier SM2_KEY = new ASN1ObjectIdentifier("1.2.156.10197.1.301");
    static final ASN1ObjectIdentifier SM2_SIGN = SM2_KEY.branch("1");
    static final ASN1ObjectIdentifier SM2_ENCRYPT = SM2_KEY.branch("3");
    private static final int DEPTH_MAX = 40;

    private MessageParts() {}

    /// The type and content of a message.
    record Outer(ASN1ObjectIdentifier type, ASN1Encodable content) {}

    static Outer outer(byte[] encoded) throws IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(repaired(encoded)));
        if (parts.size() != 2) {
            throw bad("it has " + parts.size() + " parts instead of a type and a content");
        }
        return new Outer(
                ASN1ObjectIdentifier.getInstance(parts.getObjectAt(0)),
                context(parts.getObjectAt(1)).getExplicitBaseObject());
    }

    /// The element when it carries the context's tag 0.
    static ASN1TaggedObject context(ASN1Encodable element) {
        return ASN1TaggedObject.getInstance(element, BERTags.CONTEXT_SPECIFIC, 0);
    }

    static byte[] encode(ASN1ObjectIdentifier type, ASN1Encodable content) {
        return der(new ContentInfo(type, content));
    }

    static byte[] der(ASN1Object object) {
        try {
            return object.getEncoded("DER");
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    /// The octets of a message inside; some makers wrap them once more, some leave them bare.
    static Bytes octets(ASN1Encodable content) throws IOException {
        return content instanceof ASN1OctetString octets
                ? Bytes.copyOf(octets.getOctets())
                : Bytes.copyOf(content.toASN1Primitive().getEncoded());
    }

    static boolean isSm3(AlgorithmIdentifier algorithm) {
        return algorithm.getAlgorithm().equals(SM3) || algorithm.getAlgorithm().equals(SM3.branch("1"));
    }

    /// The makers do not agree on which of these names the signature.
    static boolean isSm2Signature(AlgorithmIdentifier algorithm) {
        return Sm2Signatures.named(algorithm)
                || algorithm.getAlgorithm().equals(SM2_SIGN)
                || algorithm.getAlgorithm().equals(SM2_KEY);
    }

    static boolean isSm2Encryption(AlgorithmIdentifier algorithm) {
        return algorithm.getAlgorithm().equals(SM2_ENCRYPT)
                || algorithm.getAlgorithm().equals(SM2_KEY)
                || algorithm.getAlgorithm().equals(PublicKeys.SM2.getAlgorithm());
    }

    static IssuerAndSerialNumber identifier(X509Certificate certificate) {
        CertificateView view = CertificateView.of(certificate);
        return new IssuerAndSerialNumber(view.issuer(), view.serial());
    }

    static ASN1Set certificateSet(List<X509Certificate> certificates) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        try {
            for (X509Certificate certificate : certificates.stream().distinct().toList()) {
                all.add(ASN1Primitive.fromByteArray(certificate.getEncoded()));
            }
        } catch (IOException | CertificateEncodingException e) {
            throw new Bug("a decoded certificate always encodes", e);
        }
        return new DERSet(all);
    }

    /// The certificates of a set; what is no plain certificate is refused.
    static List<X509Certificate> certificates(@Nullable ASN1Set set) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        if (set != null) {
            for (ASN1Encodable each : set) {
                all.add(Certificates.decode(each.toASN1Primitive().getEncoded()));
            }
        }
        return List.copyOf(all);
    }

    /// Whom a signer or receiver is named by.
    ///
    /// @param issuer empty where a maker left it out, or names the key
    /// @param serial absent when the key is named
    /// @param key the key identifier, empty when the serial is given
    record Party(Optional<X500Name> issuer, Optional<BigInteger> serial, Bytes key) {

        static Party of(ASN1Encodable identifier) {
            if (identifier instanceof ASN1TaggedObject tagged) {
                ASN1OctetString octets = ASN1OctetString.getInstance(context(tagged), false);
                return new Party(Optional.empty(), Optional.empty(), Bytes.copyOf(octets.getOctets()));
            }
            if (identifier instanceof ASN1OctetString octets) {
                return new Party(Optional.empty(), Optional.empty(), Bytes.copyOf(octets.getOctets()));
            }
            IssuerAndSerialNumber named = IssuerAndSerialNumber.getInstance(identifier);
            var _ = named.getName().toString(); // throws now what is malformed
            return new Party(
                    Optional.of(named.getName()).filter(name -> name.getRDNs().length > 0),
                    Optional.of(named.getSerialNumber().getValue()),
                    Bytes.empty());
        }

        boolean matches(X509Certificate certificate) {
            CertificateView view = CertificateView.of(certificate);
            if (serial.isEmpty()) {
                return !key.isEmpty() && key.equals(view.keyIdentifier());
            }
            return serial.get().equals(view.serial())
                    && (issuer.isEmpty() || Arrays.equals(der(issuer.get()), der(view.issuer())));
        }

        String words() {
            return serial.map(number -> "serial " + number.toString(16)
                            + issuer.map(name -> " of " + name).orElse(""))
                    .orElseGet(() -> "key identifier " + key.hex());
        }
    }

    /// Some makers write an empty issuer as two zero bytes, which no reader of ASN.1 takes. Where two zero
    /// bytes stand for an element of definite length, they become an empty sequence of the same length.
    static byte[] repaired(byte[] encoded) {
        byte[] copy = encoded.clone();
        repair(copy, 0, copy.length, 0);
        return copy;
    }

    private static void repair(byte[] in, int from, int to, int depth) {
        int at = from;
        while (at + 2 <= to && depth < DEPTH_MAX) {
            int tag = in[at] & 0xff;
            if (tag == 0 && in[at + 1] == 0) {
                in[at] = 0x30;
                at += 2;
                continue;
            }
            int lengthBytes = in[at + 1] & 0x80;
            int head = 2 + (lengthBytes == 0 ? 0 : in[at + 1] & 0x7f);
            long length = lengthBytes == 0 ? in[at + 1] & 0x7f : 0;
            if ((tag & 0x1f) == 0x1f || head == 2 && lengthBytes != 0 || head > 6 || at + head > to) {
                return; // no element of definite length: left to the reader
            }
            for (int i = 2; i < head; i++) {
                length = length << 8 | in[at + i] & 0xff;
            }
            if (length > to - at - head) {
                return;
            }
            int end = at + head + (int) length;
            if ((tag & 0x20) != 0) {
                repair(in, at + head, end, depth + 1);
            }
            at = end;
        }
    }

    static PoyangException bad(String wrong) {
        return bad(wrong, null);
    }

    static PoyangException bad(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_MESSAGE,
                "the message is refused: " + wrong,
                "a signed or enveloped message (GM/T 0010, PKCS#7 or CMS) with SM2, SM3 and SM4 is needed",
                cause);
    }

    /// The one message of a file.
    static byte[] file(byte[] file) {
        return Pem.only(file, LABELS)
                .orElseThrow(() -> bad("the file does not hold one message"))
                .toArray();
    }
}
