package poyang.crypto.pki;

import java.util.Arrays;
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
import org.bouncycastle.crypto.BufferedBlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bug;
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
    private static final int BLOCK_BYTES = 16;

    /// A ciphertext and what it takes to open it, but the key.
    ///
    /// @param algorithm with its parameters
    record Sealed(AlgorithmIdentifier algorithm, DEROctetString ciphertext) {}

    /// Encrypts; with GCM the tag ends the ciphertext.
    Sealed encrypt(byte[] key, byte[] content, RandomSource random) {
        return switch (this) {
            case SM4_CBC -> {
                byte[] iv = random.bytes(BLOCK_BYTES);
                try {
                    yield new Sealed(
                            new AlgorithmIdentifier(GMObjectIdentifiers.sms4_cbc, new DEROctetString(iv)),
                            new DEROctetString(
                                    blocks(true, new ParametersWithIV(new KeyParameter(key), iv), true, content)));
                } catch (InvalidCipherTextException e) {
                    throw new Bug("encryption cannot fail", e);
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
    /// @throws PoyangException `UNSUPPORTED` for another cipher; `AUTHENTICATION_FAILED`, which does not
    ///     say why
    static byte[] decrypt(AlgorithmIdentifier algorithm, byte[] key, byte[] ciphertext) {
        ASN1ObjectIdentifier name = algorithm.getAlgorithm();
        ASN1Encodable parameters = algorithm.getParameters();
        boolean bare = parameters == null || parameters instanceof ASN1Null;
        try {
            if (key.length == KEY_BYTES) {
                if (name.equals(GMObjectIdentifiers.sms4_cbc) || name.equals(SM4) && !bare) {
                    byte[] iv = ASN1OctetString.getInstance(parameters).getOctets();
                    return blocks(false, new ParametersWithIV(new KeyParameter(key), iv), true, ciphertext);
                }
                if (name.equals(GMObjectIdentifiers.sms4_ecb) || name.equals(SM4)) {
                    return blocks(false, new KeyParameter(key), false, ciphertext);
                }
                if (name.equals(GMObjectIdentifiers.sms4_gcm)) {
                    return gcm(ASN1Sequence.getInstance(parameters), key, ciphertext);
                }
            }
        } catch (InvalidCipherTextException | RuntimeException e) {
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

    private static byte[] blocks(boolean encrypt, CipherParameters parameters, boolean chained, byte[] in)
            throws InvalidCipherTextException {
        BufferedBlockCipher cipher = chained
                ? new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()))
                : new PaddedBufferedBlockCipher(new SM4Engine());
        cipher.init(encrypt, parameters);
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        int written = cipher.processBytes(in, 0, in.length, out, 0);
        written += cipher.doFinal(out, written);
        byte[] exact = Arrays.copyOf(out, written);
        Arrays.fill(out, (byte) 0);
        return exact;
    }

    static PoyangException notAuthentic() {
        return new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the envelope does not open",
                "a receiver's key and an unchanged envelope are needed");
    }
}
