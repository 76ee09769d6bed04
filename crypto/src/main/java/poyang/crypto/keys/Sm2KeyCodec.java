package poyang.crypto.keys;

import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// SM2 private keys as PKCS#8 `PrivateKeyInfo` (RFC 5958) and `ECPrivateKey` (RFC 5915). Every refusal
/// says what was found.
final class Sm2KeyCodec {
    private static final BigInteger N =
            GMNamedCurves.getByOID(GMObjectIdentifiers.sm2p256v1).getN();

    private Sm2KeyCodec() {}

    /// DER of a `PrivateKeyInfo`, which the caller overwrites.
    static byte[] encode(Sm2PrivateKey key) {
        try (SecretBytes scalar = KeyMaterial.dangerouslyReveal(key)) {
            return scalar.use(d -> {
                try {
                    return new PrivateKeyInfo(
                                    new AlgorithmIdentifier(
                                            X9ObjectIdentifiers.id_ecPublicKey, GMObjectIdentifiers.sm2p256v1),
                                    new ECPrivateKey(
                                            256,
                                            new BigInteger(1, d),
                                            new DERBitString(
                                                    key.publicKey().encoded().toArray()),
                                            null))
                            .getEncoded("DER");
                } catch (IOException e) {
                    throw new Bug("encoding in memory cannot fail", e);
                }
            });
        }
    }

    /// @throws PoyangException `BAD_KEY` with the reason
    static Sm2PrivateKey decode(byte[] privateKeyInfo) {
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(privateKeyInfo));
            ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
            ASN1Encodable parameters = info.getPrivateKeyAlgorithm().getParameters();
            boolean ec = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey);
            if (!ec && !algorithm.equals(GMObjectIdentifiers.sm2p256v1)) {
                throw bad("it is a key of the algorithm " + name(algorithm));
            }
            if (ec || parameters instanceof ASN1ObjectIdentifier) {
                checkCurve(parameters);
            }
            ECPrivateKey inner = ECPrivateKey.getInstance(info.parsePrivateKey());
            Sm2PrivateKey key = decode(inner, false);
            ASN1BitString own = info.getPublicKeyData();
            if (own != null) {
                checkPublic(key, own);
            }
            return key;
        } catch (PoyangException | Bug e) {
            throw e;
        } catch (IOException | RuntimeException e) { // whatever a parser of ASN.1 throws
            throw malformed(e);
        }
    }

    /// @throws PoyangException `BAD_KEY` with the reason
    static Sm2PrivateKey decodeSec1(byte[] ecPrivateKey) {
        try {
            return decode(ECPrivateKey.getInstance(ASN1Primitive.fromByteArray(ecPrivateKey)), true);
        } catch (PoyangException | Bug e) {
            throw e;
        } catch (IOException | RuntimeException e) { // whatever a parser of ASN.1 throws
            throw malformed(e);
        }
    }

    private static Sm2PrivateKey decode(ECPrivateKey key, boolean alone) {
        ASN1Encodable parameters = key.getParametersObject();
        if (alone || parameters != null) {
            checkCurve(parameters);
        }
        Sm2PrivateKey result = scalar(key.getKey());
        ASN1BitString own = key.getPublicKey();
        if (own != null) {
            checkPublic(result, own);
        }
        return result;
    }

    /// @throws PoyangException `BAD_KEY` with the reason
    static Sm2PrivateKey scalar(BigInteger d) {
        if (d.signum() <= 0) {
            throw bad("its number is not positive");
        }
        if (d.compareTo(N) >= 0) {
            throw bad(
                    d.equals(N)
                            ? "its number is the group's order n"
                            : "its number is larger than the group's order n");
        }
        if (d.equals(N.subtract(BigInteger.ONE))) {
            throw bad("its number is n − 1, with which no signature can be made");
        }
        return KeyMaterial.consume(BigIntegers.asUnsignedByteArray(32, d));
    }

    private static void checkPublic(Sm2PrivateKey key, ASN1BitString encoded) {
        boolean same;
        try {
            same = key.publicKey().equals(Sm2PublicKey.decode(encoded.getOctets()));
        } catch (PoyangException e) {
            same = false;
        }
        if (!same) {
            key.close();
            throw bad("the public key beside it belongs to another private key");
        }
    }

    private static void checkCurve(@Nullable ASN1Encodable parameters) {
        if (parameters instanceof ASN1ObjectIdentifier curve) {
            if (!curve.equals(GMObjectIdentifiers.sm2p256v1)) {
                throw bad("it is a key on the curve " + name(curve));
            }
        } else if (parameters instanceof ASN1Sequence explicit) {
            X9ECParameters sm2 = GMNamedCurves.getByOID(GMObjectIdentifiers.sm2p256v1);
            X9ECParameters own = X9ECParameters.getInstance(explicit);
            if (!own.getCurve().equals(sm2.getCurve())
                    || !sm2.getCurve().importPoint(own.getG()).equals(sm2.getG())
                    || !own.getN().equals(N)) {
                throw bad("its explicit curve parameters are not those of SM2");
            }
        } else {
            throw bad("it does not name its curve");
        }
    }

    private static String name(ASN1ObjectIdentifier id) {
        String known = "";
        if (id.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            known = "RSA, ";
        } else if (id.equals(X9ObjectIdentifiers.prime256v1)) {
            known = "P-256, ";
        } else if (id.equals(EdECObjectIdentifiers.id_Ed25519)) {
            known = "Ed25519, ";
        } else if (id.on(new ASN1ObjectIdentifier("1.2.156.10197.1.302"))) {
            known = "SM9, ";
        }
        return known + id.getId();
    }

    private static PoyangException malformed(Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_KEY,
                "the private key's structure is malformed",
                "a PKCS#8 PrivateKeyInfo or an ECPrivateKey of SM2 is needed",
                cause);
    }

    private static PoyangException bad(String reason) {
        return new PoyangException(
                CryptoErrors.BAD_KEY,
                "this is no usable SM2 private key: " + reason,
                "a number in 1 … n−2 on the curve sm2p256v1 (1.2.156.10197.1.301) is needed");
    }
}
