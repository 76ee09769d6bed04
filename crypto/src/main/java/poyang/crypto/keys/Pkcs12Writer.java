package poyang.crypto.keys;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.AuthenticatedSafe;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// Writes one PKCS#12 file: the certificates in one encrypted part, each key in a bag encrypted by itself.
final class Pkcs12Writer {
    private final char[] password;
    private final int iterations;
    private final RandomSource random;

    Pkcs12Writer(char[] password, int iterations, RandomSource random) {
        this.password = password;
        this.iterations = iterations;
        this.random = random;
    }

    byte[] write(Keystore store, Keystore.Seal seal) {
        try {
            ASN1EncodableVector keys = new ASN1EncodableVector();
            Map<X509Certificate, SafeBag> certificates = new LinkedHashMap<>();
            for (Keystore.Entry entry : store.entries()) {
                byte[] id = keyId(entry);
                keys.add(keyBag(entry, id));
                for (int i = 0; i < entry.chain().size(); i++) {
                    X509Certificate certificate = entry.chain().get(i);
                    if (i == 0) {
                        certificates.put(certificate, certificateBag(certificate, attributes(entry.alias(), id)));
                    } else if (!certificates.containsKey(certificate)) {
                        certificates.put(certificate, certificateBag(certificate, null));
                    }
                }
            }
            for (X509Certificate certificate : store.others()) {
                if (!certificates.containsKey(certificate)) {
                    certificates.put(certificate, certificateBag(certificate, null));
                }
            }
            ASN1EncodableVector bags = new ASN1EncodableVector();
            certificates.values().forEach(bags::add);
            ContentInfo[] parts = certificates.isEmpty()
                    ? new ContentInfo[] {plain(new DERSequence(keys))}
                    : new ContentInfo[] {encrypted(new DERSequence(bags)), plain(new DERSequence(keys))};
            byte[] safe = new AuthenticatedSafe(parts).getEncoded("DER");
            MacData mac = switch (seal) {
                case PBMAC1 -> Pkcs12Mac.pbmac1(safe, password, iterations, random);
                case CLASSIC -> Pkcs12Mac.classic(safe, password, iterations, random);
            };
            return new Pfx(new ContentInfo(PKCSObjectIdentifiers.data, new DEROctetString(safe)), mac)
                    .getEncoded("DER");
        } catch (IOException | CertificateEncodingException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    private static byte[] keyId(Keystore.Entry entry) {
        return Arrays.copyOf(Sm3.digest(entry.key().publicKey().encoded().toArray()), 20);
    }

    private SafeBag keyBag(Keystore.Entry entry, byte[] id) {
        byte[] info = Sm2KeyCodec.encode(entry.key());
        try {
            AlgorithmIdentifier scheme = Pbes2.fresh(iterations, random);
            return new SafeBag(
                    PKCSObjectIdentifiers.pkcs8ShroudedKeyBag,
                    new EncryptedPrivateKeyInfo(scheme, Pbes2.seal(scheme, password, info)).toASN1Primitive(),
                    attributes(entry.alias(), id));
        } finally {
            Arrays.fill(info, (byte) 0);
        }
    }

    private static SafeBag certificateBag(X509Certificate certificate, @Nullable ASN1Set attributes)
            throws CertificateEncodingException {
        ASN1Primitive bag = new CertBag(
                        PKCSObjectIdentifiers.x509Certificate, new DEROctetString(certificate.getEncoded()))
                .toASN1Primitive();
        return attributes == null
                ? new SafeBag(PKCSObjectIdentifiers.certBag, bag)
                : new SafeBag(PKCSObjectIdentifiers.certBag, bag, attributes);
    }

    private static ASN1Set attributes(String alias, byte[] id) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        all.add(attribute(PKCSObjectIdentifiers.pkcs_9_at_friendlyName, new DERBMPString(alias)));
        all.add(attribute(PKCSObjectIdentifiers.pkcs_9_at_localKeyId, new DEROctetString(id)));
        return new DERSet(all);
    }

    private static DERSequence attribute(ASN1ObjectIdentifier type, ASN1Primitive value) {
        ASN1EncodableVector pair = new ASN1EncodableVector();
        pair.add(type);
        pair.add(new DERSet(value));
        return new DERSequence(pair);
    }

    private static ContentInfo plain(DERSequence bags) throws IOException {
        return new ContentInfo(PKCSObjectIdentifiers.data, new DEROctetString(bags.getEncoded("DER")));
    }

    private ContentInfo encrypted(DERSequence bags) throws IOException {
        AlgorithmIdentifier scheme = Pbes2.fresh(iterations, random);
        byte[] ciphertext = Pbes2.seal(scheme, password, bags.getEncoded("DER"));
        return new ContentInfo(
                PKCSObjectIdentifiers.encryptedData,
                new EncryptedData(PKCSObjectIdentifiers.data, scheme, new DEROctetString(ciphertext)));
    }
}
