package poyang.crypto.keys;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import poyang.crypto.Certificates;
import poyang.crypto.KeyMaterial;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;

/// A key and its certificate as the tools of the China Financial Certification Authority write them
/// ("CFCA KEY", `.sm2`). Read for import, never written: the password is hashed once, without salt.
///
/// ```
/// SEQUENCE { INTEGER 1,
///   SEQUENCE { OID SM2 data, OID SM4 or SM4-CBC, OCTET STRING ciphertext },
///   SEQUENCE { OID SM2 data, OCTET STRING certificate } }
/// ```
///
/// Start value ‖ key = SM3(password ‖ 00000001), 16 bytes each; the plaintext is the scalar, with the
/// padding of PKCS#7. The certificate tells whether the key is the right one.
final class CfcaKey {
    private static final ASN1ObjectIdentifier SM2_DATA = new ASN1ObjectIdentifier("1.2.156.10197.6.1.4.2.1");
    private static final ASN1ObjectIdentifier SM4 = new ASN1ObjectIdentifier("1.2.156.10197.1.104");

    private CfcaKey() {}

    /// Whether a structure begins like this format and like no other.
    static boolean matches(ASN1Sequence outer) {
        return outer.size() == 3
                && outer.getObjectAt(0) instanceof ASN1Integer
                && outer.getObjectAt(1) instanceof ASN1Sequence first
                && first.size() == 3
                && SM2_DATA.equals(first.getObjectAt(0));
    }

    /// @throws PoyangException `BAD_KEY`, `BAD_CERTIFICATE`, `WRONG_PASSWORD`
    static ImportedKey open(ASN1Sequence outer, char[] password) {
        ASN1Sequence first = ASN1Sequence.getInstance(outer.getObjectAt(1));
        ASN1Sequence second = ASN1Sequence.getInstance(outer.getObjectAt(2));
        ASN1Encodable named = first.getObjectAt(1);
        ASN1ObjectIdentifier algorithm = named instanceof ASN1Sequence identifier
                ? ASN1ObjectIdentifier.getInstance(identifier.getObjectAt(0))
                : ASN1ObjectIdentifier.getInstance(named);
        if (!algorithm.equals(SM4) && !algorithm.equals(SM4.branch("2"))) {
            throw PasswordDerivation.unsupported("the cipher " + algorithm, "SM4-CBC is needed in a CFCA key");
        }
        if (!SM2_DATA.equals(second.getObjectAt(0))) {
            throw PasswordDerivation.unsupported("the content " + second.getObjectAt(0), "a certificate is needed");
        }
        X509Certificate certificate = Certificates.decode(
                ASN1OctetString.getInstance(second.getObjectAt(1)).getOctets());
        byte[] plain = decrypt(ASN1OctetString.getInstance(first.getObjectAt(2)).getOctets(), password);
        Sm2PrivateKey key;
        try {
            if (plain.length > 32) {
                throw Pbes2.wrongPassword();
            }
            byte[] scalar = new byte[32];
            System.arraycopy(plain, 0, scalar, 32 - plain.length, plain.length);
            key = KeyMaterial.consume(scalar);
        } catch (PoyangException e) {
            throw Pbes2.wrongPassword();
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
        if (!key.publicKey().equals(Certificates.publicKey(certificate))) {
            key.close();
            throw Pbes2.wrongPassword();
        }
        return new ImportedKey(key, List.of(certificate), "CFCA key, SM4-CBC under SM3 of the password");
    }

    private static byte[] decrypt(byte[] ciphertext, char[] password) {
        byte[] octets = PKCS5S2ParametersGenerator.PKCS5PasswordToUTF8Bytes(password);
        byte[] derived = Sm3.digest(octets, "\0\0\0\1".getBytes(StandardCharsets.ISO_8859_1));
        try {
            return Pbes2.padded(
                    false,
                    CBCBlockCipher.newInstance(new SM4Engine()),
                    new ParametersWithIV(new KeyParameter(derived, 16, 16), derived, 0, 16),
                    ciphertext);
        } catch (InvalidCipherTextException e) {
            throw Pbes2.wrongPassword();
        } finally {
            Arrays.fill(octets, (byte) 0);
            Arrays.fill(derived, (byte) 0);
        }
    }
}
