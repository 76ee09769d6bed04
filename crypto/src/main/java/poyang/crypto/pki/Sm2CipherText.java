package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.Bug;

/// The `SM2Cipher` of GM/T 0009 section 7.2, `SEQUENCE { x, y, hash, ciphertext }`, from and to the
/// octets C1 ‖ C3 ‖ C2 with `04` before.
final class Sm2CipherText {
    private Sm2CipherText() {}

    static ASN1Sequence encode(byte[] octets) {
        return new DERSequence(new ASN1Encodable[] {
            new ASN1Integer(new BigInteger(1, octets, 1, 32)),
            new ASN1Integer(new BigInteger(1, octets, 33, 32)),
            new DEROctetString(Arrays.copyOfRange(octets, 65, 97)),
            new DEROctetString(Arrays.copyOfRange(octets, 97, octets.length))
        });
    }

    static byte[] bytes(byte[] octets) {
        try {
            return encode(octets).getEncoded();
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    /// @throws IllegalArgumentException for another form
    static byte[] decode(byte[] der) throws IOException {
        return decode(ASN1Primitive.fromByteArray(der));
    }

    /// @throws IllegalArgumentException for another form
    static byte[] decode(ASN1Encodable encoded) {
        ASN1Sequence parts = ASN1Sequence.getInstance(encoded);
        byte[] hash = ASN1OctetString.getInstance(parts.getObjectAt(2)).getOctets();
        byte[] text = ASN1OctetString.getInstance(parts.getObjectAt(3)).getOctets();
        BigInteger x = ASN1Integer.getInstance(parts.getObjectAt(0)).getPositiveValue();
        BigInteger y = ASN1Integer.getInstance(parts.getObjectAt(1)).getPositiveValue();
        if (parts.size() != 4 || hash.length != 32 || x.bitLength() > 256 || y.bitLength() > 256) {
            throw new IllegalArgumentException("no SM2Cipher");
        }
        byte[] octets = new byte[97 + text.length];
        octets[0] = 4;
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, x), 0, octets, 1, 32);
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, y), 0, octets, 33, 32);
        System.arraycopy(hash, 0, octets, 65, 32);
        System.arraycopy(text, 0, octets, 97, text.length);
        return octets;
    }
}
