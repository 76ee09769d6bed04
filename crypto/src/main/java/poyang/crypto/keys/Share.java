package poyang.crypto.keys;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One custodian's share of a root key, for a file of its own under a password of its own.
///
/// Beside the share stand commitments that anyone may read: C_j = a_j·G for each coefficient a_j of the
/// polynomial, C_0 being the public key of the shared key itself. A share s at place i is right exactly
/// when s·G = Σ i^j·C_j, so a wrong one is found, and named, by whoever holds it (Feldman, "A practical
/// scheme for non-interactive verifiable secret sharing", FOCS 1987).
public final class Share implements AutoCloseable {
    static final String KIND = "key-share";
    private static final String DOMAIN = "poyang.key-share.v1";
    private static final int NAME_BYTES_MAX = 256;

    private final Label label;
    private final SecretBytes value;

    /// What everybody may know of a share.
    ///
    /// @param place from 1 on
    /// @param holder who keeps it
    /// @param needed how many shares give the key
    /// @param total how many were made
    /// @param commitments `needed` points of the curve, 33 bytes each
    public record Label(int place, String holder, int needed, int total, List<Bytes> commitments) {
        public Label {
            commitments = List.copyOf(commitments);
        }

        /// Names the splitting: shares of different splittings do not mix.
        public Bytes custody() {
            CanonicalWriter out = new CanonicalWriter(DOMAIN).u32(needed).u32(total);
            return Sm3.hash(out.list(commitments, CanonicalWriter::bytes).toArray())
                    .slice(0, 8);
        }

        /// The public key of the shared key.
        public Sm2PublicKey publicKey() {
            return Sm2PublicKey.decode(commitments.getFirst().toArray());
        }

        /// For messages.
        String name() {
            return "share " + place + " of " + holder + " (custody " + custody().hex() + ")";
        }

        private Bytes encode() {
            return new CanonicalWriter(DOMAIN)
                    .u32(place)
                    .text(holder)
                    .u32(needed)
                    .u32(total)
                    .list(commitments, CanonicalWriter::bytes)
                    .toBytes();
        }

        private static Label decode(Bytes encoded) {
            CanonicalReader in = new CanonicalReader(DOMAIN, encoded.toArray());
            Label label = new Label(
                    (int) in.u32(),
                    in.text(NAME_BYTES_MAX),
                    (int) in.u32(),
                    (int) in.u32(),
                    in.list(Custody.SHARES_MAX, r -> r.exactly(33)));
            in.end();
            boolean sound = label.needed >= Custody.NEEDED_MIN
                    && label.needed <= label.total
                    && label.total <= Custody.SHARES_MAX
                    && label.place >= 1
                    && label.place <= label.total
                    && label.commitments.size() == label.needed;
            if (!sound) {
                throw bad("the share's label is contradictory: place " + label.place + " of " + label.total + ", "
                        + label.needed + " needed, " + label.commitments.size() + " commitments");
            }
            label.commitments.forEach(point -> Sm2PublicKey.decode(point.toArray()));
            return label;
        }
    }

    Share(Label label, SecretBytes value) {
        this.label = label;
        this.value = value;
    }

    public Label label() {
        return label;
    }

    /// The share's file under its holder's password.
    public byte[] encode(char[] password, RandomSource random) {
        return encode(password, PasswordDerivation.ITERATIONS, random);
    }

    byte[] encode(char[] password, int iterations, RandomSource random) {
        return PasswordBox.seal(KIND, label.encode(), password, value, iterations, random);
    }

    /// What stands on the file, readable without the password and so not yet proven.
    ///
    /// @throws PoyangException `UNKNOWN_KEY_FORM`, `BAD_SHARE`, `BAD_KEY`
    public static Label label(byte[] file) {
        return readLabel(PasswordBox.parse(KIND, file));
    }

    private static Label readLabel(PasswordBox box) {
        try {
            return Label.decode(box.readable());
        } catch (PoyangException e) {
            throw e.code().number() / 1000 == 2 ? e : bad("the share's label is malformed");
        }
    }

    /// @throws PoyangException `UNKNOWN_KEY_FORM`, `WRONG_PASSWORD`, `BAD_SHARE` when the share does not
    ///     agree with the commitments
    public static Share open(byte[] file, char[] password) {
        PasswordBox box = PasswordBox.parse(KIND, file);
        Label label = readLabel(box);
        Share share = new Share(label, box.open(password));
        try {
            share.check();
            return share;
        } catch (PoyangException e) {
            share.close();
            throw e;
        }
    }

    /// @throws PoyangException `BAD_SHARE` when s·G ≠ Σ i^j·C_j
    void check() {
        ECCurve curve = CustomNamedCurves.getByName("sm2p256v1").getCurve();
        List<ECPoint> points = new ArrayList<>();
        label.commitments.forEach(c -> points.add(curve.decodePoint(c.toArray())));
        ECPoint expected = curve.getInfinity();
        for (ECPoint point : points.reversed()) {
            expected = expected.multiply(BigInteger.valueOf(label.place)).add(point);
        }
        boolean right;
        try (Sm2PrivateKey own = KeyMaterial.privateKey(value)) {
            right = own.publicKey()
                    .encoded()
                    .equals(Bytes.wrap(expected.normalize().getEncoded(false)));
        } catch (PoyangException e) {
            right = false;
        }
        if (!right) {
            throw bad(label.name() + " is wrong: it does not agree with the commitments of its custody");
        }
    }

    BigInteger number() {
        return value.use(bytes -> new BigInteger(1, bytes));
    }

    private static PoyangException bad(String reason) {
        return new PoyangException(
                CryptoErrors.BAD_SHARE, reason, "leave it out, or ask its holder for the file as it was written");
    }

    @Override
    public void close() {
        value.close();
    }

    @Override
    public String toString() {
        return "Share[" + label.name() + "]";
    }
}
