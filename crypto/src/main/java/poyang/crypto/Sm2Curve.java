package poyang.crypto;

import java.math.BigInteger;
import org.bouncycastle.util.BigIntegers;

/// Numbers of 256 bits as octets.
final class Sm2Curve {
    private Sm2Curve() {}

    static byte[] octets(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(32, value);
    }
}
