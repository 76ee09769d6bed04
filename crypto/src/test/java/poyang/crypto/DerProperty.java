package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import poyang.crypto.keys.KeyForms;
import poyang.crypto.pki.PkiForms;
import poyang.kernel.PoyangException;

/// Signatures and private keys in DER, whole, spoilt and in other encodings of the same numbers. The
/// verdict on a signature is the twin's. A private key that we take is to the twin the same number; one
/// that we refuse is refused as `BAD_KEY` and nothing else.
final class DerProperty implements CryptoProperty {
    private static final int LONGEST_BYTES = 40;
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 2;

    @Override
    public int share() {
        return 2;
    }

    @Override
    public void check(Draws draws) throws IOException {
        Sm2PrivateKey key = draws.key();
        if (draws.oneIn(2)) {
            signature(draws, key);
        } else {
            privateKey(draws, key);
        }
    }

    private static void signature(Draws draws, Sm2PrivateKey key) {
        byte[] message = draws.bytes(draws.below(LONGEST_BYTES));
        byte[] good = PkiForms.sign(key, message);
        ECPublicKeyParameters theirs =
                Twin.key(key.publicKey().encoded().toArray()).orElseThrow();
        byte[] der = switch (draws.below(4)) {
            case 0 -> good;
            case 1 -> draws.mutated(good);
            default -> written(draws, key.sign(message).rs().toArray());
        };
        same(
                "the verdict on a signature in DER",
                Twin.verifyDer(theirs, message, der),
                PkiForms.verify(key.publicKey(), message, der));
    }

    /// The numbers of a good signature, or others, with lengths, signs and zeros that DER may not have.
    private static byte[] written(Draws draws, byte[] rs) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < 2; i++) {
            byte[] half = Arrays.copyOfRange(rs, 32 * i, 32 * i + 32);
            BigInteger number = switch (draws.below(8)) {
                case 0 -> draws.number();
                case 1 -> new BigInteger(1, half).add(Draws.N);
                case 2 -> new BigInteger(1, half).subtract(Draws.N);
                default -> new BigInteger(1, half);
            };
            byte[] content = number.toByteArray();
            int form = draws.below(12);
            if (form == 0) {
                content = Draws.joined(new byte[1], content);
            } else if (form == 1) {
                content = half;
            } else if (form == 2) {
                content = new byte[0];
            }
            tagged(body, draws.oneIn(20) ? draws.below(256) : INTEGER, content, draws.oneIn(12));
        }
        if (draws.oneIn(12)) {
            tagged(body, INTEGER, new byte[] {1}, false);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        tagged(whole, SEQUENCE, body.toByteArray(), draws.oneIn(12));
        return whole.toByteArray();
    }

    private static void tagged(ByteArrayOutputStream out, int tag, byte[] content, boolean longLength) {
        out.write(tag);
        if (longLength) {
            out.write(0x81);
        }
        out.write(content.length);
        out.writeBytes(content);
    }

    private static void privateKey(Draws draws, Sm2PrivateKey key) throws IOException {
        byte[] good = KeyForms.encode(key);
        byte[] der = draws.oneIn(4) ? good : draws.mutated(good);
        BigInteger ours;
        try (Sm2PrivateKey decoded = KeyForms.decode(der)) {
            ours = new BigInteger(1, decoded.scalar());
        } catch (PoyangException e) {
            holds("refused with " + e.code(), e.code().equals(CryptoErrors.BAD_KEY));
            holds("a good private key is refused", !Arrays.equals(der, good));
            return;
        }
        ECPrivateKeyParameters theirs = (ECPrivateKeyParameters) PrivateKeyFactory.createKey(der);
        same("the private key in DER", theirs.getD(), ours);
    }
}
