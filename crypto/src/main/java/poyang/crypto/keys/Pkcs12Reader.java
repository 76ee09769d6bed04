package poyang.crypto.keys;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BMPString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// Reads one PKCS#12 file. Keys and certificates are matched by the public key, not by the attributes,
/// which programs set differently.
final class Pkcs12Reader {
    private static final int DEPTH_MAX = 4;
    private static final int BAGS_MAX = 1_000;
    private static final int CHAIN_MAX = 16;
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private final char[] password;
    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final List<String> keyNames = new ArrayList<>();
    private final Map<X509Certificate, String> certificates = new LinkedHashMap<>();
    private int bags;

    private Pkcs12Reader(char[] password) {
        this.password = password;
    }

    static Keystore read(byte[] file, char[] password) {
        Pkcs12Reader reader = new Pkcs12Reader(password);
        try {
            return reader.parse(file);
        } catch (PoyangException | Bug e) {
            reader.keys.forEach(Sm2PrivateKey::close);
            throw e;
        } catch (IOException | RuntimeException e) { // whatever a parser of ASN.1 throws
            reader.keys.forEach(Sm2PrivateKey::close);
            throw new PoyangException(
                    CryptoErrors.BAD_KEYSTORE, "the keystore is malformed", "a PKCS#12 file (RFC 7292) is needed", e);
        }
    }

    private Keystore parse(byte[] file) throws IOException {
        Pfx pfx = Pfx.getInstance(ASN1Primitive.fromByteArray(file));
        ContentInfo outer = pfx.getAuthSafe();
        if (!outer.getContentType().equals(PKCSObjectIdentifiers.data) || pfx.getMacData() == null) {
            throw bad("it is not sealed under a password", "a PKCS#12 file with a MAC is needed");
        }
        byte[] content = ASN1OctetString.getInstance(outer.getContent()).getOctets();
        if (!Pkcs12Mac.verify(pfx.getMacData(), content, password)) {
            throw Pbes2.wrongPassword();
        }
        for (ASN1Encodable part : ASN1Sequence.getInstance(content)) {
            readPart(ContentInfo.getInstance(part));
        }
        return assemble();
    }

    private void readPart(ContentInfo part) throws IOException {
        if (part.getContentType().equals(PKCSObjectIdentifiers.data)) {
            readBags(ASN1OctetString.getInstance(part.getContent()).getOctets(), 0);
        } else if (part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
            EncryptedData data = EncryptedData.getInstance(part.getContent());
            byte[] plain = Pbes2.open(
                    data.getEncryptionAlgorithm(), password, data.getContent().getOctets());
            try {
                readBags(plain, 0);
            } finally {
                Arrays.fill(plain, (byte) 0);
            }
        } else {
            throw bad(
                    "a part of it has the type " + part.getContentType(),
                    "parts encrypted under a password are needed");
        }
    }

    private void readBags(byte[] safeContents, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw bad("its bags are nested too deeply", "at most " + DEPTH_MAX + " levels are read");
        }
        for (ASN1Encodable element : ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(safeContents))) {
            if (++bags > BAGS_MAX) {
                throw bad("it has too many bags", "at most " + BAGS_MAX + " are read");
            }
            SafeBag bag = SafeBag.getInstance(element);
            if (bag.getBagId().equals(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag)) {
                add(KeyImport.openPkcs8(EncryptedPrivateKeyInfo.getInstance(bag.getBagValue()), password), name(bag));
            } else if (bag.getBagId().equals(PKCSObjectIdentifiers.keyBag)) {
                byte[] info = bag.getBagValue().toASN1Primitive().getEncoded("DER");
                try {
                    add(Sm2KeyCodec.decode(info), name(bag));
                } finally {
                    Arrays.fill(info, (byte) 0);
                }
            } else if (bag.getBagId().equals(PKCSObjectIdentifiers.certBag)) {
                CertBag certificate = CertBag.getInstance(bag.getBagValue());
                if (certificate.getCertId().equals(PKCSObjectIdentifiers.x509Certificate)) {
                    byte[] der = ASN1OctetString.getInstance(certificate.getCertValue())
                            .getOctets();
                    certificates.put(Certificates.decode(der), name(bag));
                }
            } else if (bag.getBagId().equals(PKCSObjectIdentifiers.safeContentsBag)) {
                readBags(bag.getBagValue().toASN1Primitive().getEncoded("DER"), depth + 1);
            }
        }
    }

    private void add(Sm2PrivateKey key, String name) {
        keys.add(key);
        keyNames.add(name);
    }

    /// The friendly name, or an empty text.
    private static String name(SafeBag bag) {
        ASN1Set attributes = bag.getBagAttributes();
        if (attributes != null) {
            for (ASN1Encodable element : attributes) {
                ASN1Sequence pair = ASN1Sequence.getInstance(element);
                if (PKCSObjectIdentifiers.pkcs_9_at_friendlyName.equals(pair.getObjectAt(0))) {
                    ASN1Set values = ASN1Set.getInstance(pair.getObjectAt(1));
                    return values.size() == 0
                            ? ""
                            : ASN1BMPString.getInstance(values.getObjectAt(0)).getString();
                }
            }
        }
        return "";
    }

    private Keystore assemble() {
        List<Keystore.Entry> entries = new ArrayList<>();
        Set<X509Certificate> chained = new LinkedHashSet<>();
        for (int i = 0; i < keys.size(); i++) {
            Sm2PrivateKey key = keys.get(i);
            List<X509Certificate> chain = chain(key);
            chained.addAll(chain);
            String name = keyNames.get(i);
            if (name.isEmpty() && !chain.isEmpty()) {
                name = certificates.getOrDefault(chain.getFirst(), "");
            }
            entries.add(new Keystore.Entry(name.isEmpty() ? "key-" + (i + 1) : name, key, chain));
        }
        List<X509Certificate> others =
                certificates.keySet().stream().filter(c -> !chained.contains(c)).toList();
        return Keystore.of(entries, others);
    }

    private List<X509Certificate> chain(Sm2PrivateKey key) {
        List<X509Certificate> chain = new ArrayList<>();
        for (X509Certificate certificate : certificates.keySet()) {
            if (KeyImport.isOf(certificate, key)) {
                chain.add(certificate);
                break;
            }
        }
        while (!chain.isEmpty() && chain.size() < CHAIN_MAX) {
            X509Certificate last = chain.getLast();
            X509Certificate issuer = issuer(last);
            if (issuer.equals(last) || chain.contains(issuer)) {
                break;
            }
            chain.add(issuer);
        }
        return chain;
    }

    /// The certificate in this file under which `certificate` was signed, or itself.
    private X509Certificate issuer(X509Certificate certificate) {
        for (X509Certificate candidate : certificates.keySet()) {
            if (candidate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                    && signed(certificate, candidate)) {
                return candidate;
            }
        }
        return certificate;
    }

    private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey(), PROVIDER);
            return true;
        } catch (GeneralSecurityException e) {
            return false; // another certificate of that name
        }
    }

    private static PoyangException bad(String reason, String right) {
        return new PoyangException(CryptoErrors.BAD_KEYSTORE, "this keystore cannot be read: " + reason, right);
    }
}
