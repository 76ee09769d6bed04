package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.crypto.agreement.SM2KeyExchange;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithID;
import org.bouncycastle.crypto.params.SM2KeyExchangePrivateParameters;
import org.bouncycastle.crypto.params.SM2KeyExchangePublicParameters;
import poyang.crypto.Sm2KeyAgreement.Agreed;
import poyang.kernel.PoyangException;

/// We agree with the twin in both roles on key and confirmations; ephemeral points that are none, and
/// those that would give the neutral element, are refused on both sides.
final class AgreementProperty implements CryptoProperty {
    private static final int LONGEST_ID_BYTES = 40;
    private static final int LONGEST_KEY_BYTES = 100;

    /// One side's numbers.
    private static final class Side {
        private final BigInteger d;
        private final BigInteger r;
        private final byte[] id;
        private final byte[] key;
        private final byte[] ephemeral;

        Side(BigInteger d, BigInteger r, byte[] id) {
            this.d = d;
            this.r = r;
            this.id = id;
            key = Twin.encoded(Twin.base(d));
            ephemeral = Twin.encoded(Twin.base(r));
        }

        /// The twin's object on this side.
        SM2KeyExchange exchange(boolean initiator) {
            SM2KeyExchange exchange = new SM2KeyExchange();
            exchange.init(new ParametersWithID(
                    new SM2KeyExchangePrivateParameters(initiator, Twin.secret(d), Twin.secret(r)), id));
            return exchange;
        }

        /// What this side shows the twin.
        ParametersWithID shown(ECPublicKeyParameters ephemeral) {
            return new ParametersWithID(
                    new SM2KeyExchangePublicParameters(Twin.key(key).orElseThrow(), ephemeral), id);
        }
    }

    @Override
    public void check(Draws draws) {
        Side ours = new Side(draws.secret(), draws.secret(), draws.bytes(draws.below(LONGEST_ID_BYTES)));
        BigInteger r = draws.scalar();
        // one in eight has P = −x̄·R, which leaves no common point
        boolean neutral = draws.oneIn(8);
        BigInteger d = neutral ? half(r).multiply(r).negate().mod(Draws.N) : draws.scalar();
        Side theirs = new Side(d, r, draws.bytes(draws.below(LONGEST_ID_BYTES)));
        byte[] shown = draws.oneIn(5) ? draws.mutated(theirs.ephemeral) : theirs.ephemeral;
        int keyBytes = 1 + draws.below(LONGEST_KEY_BYTES);
        boolean initiator = draws.oneIn(2);

        boolean form = shown.length == 65 && shown[0] == 4;
        boolean twinTakes = twinTakes(ours, theirs, shown, initiator, keyBytes);
        Sm2PrivateKey key = Sm2PrivateKey.of(Draws.octets(ours.d));
        try (Sm2KeyAgreement side = Sm2KeyAgreement.withEphemeral(key, ours.id, initiator, Draws.octets(ours.r))) {
            same("ephemeral", ours.ephemeral, side.ephemeral().toArray());
            Agreed agreed = side.agree(Sm2PublicKey.decode(theirs.key), theirs.id, shown, keyBytes);
            holds("we agree where the twin does not", form && !neutral && twinTakes);
            agree(ours, theirs, initiator, agreed);
        } catch (PoyangException e) {
            holds("refused with " + e.code(), e.code().equals(CryptoErrors.AUTHENTICATION_FAILED));
            holds("we refuse what the twin takes", neutral || !form || !twinTakes);
        }
    }

    /// x̄ of the point r·G: 2^127 + (x mod 2^127).
    private static BigInteger half(BigInteger r) {
        BigInteger bit = BigInteger.ONE.shiftLeft(127);
        return Twin.base(r).getAffineXCoord().toBigInteger().mod(bit).add(bit);
    }

    /// Whether the twin in our place gets a key at all.
    private static boolean twinTakes(Side ours, Side theirs, byte[] shown, boolean initiator, int keyBytes) {
        Optional<ECPublicKeyParameters> ephemeral = Twin.key(shown);
        if (ephemeral.isEmpty()) {
            return false;
        }
        try {
            return ours.exchange(initiator).calculateKey(8 * keyBytes, theirs.shown(ephemeral.get())).length > 0;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /// The twin in the other side's place has the same key and confirmations.
    private static void agree(Side ours, Side theirs, boolean initiator, Agreed agreed) {
        byte[] first = agreed.fromResponder().toArray();
        byte[] second = agreed.fromInitiator().toArray();
        ParametersWithID shown = ours.shown(Twin.key(ours.ephemeral).orElseThrow());
        int bits = 8 * agreed.key().length;
        SM2KeyExchange exchange = theirs.exchange(!initiator);
        // as a responder it gives key, S1 and S2; as an initiator it checks S1, and gives key and S2
        byte[][] got = exchange.calculateKeyWithConfirmation(bits, first, shown);
        same("key", got[0], agreed.key());
        same("S2", got[got.length - 1], second);
        if (initiator) {
            same("S1", got[1], first);
        }
    }
}
