package poyang.crypto.pki;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2Encryption;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A message that only the holders of some encryption certificates open (`envelopedData` and
/// `signedAndEnvelopedData` of GM/T 0010, `authEnvelopedData` of RFC 5083): the content under a fresh SM4
/// key, that key under each receiver's SM2 key as `SM2Cipher` of GM/T 0009.
///
/// An envelope alone proves nothing about its sender. With {@link ContentCipher#SM4_CBC} a change to it
/// is not noticed either; use GCM, or sign.
public final class EnvelopedMessage {
    private static final int BARE_BYTES = Sm2Encryption.OVERHEAD_BYTES - 1 + ContentCipher.KEY_BYTES;

    private final Bytes encoded;
    private final boolean signed;
    private final List<Receiver> receivers;
    private final AlgorithmIdentifier algorithm;
    private final ASN1ObjectIdentifier contentType;
    private final byte[] ciphertext;
    private final List<X509Certificate> certificates;
    private final List<SignedMessage.SignerEntry> signers;

    private EnvelopedMessage(byte[] der) throws IOException {
        MessageParts.Outer outer = MessageParts.outer(der);
        signed = MessageForm.isSignedAndEnveloped(outer.type());
        boolean authenticated = outer.type().equals(ContentCipher.AUTHENTICATED);
        if (!signed && !authenticated && !MessageForm.isEnveloped(outer.type())) {
            throw MessageParts.bad("it is of type " + outer.type() + ", not enveloped data");
        }
        Fields fields = new Fields(ASN1Sequence.getInstance(outer.content()));
        long version = ASN1Integer.getInstance(fields.next()).longValueExact();
        need(version >= 0 && version <= 4, "its version is " + version);
        var _ = fields.tagged(0); // certificates of the originator, in CMS
        receivers = receivers(ASN1Set.getInstance(fields.next()));
        if (signed) {
            var _ = ASN1Set.getInstance(fields.next());
        }
        ASN1Sequence content = ASN1Sequence.getInstance(fields.next());
        contentType = ASN1ObjectIdentifier.getInstance(content.getObjectAt(0));
        algorithm = AlgorithmIdentifier.getInstance(content.getObjectAt(1));
        byte[] body = ASN1OctetString.getInstance(ASN1TaggedObject.getInstance(content.getObjectAt(2)), false)
                .getOctets();
        if (authenticated) {
            need(fields.tagged(1) == null, "it has attributes, which are not supported");
            byte[] tag = ASN1OctetString.getInstance(fields.next()).getOctets();
            need(tag.length == Sm4Gcm.TAG_BYTES, "its seal has " + tag.length + " bytes");
            body = Bytes.wrap(body).concat(Bytes.wrap(tag)).toArray();
        }
        ciphertext = body;
        ASN1TaggedObject carried = fields.tagged(signed ? 0 : 1);
        certificates =
                signed && carried != null ? MessageParts.certificates(ASN1Set.getInstance(carried, false)) : List.of();
        var _ = signed ? fields.tagged(1) : null;
        signers = signed ? SignedMessage.SignerEntry.all(ASN1Set.getInstance(fields.next()), contentType) : List.of();
        need(fields.isDone(), "something follows its last part");
        encoded = Bytes.copyOf(der);
    }

    /// A sequence's elements one after the other.
    private static final class Fields {
        private final ASN1Sequence all;
        private int at;

        Fields(ASN1Sequence all) {
            this.all = all;
        }

        ASN1Encodable next() {
            return all.getObjectAt(at++);
        }

        /// The next element when it carries this tag.
        @Nullable
        ASN1TaggedObject tagged(int tag) {
            return at < all.size() && all.getObjectAt(at) instanceof ASN1TaggedObject found && found.getTagNo() == tag
                    ? (ASN1TaggedObject) next()
                    : null;
        }

        boolean isDone() {
            return at == all.size();
        }
    }

    /// One receiver's copy of the content key.
    private record Receiver(MessageParts.Party party, AlgorithmIdentifier algorithm, Bytes wrapped) {}

    private static List<Receiver> receivers(ASN1Set all) {
        List<Receiver> found = new ArrayList<>();
        for (ASN1Encodable each : all) {
            if (each instanceof ASN1TaggedObject) {
                continue; // by key agreement, password or shared key: none of ours
            }
            ASN1Sequence parts = ASN1Sequence.getInstance(each);
            long version = ASN1Integer.getInstance(parts.getObjectAt(0)).longValueExact();
            need(parts.size() == 4 && version >= 0 && version <= 2, "a receiver's version is " + version);
            found.add(new Receiver(
                    MessageParts.Party.of(parts.getObjectAt(1)),
                    AlgorithmIdentifier.getInstance(parts.getObjectAt(2)),
                    Bytes.copyOf(
                            ASN1OctetString.getInstance(parts.getObjectAt(3)).getOctets())));
        }
        need(!found.isEmpty(), "it names no receiver by certificate");
        return List.copyOf(found);
    }

    /// Seals `content` to the holders of `receivers`.
    ///
    /// @param receivers encryption certificates, which the caller has validated
    public static EnvelopedMessage seal(
            Bytes content,
            ContentCipher cipher,
            MessageForm form,
            List<X509Certificate> receivers,
            RandomSource random) {
        byte[] key = random.bytes(ContentCipher.KEY_BYTES);
        try {
            ContentCipher.Sealed body = cipher.encrypt(key, content.toArray(), random);
            byte[] octets = body.ciphertext().getOctets();
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(new ASN1Integer(cipher == ContentCipher.SM4_GCM ? 0 : form == MessageForm.GM ? 1 : 0));
            parts.add(receiverSet(receivers, key, form, random));
            if (cipher == ContentCipher.SM4_GCM) {
                int tagAt = octets.length - Sm4Gcm.TAG_BYTES;
                parts.add(encrypted(form, body.algorithm(), Arrays.copyOf(octets, tagAt)));
                parts.add(new DEROctetString(Arrays.copyOfRange(octets, tagAt, octets.length)));
                return decode(MessageParts.encode(ContentCipher.AUTHENTICATED, new DERSequence(parts)));
            }
            parts.add(encrypted(form, body.algorithm(), octets));
            return decode(MessageParts.encode(form.enveloped(), new DERSequence(parts)));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// Signs `content` bare and seals it with the signatures outside, as GM/T 0010 section 10 does: the
    /// signatures bind the content, and prove to a receiver only who sealed it.
    public static EnvelopedMessage signAndSeal(
            Bytes content,
            MessageForm form,
            List<MessageSigner> signers,
            List<X509Certificate> receivers,
            RandomSource random) {
        byte[] key = random.bytes(ContentCipher.KEY_BYTES);
        try {
            ContentCipher.Sealed body = ContentCipher.SM4_CBC.encrypt(key, content.toArray(), random);
            ASN1EncodableVector infos = new ASN1EncodableVector();
            List<X509Certificate> carried = new ArrayList<>();
            for (MessageSigner signer : signers) {
                infos.add(SignedMessage.SignerEntry.make(signer, content, form, Optional.empty()));
                carried.addAll(signer.chain());
            }
            DERSequence data = new DERSequence(new ASN1Encodable[] {
                new ASN1Integer(1),
                receiverSet(receivers, key, form, random),
                new DERSet(new AlgorithmIdentifier(MessageParts.SM3)),
                encrypted(form, body.algorithm(), body.ciphertext().getOctets()),
                new DERTaggedObject(false, 0, MessageParts.certificateSet(carried)),
                new DERSet(infos)
            });
            return decode(MessageParts.encode(form.signedAndEnveloped(), data));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static DERSet receiverSet(
            List<X509Certificate> receivers, byte[] key, MessageForm form, RandomSource random) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        for (X509Certificate receiver : receivers) {
            CertificateView view = CertificateView.of(receiver);
            byte[] wrapped = Sm2Encryption.encrypt(
                    view.key().orElseThrow(() -> MessageParts.bad(view.who() + " binds no SM2 key")), key, random);
            all.add(new DERSequence(new ASN1Encodable[] {
                new ASN1Integer(form == MessageForm.GM ? 1 : 0),
                MessageParts.identifier(receiver),
                new AlgorithmIdentifier(MessageParts.SM2_ENCRYPT),
                new DEROctetString(Sm2CipherText.bytes(wrapped))
            }));
        }
        return new DERSet(all);
    }

    private static DERSequence encrypted(MessageForm form, AlgorithmIdentifier algorithm, byte[] ciphertext) {
        return new DERSequence(new ASN1Encodable[] {
            form.plain(), algorithm, new DERTaggedObject(false, 0, new DEROctetString(ciphertext))
        });
    }

    /// @throws PoyangException `BAD_MESSAGE` for what is no envelope
    public static EnvelopedMessage decode(byte[] der) {
        try {
            return new EnvelopedMessage(der);
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known && known.code().equals(CryptoErrors.BAD_MESSAGE)
                    ? known
                    : MessageParts.bad("it is no well-formed envelope", e);
        }
    }

    /// @throws PoyangException `BAD_MESSAGE`, `UNREADABLE`
    public static EnvelopedMessage fromPem(byte[] file) {
        return decode(MessageParts.file(file));
    }

    /// The content of an envelope without signatures.
    ///
    /// @param own the certificate that it is sealed to; where makers name receivers in their own way, the
    ///     key is tried on each
    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why; `UNSUPPORTED`; `BAD_MESSAGE`
    ///     when it is signed
    public Bytes open(Sm2PrivateKey key, Optional<X509Certificate> own) {
        need(!signed, "it is signed too: open and verify it in one");
        return decrypt(key, own).getFirst();
    }

    /// The content of an envelope with signatures, when each is good.
    ///
    /// @throws PoyangException as {@link #open} and {@link SignedMessage#verify}
    public Bytes openAndVerify(Sm2PrivateKey key, Optional<X509Certificate> own, MessageTrust trust) {
        need(signed && !signers.isEmpty(), "nobody has signed it");
        List<Bytes> possible = decrypt(key, own);
        PoyangException refusal = ContentCipher.notAuthentic();
        for (Bytes content : possible) {
            try {
                signers.forEach(signer -> signer.verify(content, certificates, trust));
                return content;
            } catch (PoyangException e) {
                refusal = e;
            }
        }
        throw refusal;
    }

    private List<Bytes> decrypt(Sm2PrivateKey key, Optional<X509Certificate> own) {
        List<Receiver> named = receivers.stream()
                .filter(receiver -> own.isPresent() && receiver.party().matches(own.get()))
                .toList();
        for (Receiver receiver : named.isEmpty() ? receivers : named) {
            Optional<byte[]> contentKey = unwrap(receiver, key);
            if (contentKey.isPresent()) {
                try {
                    return ContentCipher.decrypt(algorithm, contentKey.get(), ciphertext).stream()
                            .map(Bytes::wrap)
                            .toList();
                } finally {
                    Arrays.fill(contentKey.get(), (byte) 0);
                }
            }
        }
        throw ContentCipher.notAuthentic();
    }

    private static Optional<byte[]> unwrap(Receiver receiver, Sm2PrivateKey key) {
        if (!MessageParts.isSm2Encryption(receiver.algorithm())) {
            return Optional.empty();
        }
        byte[] wrapped = receiver.wrapped().toArray();
        try {
            // GM/T 0009 wants SM2Cipher; some write C1 ‖ C3 ‖ C2, with or without the leading 04.
            if (wrapped.length == BARE_BYTES) {
                wrapped = Bytes.wrap(new byte[] {4}).concat(Bytes.wrap(wrapped)).toArray();
            } else if (wrapped.length != BARE_BYTES + 1 || wrapped[0] != 4) {
                wrapped = Sm2CipherText.decode(wrapped);
            }
            return Optional.of(Sm2Encryption.decrypt(key, wrapped));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    public boolean isSigned() {
        return signed;
    }

    /// Whether a change to it is noticed when it is opened.
    boolean isAuthenticated() {
        return signed || algorithm.getAlgorithm().equals(org.bouncycastle.asn1.gm.GMObjectIdentifiers.sms4_gcm);
    }

    AlgorithmIdentifier algorithm() {
        return algorithm;
    }

    /// Whom it is sealed to, in words.
    public List<String> receivers() {
        return receivers.stream().map(receiver -> receiver.party().words()).toList();
    }

    public List<X509Certificate> certificates() {
        return certificates;
    }

    List<SignedMessage.SignerEntry> signers() {
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
}
