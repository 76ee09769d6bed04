package poyang.crypto;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Verifier;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// A public key on the SM2 curve, checked when it was decoded.
public final class Sm2PublicKey implements VerificationKey {
    /// The default distinguishing identifier of GM/T 0009.
    private static final byte[] USER_ID = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

    /// a ‖ b ‖ x(G) ‖ y(G) of GB/T 32918.5.
    private static final byte[] CURVE = HexFormat.of()
            .parseHex("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
                    + "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
                    + "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
                    + "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0");

    private static final int WEIGHT_BYTES = 16;
    private static final int LONGEST_ID_BYTES = 8191;

    private final Sm2Point point;
    private final Bytes encoded;
    private final byte[] identity;
    private final Sm2Verifier verifier;

    Sm2PublicKey(Sm2Point point) {
        this.point = point;
        encoded = Bytes.wrap(point.encode());
        identity = identity(USER_ID, point);
        verifier = new Sm2Verifier(point, SeenKeys.USES_BEFORE_COMB);
    }

    /// Z_A of GB/T 32918.2 section 5.5, whose length of the identifier has 16 bits.
    static byte[] identity(byte[] userId, Sm2Point key) {
        Bug.unless(userId.length <= LONGEST_ID_BYTES, "an identifier has at most 8191 bytes");
        int bits = userId.length * 8;
        return Sm3.digest(new byte[] {(byte) (bits >>> 8), (byte) bits}, userId, CURVE, key.x(), key.y());
    }

    /// Decodes 65 bytes (uncompressed) or 33 (compressed).
    ///
    /// @throws PoyangException `BAD_KEY` when they are no point of the curve, or its neutral element
    public static Sm2PublicKey decode(byte[] encoded) {
        return SeenKeys.find(
                        Bytes.copyOf(encoded), () -> Sm2Point.decode(encoded).map(Sm2PublicKey::new))
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.BAD_KEY,
                        "these " + encoded.length + " bytes are no SM2 public key",
                        "a point of the SM2 curve in 65 bytes (04 ‖ x ‖ y) or 33 bytes is needed"));
    }

    @Override
    public CryptoSuite suite() {
        return CryptoSuite.SM;
    }

    /// 65 bytes, uncompressed.
    @Override
    public Bytes encoded() {
        return encoded;
    }

    Sm2Point point() {
        return point;
    }

    /// Z_A of GB/T 32918.2 section 5.5 under the default identifier of the signer, 32 bytes: what SM3 takes
    /// before the message.
    public Bytes identity() {
        return Bytes.wrap(identity.clone());
    }

    /// e = SM3(Z_A ‖ M)
    byte[] digest(byte[] message) {
        return Sm3.digest(identity, message);
    }

    /// GB/T 32918.2 section 7, and the parity of the recomputed point.
    @Override
    public boolean verify(byte[] message, Signature signature) {
        return claim(digest(message), signature).holds();
    }

    private Sm2Verifier.Claim claim(byte[] digest, Signature signature) {
        return new Sm2Verifier.Claim(verifier, digest, signature.rs().toArray(), signature.parity());
    }

    @Override
    public boolean verifyWithoutParity(byte[] message, byte[] rs) {
        return verifyWithoutParity(USER_ID, message, rs);
    }

    /// GB/T 32918.2 section 7 for a signature r ‖ s of 64 bytes that carries no parity, as those of
    /// certificates do, with the signer's own identifier.
    public boolean verifyWithoutParity(byte[] userId, byte[] message, byte[] rs) {
        byte[] digest = Sm3.digest(identity(userId, point), message);
        return rs.length == 64 && new Sm2Verifier.Claim(verifier, digest, rs, Sm2Verifier.ANY_PARITY).holds();
    }

    /// The verdicts of {@link #verify} on each check, found by one equation where all are valid. Its
    /// weights are derived by SM3 from all checks together, so they are fixed only after all signatures are.
    static List<Boolean> verdicts(List<Check> checks) {
        List<Sm2Verifier.Claim> claims = new ArrayList<>();
        List<byte[]> digests = digests(checks);
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            Sm2PublicKey key = (Sm2PublicKey) check.key();
            claims.add(key.claim(digests.get(i), check.signature()));
        }
        List<Boolean> verdicts = new ArrayList<>();
        for (boolean verdict : Sm2Verifier.verdicts(claims, () -> weights(checks, digests))) {
            verdicts.add(verdict);
        }
        return List.copyOf(verdicts);
    }

    private static byte[] weights(List<Check> checks, List<byte[]> digests) {
        CanonicalWriter all = new CanonicalWriter("poyang.batch-verification.v1");
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            all.bytes(check.key().encoded())
                    .bytes(digests.get(i))
                    .bytes(check.signature().encoded());
        }
        return new SeededRandom(Sm3.digest(all.toArray()), "weights").bytes(WEIGHT_BYTES * checks.size());
    }

    /// Those of {@link #digest}, together.
    private static List<byte[]> digests(List<Check> checks) {
        List<byte[]> messages = new ArrayList<>();
        for (Check check : checks) {
            byte[] identity = ((Sm2PublicKey) check.key()).identity;
            byte[] message =
                    Arrays.copyOf(identity, identity.length + check.message().length());
            check.message().copyInto(message, identity.length);
            messages.add(message);
        }
        return CryptoSuite.SM.digestAll(new byte[0], messages);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sm2PublicKey key && encoded.equals(key.encoded);
    }

    @Override
    public int hashCode() {
        return encoded.hashCode();
    }

    @Override
    public String toString() {
        return "Sm2PublicKey[" + encoded.hex() + "]";
    }
}
