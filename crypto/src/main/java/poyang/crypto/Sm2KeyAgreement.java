package poyang.crypto;

import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One side of the SM2 key exchange, GB/T 32918.3 section 6, with key confirmation.
///
/// Each side sends {@link #ephemeral}; with the other's in hand, {@link #agree} gives the key and the two
/// confirmations S1 (the responder sends it) and S2 (the initiator sends it), which must be compared before
/// the key is used. In constant time with respect to both secrets. An instance agrees on one key.
public final class Sm2KeyAgreement implements AutoCloseable {
    private static final int HALF_BYTES = 16;
    private static final byte FIRST = 2;
    private static final byte SECOND = 3;

    private final Sm2PrivateKey own;
    private final byte[] ownId;
    private final boolean initiator;
    private final Sm2Secret secret;
    private final Sm2Point point;
    private boolean used;

    private Sm2KeyAgreement(Sm2PrivateKey own, byte[] ownId, boolean initiator, Sm2Secret secret) {
        this.own = own;
        this.ownId = ownId.clone();
        this.initiator = initiator;
        this.secret = secret;
        point = secret.timesBase();
    }

    public static Sm2KeyAgreement initiator(Sm2PrivateKey own, byte[] ownId, RandomSource random) {
        return new Sm2KeyAgreement(own, ownId, true, Sm2Secret.random(random));
    }

    public static Sm2KeyAgreement responder(Sm2PrivateKey own, byte[] ownId, RandomSource random) {
        return new Sm2KeyAgreement(own, ownId, false, Sm2Secret.random(random));
    }

    /// With a stated ephemeral scalar, for published examples.
    static Sm2KeyAgreement withEphemeral(Sm2PrivateKey own, byte[] ownId, boolean initiator, byte[] scalar) {
        return new Sm2KeyAgreement(
                own, ownId, initiator, Sm2Secret.of(scalar).orElseThrow(() -> new Bug("a usable scalar is needed")));
    }

    /// R_A or R_B in 65 bytes, to be sent to the other side.
    public Bytes ephemeral() {
        return Bytes.wrap(point.encode());
    }

    /// What both sides have in common afterwards. The key is a secret of the caller, who overwrites it.
    public static final class Agreed implements AutoCloseable {
        private final byte[] key;
        private final Bytes fromResponder;
        private final Bytes fromInitiator;

        Agreed(byte[] key, Bytes fromResponder, Bytes fromInitiator) {
            this.key = key;
            this.fromResponder = fromResponder;
            this.fromInitiator = fromInitiator;
        }

        /// The key itself, not a copy.
        public byte[] key() {
            return key;
        }

        /// S1 = S_B, 32 bytes.
        public Bytes fromResponder() {
            return fromResponder;
        }

        /// S2 = S_A, 32 bytes.
        public Bytes fromInitiator() {
            return fromInitiator;
        }

        @Override
        public void close() {
            Arrays.fill(key, (byte) 0);
        }

        @Override
        public String toString() {
            return "Sm2KeyAgreement.Agreed[" + key.length + " bytes]";
        }
    }

    /// @param otherEphemeral the other side's point, 65 bytes
    /// @throws PoyangException `AUTHENTICATION_FAILED` when it is no point or gives no common point
    public Agreed agree(Sm2PublicKey other, byte[] otherId, byte[] otherEphemeral, int keyBytes) {
        Bug.unless(!used, "an ephemeral key serves once");
        used = true;
        Optional<Sm2Point> theirs = Sm2Point.decode(otherEphemeral);
        Optional<Sm2Point> base = theirs.flatMap(r -> other.point().plus(r.times(half(r))));
        if (base.isEmpty()) {
            throw new PoyangException(
                    CryptoErrors.AUTHENTICATION_FAILED,
                    "the key agreement failed",
                    "the other side's ephemeral point in 65 bytes is needed");
        }
        Sm2Point shared;
        try (Sm2Secret exponent = own.secret().plusMultiple(half(point), secret)) {
            shared = exponent.times(base.get());
        }
        byte[] ownZ = Sm2PublicKey.identity(ownId, own.publicKey().point());
        byte[] otherZ = Sm2PublicKey.identity(otherId, other.point());
        byte[] zA = initiator ? ownZ : otherZ;
        byte[] zB = initiator ? otherZ : ownZ;
        Sm2Point rA = initiator ? point : theirs.get();
        Sm2Point rB = initiator ? theirs.get() : point;
        byte[] inner = Sm3.digest(shared.x(), zA, zB, rA.x(), rA.y(), rB.x(), rB.y());
        return new Agreed(
                Sm2Encryption.keyStream(keyBytes, shared.x(), shared.y(), zA, zB),
                Sm3.hash(new byte[] {FIRST}, shared.y(), inner),
                Sm3.hash(new byte[] {SECOND}, shared.y(), inner));
    }

    /// x̄ = 2^127 + (x mod 2^127) in 32 bytes.
    private static byte[] half(Sm2Point r) {
        byte[] x = r.x();
        Arrays.fill(x, 0, HALF_BYTES, (byte) 0);
        x[HALF_BYTES] |= (byte) 0x80;
        return x;
    }

    @Override
    public void close() {
        secret.close();
    }
}
