package poyang.crypto.pki;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Null;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;

/// Public keys as certificates and requests carry them.
public final class PublicKeys {
    static final AlgorithmIdentifier SM2 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, GMObjectIdentifiers.sm2p256v1);
    /// The arc of SM9 (GM/T 0006).
    private static final ASN1ObjectIdentifier SM9 = new ASN1ObjectIdentifier("1.2.156.10197.1.302");

    private static final String LABEL = "PUBLIC KEY";
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("1.2.156.10197.1.301", "SM2"),
            Map.entry("1.2.156.10197.1.301.1", "SM2 signature"),
            Map.entry("1.2.156.10197.1.301.2", "SM2 key agreement"),
            Map.entry("1.2.156.10197.1.301.3", "SM2 encryption"),
            Map.entry("1.2.156.10197.1.401", "SM3"),
            Map.entry("1.2.156.10197.1.401.1", "SM3"),
            Map.entry("1.2.156.10197.1.401.2", "HMAC-SM3"),
            Map.entry("1.2.156.10197.1.501", "SM2 with SM3"),
            Map.entry("1.2.156.10197.1.104", "SM4"),
            Map.entry("1.2.156.10197.1.104.1", "SM4-ECB"),
            Map.entry("1.2.156.10197.1.104.2", "SM4-CBC"),
            Map.entry("1.2.156.10197.1.104.8", "SM4-GCM"),
            Map.entry("1.2.840.113549.1.1.1", "RSA"));

    private PublicKeys() {}

    static SubjectPublicKeyInfo encode(Sm2PublicKey key) {
        return new SubjectPublicKeyInfo(SM2, key.encoded().toArray());
    }

    /// The SM2 key that a certificate binds; empty when it binds another kind of key, or no point of the
    /// curve.
    public static Optional<Sm2PublicKey> of(X509Certificate certificate) {
        return CertificateView.of(certificate).key();
    }

    /// A `PUBLIC KEY` block.
    public static String toPem(Sm2PublicKey key) {
        return Pem.text(LABEL, MessageParts.der(encode(key)));
    }

    /// The key of a `PUBLIC KEY` block.
    ///
    /// @throws PoyangException `BAD_KEY`, `UNREADABLE`
    public static Sm2PublicKey fromPem(byte[] file) {
        try {
            return Pem.only(file, List.of(LABEL))
                    .flatMap(der -> sm2(SubjectPublicKeyInfo.getInstance(der.toArray())))
                    .orElseThrow(PublicKeys::noKey);
        } catch (IllegalArgumentException | ClassCastException e) {
            throw noKey();
        }
    }

    private static PoyangException noKey() {
        return new PoyangException(
                CryptoErrors.BAD_KEY, "the file does not hold one SM2 public key", "a PUBLIC KEY block is needed");
    }

    /// Empty when the key is of another kind, or no point of the curve.
    static Optional<Sm2PublicKey> sm2(SubjectPublicKeyInfo key) {
        if (!isSm2(key.getAlgorithm()) || key.getPublicKeyData().getPadBits() != 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sm2PublicKey.decode(key.getPublicKeyData().getOctets()));
        } catch (PoyangException e) {
            return Optional.empty();
        }
    }

    /// The curve may be named as parameter, as the algorithm itself, or be given in full.
    static boolean isSm2(AlgorithmIdentifier algorithm) {
        ASN1Encodable parameters = algorithm.getParameters();
        if (algorithm.getAlgorithm().equals(GMObjectIdentifiers.sm2p256v1)) {
            return parameters == null
                    || parameters instanceof ASN1Null
                    || GMObjectIdentifiers.sm2p256v1.equals(parameters);
        }
        if (!algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return false;
        }
        return parameters instanceof ASN1Sequence full
                ? isCurve(full)
                : GMObjectIdentifiers.sm2p256v1.equals(parameters);
    }

    private static boolean isCurve(ASN1Sequence full) {
        try {
            X9ECParameters given = X9ECParameters.getInstance(full);
            X9ECParameters own = GMNamedCurves.getByName("sm2p256v1");
            return given.getCurve().equals(own.getCurve())
                    && given.getG().equals(own.getG())
                    && given.getN().equals(own.getN())
                    && (given.getH() == null || given.getH().equals(own.getH()));
        } catch (RuntimeException e) {
            return false;
        }
    }

    /// The first 160 bits of SM3 over the key's bits: method 1 of RFC 7093 with SM3 for its hash.
    static byte[] identifier(Sm2PublicKey key) {
        return Arrays.copyOf(Sm3.digest(key.encoded().toArray()), 20);
    }

    static boolean isSm9(ASN1ObjectIdentifier algorithm) {
        return algorithm.equals(SM9) || algorithm.on(SM9);
    }

    /// What people call the algorithm.
    static String words(AlgorithmIdentifier algorithm) {
        if (isSm9(algorithm.getAlgorithm())) {
            return "SM9";
        }
        String known = KNOWN.get(algorithm.getAlgorithm().getId());
        if (known != null) {
            return known;
        }
        if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            if (isSm2(algorithm)) {
                return "SM2";
            }
            return algorithm.getParameters() instanceof ASN1ObjectIdentifier curve
                    ? "EC on " + CurveNames.of(curve)
                    : "EC with explicit parameters";
        }
        String found = new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm.getAlgorithm());
        return found.toUpperCase(Locale.ROOT).equals(found) ? found : algorithm.getAlgorithm() + " (" + found + ")";
    }
}
