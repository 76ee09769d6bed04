package poyang.crypto.pki;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A message with the signatures of one or more certified people or services (`signedData` of GM/T 0010
/// and CMS), the content inside or beside it.
///
/// Signatures are SM2 with SM3 over the DER of the signed attributes (content type, digest, time), or over
/// the bare content where a maker wrote none. The time is the signer's own claim.
public final class SignedMessage {
    private final Bytes encoded;
    private final Optional<Bytes> content;
    private final ASN1ObjectIdentifier contentType;
    private final List<X509Certificate> certificates;
    private final List<SignerEntry> signers;

    private SignedMessage(byte[] der) throws IOException {
        MessageParts.Outer outer = MessageParts.outer(der);
        if (!MessageForm.isSigned(outer.type())) {
            throw MessageParts.bad("it is of type " + outer.type() + ", not signed data");
        }
        SignedData data = SignedData.getInstance(outer.content());
        contentType = data.getEncapContentInfo().getContentType();
        ASN1Encodable inside = data.getEncapContentInfo().getContent();
        content = inside == null ? Optional.empty() : Optional.of(MessageParts.octets(inside));
        certificates = MessageParts.certificates(data.getCertificates());
        signers = SignerEntry.all(data.getSignerInfos(), contentType);
        need(!signers.isEmpty() || !certificates.isEmpty(), "nobody has signed it");
        checkDigests(data, signers);
        encoded = Bytes.copyOf(der);
    }

    /// The digests that the message announces must be those that its signers used.
    private static void checkDigests(SignedData data, List<SignerEntry> signers) {
        for (ASN1Encodable each : data.getDigestAlgorithms()) {
            AlgorithmIdentifier announced = AlgorithmIdentifier.getInstance(each);
            need(
                    signers.isEmpty()
                            || signers.stream()
                                    .anyMatch(signer ->
                                            signer.digest().getAlgorithm().equals(announced.getAlgorithm())),
                    "it announces the digest " + announced.getAlgorithm() + ", which no signer used");
        }
        long version = data.getVersion().longValueExact();
        need(version == 1 || version == 3, "its version is " + version);
    }

    /// Signs `content` in the name of all `signers`.
    ///
    /// @param attached whether the content travels inside
    /// @param at the time that the signers claim
    public static SignedMessage sign(
            Bytes content, boolean attached, MessageForm form, List<MessageSigner> signers, Instant at) {
        AlgorithmIdentifier digest = new AlgorithmIdentifier(MessageParts.SM3);
        ASN1EncodableVector infos = new ASN1EncodableVector();
        List<X509Certificate> all = new ArrayList<>();
        for (MessageSigner signer : signers) {
            infos.add(SignerEntry.make(signer, content, form, Optional.of(at)));
            all.addAll(signer.chain());
        }
        ASN1EncodableVector inner = new ASN1EncodableVector();
        inner.add(form.plain());
        if (attached) {
            inner.add(new DERTaggedObject(true, 0, new DEROctetString(content.toArray())));
        }
        DERSequence data = new DERSequence(new ASN1Encodable[] {
            new ASN1Integer(1),
            new DERSet(digest),
            new DERSequence(inner),
            new DERTaggedObject(false, 0, MessageParts.certificateSet(all)),
            new DERSet(infos)
        });
        return decode(MessageParts.encode(form.signed(), data));
    }

    /// @throws PoyangException `BAD_MESSAGE` for what is no signed message; who signed it, {@link #verify}
    ///     tells
    public static SignedMessage decode(byte[] der) {
        try {
            return new SignedMessage(der);
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known && known.code().equals(CryptoErrors.BAD_MESSAGE)
                    ? known
                    : MessageParts.bad("it is no well-formed signed message", e);
        }
    }

    /// @throws PoyangException `BAD_MESSAGE`, `UNREADABLE`
    public static SignedMessage fromPem(byte[] file) {
        return decode(MessageParts.file(file));
    }

    /// Checks every signature and every signer.
    ///
    /// @param beside the content of a message that does not carry it; empty for one that does
    /// @return the signers' certificates, in the message's order, one at least
    /// @throws PoyangException `BAD_MESSAGE` for a signature, `BAD_CERTIFICATE` for a signer
    public List<X509Certificate> verify(Optional<Bytes> beside, MessageTrust trust) {
        need(!signers.isEmpty(), "nobody has signed it");
        need(
                content.isPresent() != beside.isPresent(),
                content.isPresent()
                        ? "it carries its content, and another one was given"
                        : "it does not carry its content, and none was given");
        Bytes signed = content.or(() -> beside).orElseThrow();
        return signers.stream()
                .map(signer -> signer.verify(signed, certificates, trust))
                .toList();
    }

    /// What the message carries; empty when its content is kept beside it.
    public Optional<Bytes> content() {
        return content;
    }

    public List<X509Certificate> certificates() {
        return certificates;
    }

    List<SignerEntry> signers() {
        return signers;
    }

    public Bytes encoded() {
        return encoded;
    }

    public String toPem() {
        return Pem.text(MessageParts.LABEL, encoded.toArray());
    }

    private static void need(boolean good, String wrong) {
        if (!good) {
            throw MessageParts.bad(wrong);
        }
    }

    /// One signature on a message.
    static final class SignerEntry {
        private final SignerInfo info;
        private final MessageParts.Party party;
        private final Optional<Bytes> digestAttribute;
        private final Optional<Instant> time;

        private SignerEntry(SignerInfo info, ASN1ObjectIdentifier contentType) {
            this.info = info;
            party = MessageParts.Party.of(info.getSID().getId());
            ASN1Set attributes = info.getAuthenticatedAttributes();
            Optional<Bytes> digest = Optional.empty();
            Optional<Instant> claimed = Optional.empty();
            if (attributes != null) {
                for (ASN1Encodable each : attributes) {
                    Attribute attribute = Attribute.getInstance(each);
                    ASN1Encodable value = attribute.getAttrValues().getObjectAt(0);
                    need(attribute.getAttrValues().size() == 1, "a signed attribute of it has several values");
                    if (attribute.getAttrType().equals(CMSAttributes.messageDigest)) {
                        need(digest.isEmpty(), "a signer states two digests");
                        digest = Optional.of(
                                Bytes.copyOf(ASN1OctetString.getInstance(value).getOctets()));
                    } else if (attribute.getAttrType().equals(CMSAttributes.contentType)) {
                        need(contentType.equals(value), "a signer states another type of content");
                    } else if (attribute.getAttrType().equals(CMSAttributes.signingTime)) {
                        claimed = Optional.of(Time.getInstance(value).getDate().toInstant());
                    }
                }
                need(digest.isPresent(), "a signer states no digest");
            }
            need(info.getUnauthenticatedAttributes() == null, "a signer has attributes that are not signed");
            long version = info.getVersion().longValueExact();
            need(version == (party.serial().isPresent() ? 1 : 3), "a signer's version is " + version);
            digestAttribute = digest;
            time = claimed;
        }

        static List<SignerEntry> all(ASN1Set infos, ASN1ObjectIdentifier contentType) {
            List<SignerEntry> all = new ArrayList<>();
            for (ASN1Encodable each : infos) {
                all.add(new SignerEntry(SignerInfo.getInstance(each), contentType));
            }
            return List.copyOf(all);
        }

        /// @param at the time that the signer claims; without one, the bare content is signed
        static ASN1Encodable make(MessageSigner signer, Bytes content, MessageForm form, Optional<Instant> at) {
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(new ASN1Integer(1));
            parts.add(MessageParts.identifier(signer.chain().getFirst()));
            parts.add(new AlgorithmIdentifier(MessageParts.SM3));
            byte[] message = content.toArray();
            if (at.isPresent()) {
                DERSet attributes = new DERSet(new ASN1Encodable[] {
                    new Attribute(CMSAttributes.contentType, new DERSet(form.plain())),
                    new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(Sm3.digest(message)))),
                    new Attribute(
                            CMSAttributes.signingTime, new DERSet(new Time(Date.from(at.get())).toASN1Primitive()))
                });
                message = MessageParts.der(attributes);
                parts.add(new DERTaggedObject(false, 0, attributes));
            }
            parts.add(
                    form == MessageForm.GM
                            ? new AlgorithmIdentifier(MessageParts.SM2_SIGN)
                            : Sm2Signatures.SM2_WITH_SM3);
            parts.add(new DEROctetString(Sm2Signatures.sign(signer.key(), message)));
            return new DERSequence(parts);
        }

        /// The signer's certificate, found in `carried` or in what is known.
        X509Certificate verify(Bytes content, List<X509Certificate> carried, MessageTrust trust) {
            List<X509Certificate> known = new ArrayList<>(carried);
            known.addAll(trust.known());
            known.addAll(trust.roots());
            X509Certificate own = find(known);
            fault(content, CertificateView.of(own)).ifPresent(wrong -> {
                throw MessageParts.bad(wrong);
            });
            List<X509Certificate> chain = ChainValidation.complete(own, known, trust.roots());
            X509Certificate root = ChainValidation.issuer(chain.getLast(), trust.roots())
                    .or(() -> trust.roots().stream().findFirst())
                    .orElseThrow(() -> MessageParts.bad("no root was named that its signers could lead to"));
            ChainValidation.validate(chain, root, ChainValidation.Purpose.SIGNATURE, trust.revocations(), trust.at());
            return own;
        }

        X509Certificate find(List<X509Certificate> known) {
            return known.stream()
                    .filter(party::matches)
                    .findFirst()
                    .orElseThrow(() -> MessageParts.bad("the certificate of its signer (" + party.words()
                            + ") is neither in the message nor known here"));
        }

        /// Why this is not a signature of the certificate's key on `content`; empty when it is.
        Optional<String> fault(Bytes content, CertificateView certificate) {
            String whose = "the signature of \"" + certificate.name() + "\"";
            Optional<Sm2PublicKey> key = certificate.key();
            if (!MessageParts.isSm3(info.getDigestAlgorithm())
                    || !MessageParts.isSm2Signature(info.getDigestEncryptionAlgorithm())
                    || key.isEmpty()) {
                return Optional.of(whose + " is not made with SM2 and SM3, but with "
                        + PublicKeys.words(info.getDigestEncryptionAlgorithm()) + " and "
                        + PublicKeys.words(info.getDigestAlgorithm()));
            }
            byte[] message = content.toArray();
            if (digestAttribute.isPresent()) {
                if (!Arrays.equals(Sm3.digest(message), digestAttribute.get().toArray())) {
                    return Optional.of(whose + " is on another content: the digest does not match");
                }
                message = attributes();
            }
            Sm2Signatures.Verdict verdict = Sm2Signatures.verify(
                    key.get(), message, info.getEncryptedDigest().getOctets());
            return verdict == Sm2Signatures.Verdict.VALID
                    ? Optional.empty()
                    : Optional.of(whose + " " + verdict.words());
        }

        /// The attributes as they were signed: a SET, whatever tag they carry in the message.
        private byte[] attributes() {
            try {
                byte[] der = info.getAuthenticatedAttributes().getEncoded("DER");
                // What a maker did not sort must not verify either way: DER is what is signed.
                var _ = ASN1Primitive.fromByteArray(der);
                return der;
            } catch (IOException e) {
                throw MessageParts.bad("its attributes are malformed", e);
            }
        }

        AlgorithmIdentifier digest() {
            return info.getDigestAlgorithm();
        }

        MessageParts.Party party() {
            return party;
        }

        /// When the signer claims to have signed.
        Optional<Instant> time() {
            return time;
        }
    }
}
