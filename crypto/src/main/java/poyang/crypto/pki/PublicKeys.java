package poyang.crypto.pki;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;

/// Public keys as certificates and requests carry them.
final class PublicKeys {
    static final AlgorithmIdentifier SM2 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, GMObjectIdentifiers.sm2p256v1);
    /// The arc of SM9 (GM/T 0006).
    private static final ASN1ObjectIdentifier SM9 = new ASN1ObjectIdentifier("1.2.156.10197.1.302");

    private PublicKeys() {}

    static SubjectPublicKeyInfo encode(Sm2PublicKey key) {
        return new SubjectPublicKeyInfo(SM2, key.encoded().toArray());
    }

    /// Empty when the key is of another kind, or no point of the curve.
    static Optional<Sm2PublicKey> sm2(SubjectPublicKeyInfo key) {
        AlgorithmIdentifier algorithm = key.getAlgorithm();
        if (!algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                || !GMObjectIdentifiers.sm2p256v1.equals(algorithm.getParameters())
                || key.getPublicKeyData().getPadBits() != 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sm2PublicKey.decode(key.getPublicKeyData().getOctets()));
        } catch (PoyangException e) {
            return Optional.empty();
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
        ASN1Encodable parameters = algorithm.getParameters();
        if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            if (GMObjectIdentifiers.sm2p256v1.equals(parameters)) {
                return "SM2";
            }
            return parameters instanceof ASN1ObjectIdentifier curve
                    ? "EC on " + CurveNames.of(curve)
                    : "EC with explicit parameters";
        }
        if (algorithm.getAlgorithm().equals(GMObjectIdentifiers.sm2sign_with_sm3)) {
            return "SM2 with SM3";
        }
        String found = new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm.getAlgorithm());
        return found.toUpperCase(Locale.ROOT).equals(found) ? found : algorithm.getAlgorithm() + " (" + found + ")";
    }
}
