package poyang.crypto.pki;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/// Uses of keys, as people read them.
final class CertificateWords {
    private static final Map<Integer, String> BITS = new LinkedHashMap<>();
    private static final Map<String, String> PURPOSES = Map.of(
            KeyPurposeId.id_kp_serverAuth.getId(), "TLS server",
            KeyPurposeId.id_kp_clientAuth.getId(), "TLS client",
            KeyPurposeId.id_kp_emailProtection.getId(), "mail protection",
            KeyPurposeId.id_kp_codeSigning.getId(), "code signing",
            KeyPurposeId.id_kp_timeStamping.getId(), "time stamping",
            KeyPurposeId.id_kp_OCSPSigning.getId(), "status responses",
            KeyPurposeId.anyExtendedKeyUsage.getId(), "any purpose");

    static {
        BITS.put(KeyUsage.digitalSignature, "digital signature");
        BITS.put(KeyUsage.nonRepudiation, "non-repudiation");
        BITS.put(KeyUsage.keyEncipherment, "key encipherment");
        BITS.put(KeyUsage.dataEncipherment, "data encipherment");
        BITS.put(KeyUsage.keyAgreement, "key agreement");
        BITS.put(KeyUsage.keyCertSign, "signing certificates");
        BITS.put(KeyUsage.cRLSign, "signing revocation lists");
        BITS.put(KeyUsage.encipherOnly, "enciphering only");
        BITS.put(KeyUsage.decipherOnly, "deciphering only");
    }

    private CertificateWords() {}

    static List<String> uses(CertificateView certificate) {
        List<String> words = new ArrayList<>();
        BITS.forEach((bit, word) -> {
            if (certificate.allows(bit)) {
                words.add(word);
            }
        });
        for (String purpose : certificate.purposes()) {
            words.add(PURPOSES.getOrDefault(purpose, "purpose " + purpose));
        }
        if (words.isEmpty()) {
            words.add("nothing that it states");
        }
        return words;
    }
}
