package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.crypto.InvalidCipherTextException;
import poyang.kernel.PoyangException;

/// What one side encrypts the other decrypts; what was changed both refuse, we with one error for all.
final class EncryptionProperty implements CryptoProperty {
    private static final int LONGEST_BYTES = 140;
    private static final int POINT_BYTES = 65;

    @Override
    public void check(Draws draws) throws InvalidCipherTextException {
        BigInteger d = draws.secret();
        Sm2PrivateKey key = Sm2PrivateKey.of(Draws.octets(d));
        byte[] message = draws.bytes(Math.max(1, draws.length(32, LONGEST_BYTES)));
        boolean oursFirst = draws.oneIn(2);
        byte[] ciphertext;
        if (oursFirst) {
            ciphertext = Sm2Encryption.encrypt(key.publicKey(), message, draws.source());
            same("decrypted by them", message, Twin.decrypt(d, ciphertext).orElse(new byte[0]));
        } else {
            var theirs = Twin.key(key.publicKey().encoded().toArray()).orElseThrow();
            ciphertext = Twin.encrypt(theirs, message, draws.source());
        }
        same("decrypted", message, Sm2Encryption.decrypt(key, ciphertext));

        byte[] bad = spoilt(draws, ciphertext);
        Optional<byte[]> theirs = Twin.decrypt(d, bad);
        // the hybrid form of the point, which the twin reads, is refused here
        holds("the twin takes a changed ciphertext", theirs.isEmpty() || bad[0] != 4);
        try {
            Sm2Encryption.decrypt(key, bad);
            throw new AssertionError("a changed ciphertext is taken");
        } catch (PoyangException e) {
            holds("refused with " + e.code(), e.code().equals(CryptoErrors.AUTHENTICATION_FAILED));
        }
    }

    private static byte[] spoilt(Draws draws, byte[] good) {
        if (draws.oneIn(3)) {
            // another point of the curve, or a pair of numbers that is most likely none
            byte[] point = draws.oneIn(2)
                    ? Twin.encoded(Twin.base(draws.scalar()))
                    : Draws.joined(
                            new byte[] {4}, Draws.joined(Draws.octets(draws.number()), Draws.octets(draws.number())));
            byte[] bad = good.clone();
            System.arraycopy(point, 0, bad, 0, POINT_BYTES);
            return bad;
        }
        return draws.mutated(good);
    }
}
