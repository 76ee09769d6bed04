package poyang.crypto.pki;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyOctets;
import poyang.crypto.Sm2Encryption;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm4;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// An encryption key that its authority made, on its way to its holder: under a fresh SM4 key, which is
/// under the holder's signature key (`SM2EnvelopedKey`, GM/T 0009 section 7.4).
///
/// The structure has no seal of its own; that the opened key belongs to the certified public key is
/// checked on opening, which no change survives.
public final class EnvelopedKey {
    static final String LABEL = "SM2 ENVELOPED KEY";
    private static final ASN1ObjectIdentifier SM4_ECB = GMObjectIdentifiers.sms4_ecb;
    private static final Set<ASN1ObjectIdentifier> READ =
            Set.of(SM4_ECB, new ASN1ObjectIdentifier("1.2.156.10197.1.104"));
    private static final int KEY_BYTES = 16;

    private final Bytes encoded;
    private final Sm2PublicKey publicKey;
    private final byte[] wrappedKey;
    private final byte[] scalar;

    private EnvelopedKey(byte[] der) throws IOException {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
        AlgorithmIdentifier algorithm = AlgorithmIdentifier.getInstance(parts.getObjectAt(0));
        wrappedKey = Sm2CipherText.decode(parts.getObjectAt(1));
        publicKey = Sm2PublicKey.decode(octets(parts.getObjectAt(2)));
        scalar = octets(parts.getObjectAt(3));
        if (parts.size() != 4
                || !READ.contains(algorithm.getAlgorithm())
                || (scalar.length != KeyOctets.LENGTH_BYTES && scalar.length != 2 * KeyOctets.LENGTH_BYTES)
                || !Arrays.equals(parts.getEncoded("DER"), der)) {
            throw new IllegalArgumentException("no SM2EnvelopedKey");
        }
        encoded = Bytes.copyOf(der);
    }

    private static byte[] octets(ASN1Encodable bits) {
        return ASN1BitString.getInstance(bits).getOctets();
    }

    /// Wraps `key` for the holder of `to`.
    public static EnvelopedKey seal(Sm2PrivateKey key, Sm2PublicKey to, RandomSource random) {
        byte[] wrapping = random.bytes(KEY_BYTES);
        byte[] scalar = KeyOctets.of(key);
        try {
            ASN1Sequence parts = new DERSequence(new ASN1Encodable[] {
                new AlgorithmIdentifier(SM4_ECB),
                Sm2CipherText.encode(Sm2Encryption.encrypt(to, wrapping, random)),
                new DERBitString(key.publicKey().encoded().toArray()),
                new DERBitString(blocks(true, wrapping, scalar))
            });
            return new EnvelopedKey(parts.getEncoded());
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        } finally {
            Arrays.fill(wrapping, (byte) 0);
            Arrays.fill(scalar, (byte) 0);
        }
    }

    /// @throws PoyangException `BAD_MESSAGE`
    public static EnvelopedKey decode(byte[] der) {
        try {
            return new EnvelopedKey(der);
        } catch (IOException | RuntimeException e) {
            throw new PoyangException(
                    CryptoErrors.BAD_MESSAGE,
                    "it is no enveloped key",
                    "an SM2EnvelopedKey (GM/T 0009) with SM4 is needed",
                    e);
        }
    }

    /// @throws PoyangException `BAD_MESSAGE`, `UNREADABLE`
    public static EnvelopedKey fromPem(byte[] file) {
        return decode(Pem.only(file, List.of(LABEL))
                .orElseThrow(() -> Pem.unreadable("it does not hold one enveloped key"))
                .toArray());
    }

    /// The key, which is the one of {@link #publicKey}.
    ///
    /// @throws PoyangException `AUTHENTICATION_FAILED`, which does not say why
    public Sm2PrivateKey open(Sm2PrivateKey holder) {
        byte[] wrapping = Sm2Encryption.decrypt(holder, wrappedKey);
        byte[] opened = new byte[0];
        try {
            if (wrapping.length == KEY_BYTES) {
                opened = blocks(false, wrapping, scalar);
                // Some makers write 64 bytes, the scalar at their end.
                byte[] own = Arrays.copyOfRange(opened, opened.length - KeyOctets.LENGTH_BYTES, opened.length);
                Sm2PrivateKey key = KeyOctets.read(own);
                if (key.publicKey().equals(publicKey)) {
                    return key;
                }
                key.close();
            }
        } catch (PoyangException e) {
            // refused below, without the reason
        } finally {
            Arrays.fill(wrapping, (byte) 0);
            Arrays.fill(opened, (byte) 0);
        }
        throw new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "the enveloped key is not authentic",
                "the holder's signature key and an unchanged envelope are needed");
    }

    private static byte[] blocks(boolean encrypt, byte[] key, byte[] in) {
        try (Sm4 cipher = new Sm4(key)) {
            return cipher.unauthenticatedEcb(encrypt, in);
        }
    }

    /// The key that the envelope says it holds.
    public Sm2PublicKey publicKey() {
        return publicKey;
    }

    public Bytes encoded() {
        return encoded;
    }

    public String toPem() {
        return Pem.text(LABEL, encoded.toArray());
    }
}
