package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bytes;

/// What one side signs the other accepts, and for a given nonce both sides' numbers are the same.
final class SigningProperty implements CryptoProperty {
    private static final int LONGEST_BYTES = 200;
    private static final int LONGEST_ID_BYTES = 70;

    @Override
    public void check(Draws draws) {
        BigInteger d = draws.secret();
        Sm2PrivateKey key = Sm2PrivateKey.of(Draws.octets(d));
        byte[] message = draws.bytes(draws.length(64, LONGEST_BYTES));
        boolean ordinary = draws.oneIn(2);
        byte[] id = ordinary ? Twin.USER_ID : draws.bytes(draws.below(LONGEST_ID_BYTES));
        var theirKey =
                Twin.key(key.publicKey().encoded().toArray()).orElseThrow(() -> new AssertionError("no key to them"));
        same("public key", Twin.encoded(Twin.base(d)), key.publicKey().encoded().toArray());
        same("scalar", d, new BigInteger(1, key.scalar()));

        Signature ours = ordinary ? key.sign(message) : key.sign(id, message);
        byte[] rs = ours.rs().toArray();
        holds("they refuse our signature", Twin.verify(theirKey, id, message, rs));
        holds("we refuse our signature", key.publicKey().verifyWithoutParity(id, message, rs));
        if (ordinary) {
            holds("the parity is wrong", key.publicKey().verify(message, ours));
            Signature other = new Signature(ours.rs(), 1 - ours.parity());
            holds("the other parity is accepted", !key.publicKey().verify(message, other));
        }
        byte[] theirs = Twin.sign(d, id, message, draws.source());
        holds("we refuse their signature", key.publicKey().verifyWithoutParity(id, message, theirs));
        nonce(draws, d);
    }

    /// r = e + x(kG), s = (k − r·d)/(1 + d), by big integers.
    private static void nonce(Draws draws, BigInteger d) {
        BigInteger k = draws.number();
        byte[] digest = Draws.octets(draws.number());
        Optional<Sm2Secret.Signed> ours =
                Sm2Secret.of(Draws.octets(d)).orElseThrow().sign(digest, Draws.octets(k));
        if (k.signum() == 0 || k.compareTo(Draws.N) >= 0) {
            holds("a nonce out of range is taken", ours.isEmpty());
            return;
        }
        if (ours.isEmpty()) {
            // only the stretches of 2^64 at the two ends may be left out
            BigInteger end = k.min(Draws.N.subtract(k));
            holds("a good nonce is refused", end.bitLength() <= 64);
            return;
        }
        ECPoint point = Twin.base(k);
        BigInteger r = point.getAffineXCoord()
                .toBigInteger()
                .add(new BigInteger(1, digest))
                .mod(Draws.N);
        BigInteger s = k.subtract(r.multiply(d))
                .multiply(d.add(BigInteger.ONE).modInverse(Draws.N))
                .mod(Draws.N);
        Bytes rs = ours.get().rs();
        same("r", Draws.octets(r), Arrays.copyOf(rs.toArray(), 32));
        same("s", Draws.octets(s), rs.slice(32, 64).toArray());
        same("parity", point.getAffineYCoord().testBitZero() ? 1 : 0, ours.get().parity());
    }
}
