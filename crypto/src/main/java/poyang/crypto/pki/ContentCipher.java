package poyang.crypto.pki;

import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Null;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm4;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// How the content of an envelope is encrypted with SM4.
public enum ContentCipher {
    /// With padding and without a seal: who changes an envelope is noticed only by what comes out. For
    /// receivers that know nothing else (GM/T 0010), and inside of a signature.
    SM4_CBC,
    /// With a seal, as `authEnvelopedData` (RFC 5083).
    SM4_GCM;

    static final int KEY_BYTES = 16;
    static final ASN1ObjectIdentifier AUTHENTICATED = new ASN1ObjectIdentifier("1.2.840.113549.1.9.16.1.23");
    private static final ASN1ObjectIdentifier SM4 = new ASN1ObjectIdentifier("1.2.156.10197.1.104");

    /// A ciphertext and what it takes to open it, but the key.
    ///
    /// @param algorithm with its parameters
    record Sealed(AlgorithmIdentifier algorithm, DEROctetString ciphertext) {}

    /// Encrypts; with GCM the tag ends the ciphertext.
    Sealed encrypt(byte[] key, byte[] content, RandomSource random) {
        return switch (this) {
            case SM4_CBC -> {
                byte[] iv = random.bytes(Sm4.BLOCK_BYTES);
                try (Sm4 cipher = new Sm4(key)) {
                    yield new Sealed(
                            new AlgorithmIdentifier(GMObjectIdentifiers.sms4_cbc, new DEROctetString(iv)),
                            new DEROctetString(cipher.unauthenticatedCbc(true, iv, padded(content))));
                }
            }
            case SM4_GCM -> {
                byte[] nonce = random.bytes(Sm4Gcm.NONCE_BYTES);
                yield new Sealed(
                        new AlgorithmIdentifier(GMObjectIdentifiers.sms4_gcm, new DERSequence(new ASN1Encodable[] {
                            new DEROctetString(nonce), new ASN1Integer(Sm4Gcm.TAG_BYTES)
                        })),
                        new DEROctetString(Sm4Gcm.encrypt(key, nonce, new byte[0], content)));
            }
        };
    }

    /// Opens what any of the known makers wrote: CBC (also under SM4's bare identifier with an initial
    /// vector), ECB (SM4's bare identifier without one), GCM.
    ///
    /// @return the content; for ECB, which makers use with and without padding, what it can be
    /// @throws PoyangException `UNSUPPORTED` for another cipher; `AUTHENTICATION_FAILED`, which does not
    ///     say why
    static List<byte[]> decrypt(AlgorithmIdentifier algorithm, byte[] key, byte[] ciphertext) {
        ASN1ObjectIdentifier name = algorithm.getAlgorithm();
        ASN1Encodable parameters = algorithm.getParameters();
        boolean bare = parameters == null || parameters instanceof ASN1Null;
        try (Sm4 cipher = new Sm4(Arrays.copyOf(key, KEY_BYTES))) {
            if (key.length != KEY_BYTES || ciphertext.length % Sm4.BLOCK_BYTES != 0 && !isGcm(name)) {
                throw notAuthentic();
            }
            if (name.equals(GMObjectIdentifiers.sms4_cbc) || name.equals(SM4) && !bare) {
                byte[] iv = ASN1OctetString.getInstance(parameters).getOctets();
                if (iv.length == Sm4.BLOCK_BYTES) {
                    return List.of(unpadded(cipher.unauthenticatedCbc(false, iv, ciphertext)));
                }
                throw notAuthentic();
            }
            if (name.equals(GMObjectIdentifiers.sms4_ecb) || name.equals(SM4)) {
                return bothWays(cipher.unauthenticatedEcb(false, ciphertext));
            }
            if (isGcm(name)) {
                return List.of(gcm(ASN1Sequence.getInstance(parameters), key, ciphertext));
            }
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw notAuthentic();
        }
        if (!name.on(SM4) && !name.equals(SM4)) {
            throw new PoyangException(
                    CryptoErrors.UNSUPPORTED,
                    "the envelope's content is encrypted with " + PublicKeys.words(algorithm),
                    "SM4 in CBC, ECB or GCM mode can be read");
        }
        throw notAuthentic();
    }

    private static byte[] gcm(ASN1Sequence parameters, byte[] key, byte[] ciphertext) {
        byte[] nonce = ASN1OctetString.getInstance(parameters.getObjectAt(0)).getOctets();
        int tag = parameters.size() < 2
                ? 12
                : ASN1Integer.getInstance(parameters.getObjectAt(1)).intValueExact();
        if (nonce.length != Sm4Gcm.NONCE_BYTES || tag != Sm4Gcm.TAG_BYTES) {
            throw notAuthentic();
        }
        return Sm4Gcm.decrypt(key, nonce, new byte[0], ciphertext);
    }

    private static boolean isGcm(ASN1ObjectIdentifier name) {
        return name.equals(GMObjectIdentifiers.sms4_gcm);
    }

    /// Filled up to whole blocks with bytes that say how many they are (RFC 5652 section 6.3).
    private static byte[] padded(byte[] content) {
        int fill = Sm4.BLOCK_BYTES - content.length % Sm4.BLOCK_BYTES;
        byte[] whole = Arrays.copyOf(content, content.length + fill);
        Arrays.fill(whole, content.length, whole.length, (byte) fill);
        return whole;
    }

    private static List<byte[]> bothWays(byte[] whole) {
        try {
            return List.of(unpadded(whole), whole);
        } catch (PoyangException e) {
            return List.of(whole);
        }
    }

    private static byte[] unpadded(byte[] whole) {
        int fill = whole.length == 0 ? 0 : whole[whole.length - 1] & 0xff;
        boolean good = fill >= 1 && fill <= Sm4.BLOCK_BYTES && fill <= whole.length;
        for (int i = 1; i <= Sm4.BLOCK_BYTES && good; i++) {
            good = i > fill || (whole[whole.length - i] & 0xff) == fill;
        }
        if (!good) {
            throw notAuthentic();
        }
        return Arrays.copyOf(whole, whole.length - fill);
    }

    static PoyangException notAuthentic() {
        return new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the envelope does not open",
                "a receiver's key and an unchanged envelope are needed");
    }
}
