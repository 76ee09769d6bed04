package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.kernel.PoyangException;

/// Bytes are a point to us when they are one to the twin, in one of the two forms of 33 and 65 bytes. The
/// hybrid form (06, 07), which the twin also reads, is refused: one point, one long encoding.
final class PointProperty implements CryptoProperty {
    private static final int LONGEST_BYTES = 70;

    @Override
    public int share() {
        return 4;
    }

    @Override
    public void check(Draws draws) {
        byte[] encoded = encoding(draws);
        Optional<ECPublicKeyParameters> theirs = Twin.key(encoded);
        int tag = encoded.length == 0 ? -1 : encoded[0];
        boolean form = encoded.length == 65 ? tag == 4 : encoded.length == 33 && (tag == 2 || tag == 3);
        boolean expected = form && theirs.isPresent();
        Optional<Sm2Point> point = Sm2Point.decode(encoded);
        same("a point", expected, point.isPresent());
        same("a public key", expected, taken(encoded));
        if (encoded.length == 33) {
            same("a point in a list", expected, Sm2Group.decode(encoded).isPresent());
        }
        if (expected) {
            byte[] whole = Twin.encoded(theirs.get().getQ());
            same("encoded again", whole, point.orElseThrow().encode());
            same("x", Arrays.copyOfRange(whole, 1, 33), point.get().x());
            same("y", Arrays.copyOfRange(whole, 33, 65), point.get().y());
        }
    }

    private static boolean taken(byte[] encoded) {
        try {
            Sm2PublicKey.decode(encoded);
            return true;
        } catch (PoyangException e) {
            holds("refused with " + e.code(), e.code().equals(CryptoErrors.BAD_KEY));
            return false;
        }
    }

    /// A good encoding, a spoilt one, or one of a chosen tag and coordinates.
    private static byte[] encoding(Draws draws) {
        byte[] good = Twin.base(draws.scalar()).getEncoded(draws.oneIn(2));
        return switch (draws.below(7)) {
            case 0 -> good;
            case 1 -> draws.mutated(good);
            case 2 -> draws.flipped(good);
            case 3 -> {
                byte[] other = good.clone();
                other[0] = (byte) draws.below(9);
                yield other;
            }
            case 4 -> Draws.joined(new byte[] {(byte) (2 + draws.below(2))}, Draws.octets(draws.number()));
            case 5 -> {
                // x or y beyond p where that still fits into 32 bytes, otherwise any coordinates
                BigInteger x = draws.number();
                BigInteger y = draws.number();
                yield Draws.joined(new byte[] {4}, Draws.joined(Draws.octets(x), Draws.octets(y)));
            }
            default -> draws.bytes(draws.below(LONGEST_BYTES));
        };
    }
}
