package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The DER of `SEQUENCE { r, s }` (GM/T 0009 section 7), in which certificates and TLS carry SM2
/// signatures.
public final class SignatureDer {
    private static final int NUMBER_BYTES = 32;

    private SignatureDer() {}

    /// @param rs r ‖ s, 64 bytes
    public static byte[] encode(Bytes rs) {
        byte[] both = rs.toArray();
        return encode(new BigInteger(1, both, 0, NUMBER_BYTES), new BigInteger(1, both, NUMBER_BYTES, NUMBER_BYTES));
    }

    private static byte[] encode(BigInteger r, BigInteger s) {
        try {
            return new DERSequence(new ASN1Encodable[] {new ASN1Integer(r), new ASN1Integer(s)}).getEncoded();
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    /// r ‖ s, when the encoding is the one DER of two numbers of 1 to 32 bytes.
    public static Optional<Bytes> decode(byte[] der) {
        try {
            ASN1Sequence pair = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
            BigInteger r = ASN1Integer.getInstance(pair.getObjectAt(0)).getPositiveValue();
            BigInteger s = ASN1Integer.getInstance(pair.getObjectAt(1)).getPositiveValue();
            if (pair.size() == 2 && r.bitLength() <= 256 && s.bitLength() <= 256 && Arrays.equals(encode(r, s), der)) {
                return Optional.of(Bytes.wrap(BigIntegers.asUnsignedByteArray(NUMBER_BYTES, r))
                        .concat(Bytes.wrap(BigIntegers.asUnsignedByteArray(NUMBER_BYTES, s))));
            }
        } catch (IOException | RuntimeException e) {
            // refused by the caller
        }
        return Optional.empty();
    }
}
