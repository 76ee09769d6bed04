package poyang.crypto.pki;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.util.BigIntegers;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyOctets;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;

/// What can be said of key files without a password and without showing a secret.
final class KeyWords {
    private KeyWords() {}

    static Inspection.Finding sm9(String label) {
        return new Inspection.Finding(
                label.isEmpty()
                        ? "key of SM9"
                        : label.toLowerCase(java.util.Locale.ROOT).replace("sm9", "SM9"),
                List.of(),
                Optional.of("SM9 (identity-based keys, GM/T 0044) is not supported: keys on SM2 are needed"));
    }

    static Inspection.Finding publicKey(byte[] der) {
        SubjectPublicKeyInfo key = read(() -> SubjectPublicKeyInfo.getInstance(ASN1Primitive.fromByteArray(der)));
        if (!PublicKeys.isSm2(key.getAlgorithm())) {
            return new Inspection.Finding(
                    "public key", List.of("kind: " + PublicKeys.words(key.getAlgorithm())), Optional.empty());
        }
        return PublicKeys.sm2(new SubjectPublicKeyInfo(
                        PublicKeys.SM2, key.getPublicKeyData().getOctets()))
                .map(good -> new Inspection.Finding(
                        "public key", List.of("key: SM2 " + good.encoded().hex()), Optional.empty()))
                .orElseGet(() -> new Inspection.Finding(
                        "public key",
                        List.of("kind: SM2"),
                        Optional.of("the public key is no point of the SM2 curve")));
    }

    static Inspection.Finding privateKey(byte[] der) {
        PrivateKeyInfo info = read(() -> PrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(der)));
        if (!PublicKeys.isSm2(info.getPrivateKeyAlgorithm())) {
            String kind = PublicKeys.words(info.getPrivateKeyAlgorithm());
            return new Inspection.Finding(
                    "private key (PKCS#8)",
                    List.of("kind: " + kind),
                    Optional.of("the private key is none on SM2, but of kind " + kind));
        }
        ECPrivateKey inner = read(() -> ECPrivateKey.getInstance(info.parsePrivateKey()));
        return scalar("private key (PKCS#8)", inner);
    }

    static Inspection.Finding section1Key(byte[] der) {
        ECPrivateKey inner = read(() -> ECPrivateKey.getInstance(ASN1Primitive.fromByteArray(der)));
        var curve = inner.getParametersObject();
        if (curve != null && !GMObjectIdentifiers.sm2p256v1.equals(curve)) {
            String kind = curve instanceof ASN1ObjectIdentifier named
                    ? "EC on " + CurveNames.of(named)
                    : "EC with explicit parameters";
            return new Inspection.Finding(
                    "private key (SEC 1)",
                    List.of("kind: " + kind),
                    Optional.of("the private key is none on SM2, but of kind " + kind));
        }
        return scalar("private key (SEC 1)", inner);
    }

    private static Inspection.Finding scalar(String title, ECPrivateKey inner) {
        List<String> lines = new ArrayList<>(List.of("encrypted: no; bring it under a password"));
        var value = inner.getKey();
        if (value.bitLength() > 8 * KeyOctets.LENGTH_BYTES) {
            return new Inspection.Finding(title, lines, Optional.of("the private key is longer than 32 bytes"));
        }
        try (Sm2PrivateKey key = KeyOctets.read(BigIntegers.asUnsignedByteArray(KeyOctets.LENGTH_BYTES, value))) {
            lines.add("belongs to the public key: SM2 "
                    + key.publicKey().encoded().hex());
            ASN1BitString beside = inner.getPublicKey();
            boolean fits = beside == null
                    || PublicKeys.sm2(new SubjectPublicKeyInfo(PublicKeys.SM2, beside.getOctets()))
                            .filter(key.publicKey()::equals)
                            .isPresent();
            return new Inspection.Finding(
                    title,
                    lines,
                    fits
                            ? Optional.empty()
                            : Optional.of("the public key beside the private key does not belong to it"));
        } catch (PoyangException e) {
            return new Inspection.Finding(
                    title,
                    lines,
                    Optional.of("the private key is out of range: it must be a number in 1 … n−2 (GB/T 32918.1)"));
        }
    }

    static Inspection.Finding encryptedKey(byte[] der) {
        EncryptedPrivateKeyInfo info =
                read(() -> EncryptedPrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(der)));
        AlgorithmIdentifier algorithm = info.getEncryptionAlgorithm();
        List<String> lines = new ArrayList<>(List.of("encrypted: its content shows only with its password"));
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            PBES2Parameters scheme = read(() -> PBES2Parameters.getInstance(algorithm.getParameters()));
            lines.add("cipher: " + PublicKeys.words(AlgorithmIdentifier.getInstance(scheme.getEncryptionScheme())));
            if (scheme.getKeyDerivationFunc().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
                PBKDF2Params derivation = read(() ->
                        PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters()));
                lines.add("password hashed: " + derivation.getIterationCount() + " times by PBKDF2 with "
                        + (derivation.getPrf().getAlgorithm().equals(GMObjectIdentifiers.hmac_sm3)
                                ? "HMAC-SM3"
                                : PublicKeys.words(derivation.getPrf())));
            }
        } else {
            lines.add("cipher: " + PublicKeys.words(algorithm));
        }
        return new Inspection.Finding("private key (PKCS#8)", lines, Optional.empty());
    }

    static Inspection.Finding parameters(byte[] der) {
        ASN1ObjectIdentifier curve = read(() -> ASN1ObjectIdentifier.getInstance(ASN1Primitive.fromByteArray(der)));
        return new Inspection.Finding(
                "curve",
                List.of("name: " + (curve.equals(GMObjectIdentifiers.sm2p256v1) ? "SM2" : CurveNames.of(curve))),
                Optional.empty());
    }

    static java.security.cert.X509Certificate cfcaCertificate(byte[] der) {
        byte[] certificate = read(() -> {
            ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
            ASN1Sequence carried = ASN1Sequence.getInstance(parts.getObjectAt(2));
            return ASN1OctetString.getInstance(carried.getObjectAt(1)).getOctets();
        });
        return Certificates.decode(certificate);
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T read(Reading<T> reading) {
        try {
            T read = reading.read();
            if (read != null) {
                return read;
            }
        } catch (IOException | RuntimeException e) {
            throw new PoyangException(
                    CryptoErrors.UNREADABLE, "the key is malformed", "a whole, unchanged key file is needed", e);
        }
        throw new PoyangException(
                CryptoErrors.UNREADABLE, "the key is malformed", "a whole, unchanged key file is needed");
    }
}
