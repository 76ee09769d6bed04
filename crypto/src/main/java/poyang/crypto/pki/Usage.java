package poyang.crypto.pki;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/// What a certified key is for.
public enum Usage {
    /// Signs certificates and revocation lists.
    AUTHORITY(KeyUsage.keyCertSign | KeyUsage.cRLSign),
    /// Both sides of TLS.
    PROCESS(KeyUsage.digitalSignature),
    /// Signatures that bind their holder, and proofs of identity.
    SIGNATURE(KeyUsage.digitalSignature | KeyUsage.nonRepudiation),
    /// What others seal is opened with it; never signs.
    ENCRYPTION(KeyUsage.keyEncipherment | KeyUsage.dataEncipherment | KeyUsage.keyAgreement);

    private final int bits;

    Usage(int bits) {
        this.bits = bits;
    }

    KeyUsage keyUsage() {
        return new KeyUsage(bits);
    }

    /// The extended usage beside it, none where it is empty.
    List<KeyPurposeId> purposes(Level level) {
        return switch (this) {
            case AUTHORITY, ENCRYPTION -> List.of();
            case PROCESS -> List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
            case SIGNATURE ->
                level == Level.SERVICE
                        ? List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)
                        : List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_emailProtection);
        };
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Usage> named(String word) {
        return List.of(values()).stream()
                .filter(usage -> usage.word().equals(word))
                .findFirst();
    }
}
