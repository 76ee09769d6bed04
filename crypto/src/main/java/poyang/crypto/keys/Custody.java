package poyang.crypto.keys;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.util.BigIntegers;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A root key in several hands: any `needed` of its shares give the key, fewer say nothing but the public
/// key.
///
/// The field is that of SM2's scalars, the integers modulo the group's order, not GF(256): there a share
/// can be checked against public commitments, and the commitment to the key is its public key, which
/// is known anyway. The coefficients are uniform in 1 … n−2, short of uniform in the field by 2^-254.
///
/// The recovered key exists in memory only; nothing here writes it.
public final class Custody {
    static final int NEEDED_MIN = 2;
    static final int SHARES_MAX = 32;

    static final BigInteger ORDER = CustomNamedCurves.getByName("sm2p256v1").getN();

    private Custody() {}

    /// One share for each holder, in their order.
    ///
    /// @throws PoyangException `BAD_SHARE` unless 2 ≤ needed ≤ holders ≤ 32 and the holders' names differ
    public static List<Share> split(Sm2PrivateKey key, int needed, List<String> holders, RandomSource random) {
        int total = holders.size();
        if (needed < NEEDED_MIN
                || needed > total
                || total > SHARES_MAX
                || holders.stream().distinct().count() != total) {
            throw new PoyangException(
                    CryptoErrors.BAD_SHARE,
                    "a key cannot be split so that " + needed + " of " + total + " shares give it",
                    "2 or more needed, at most 32 holders with names of their own, and not more needed than there are");
        }
        while (true) {
            List<BigInteger> coefficients = new ArrayList<>();
            List<Bytes> commitments = new ArrayList<>();
            add(key, coefficients, commitments);
            for (int j = 1; j < needed; j++) {
                try (Sm2PrivateKey coefficient = Sm2PrivateKey.generate(random)) {
                    add(coefficient, coefficients, commitments);
                }
            }
            Polynomial polynomial = new Polynomial(ORDER, coefficients);
            List<Share> shares = new ArrayList<>();
            for (int place = 1; place <= total; place++) {
                BigInteger value = polynomial.at(place);
                if (value.signum() == 0 || value.equals(ORDER.subtract(BigInteger.ONE))) {
                    break; // once in 2^250: no share may be a number that is no private key
                }
                shares.add(new Share(
                        new Share.Label(place, holders.get(place - 1), needed, total, commitments),
                        SecretBytes.taking(Share.KIND, BigIntegers.asUnsignedByteArray(32, value))));
            }
            if (shares.size() == total) {
                shares.forEach(Share::check);
                return shares;
            }
        }
    }

    private static void add(Sm2PrivateKey key, List<BigInteger> coefficients, List<Bytes> commitments) {
        try (SecretBytes scalar = KeyMaterial.dangerouslyReveal(key)) {
            coefficients.add(scalar.use(bytes -> new BigInteger(1, bytes)));
        }
        byte[] point = key.publicKey().encoded().slice(0, 33).toArray();
        point[0] = (byte) (2 + (key.publicKey().encoded().at(64) & 1));
        commitments.add(Bytes.wrap(point));
    }

    /// The key, in memory, for as long as the caller keeps it open.
    ///
    /// @throws PoyangException `TOO_FEW_SHARES`; `BAD_SHARE` naming the share that is of another custody,
    ///     given twice, or wrong
    public static Sm2PrivateKey combine(List<Share> shares) {
        if (shares.isEmpty()) {
            throw new PoyangException(CryptoErrors.TOO_FEW_SHARES, "there are no shares", "give the shares' files");
        }
        checkOneCustody(shares.stream().map(Share::label).toList());
        Share.Label label = shares.getFirst().label();
        Map<Integer, BigInteger> points = new TreeMap<>();
        for (Share share : shares) {
            if (points.put(share.label().place(), share.number()) != null) {
                throw bad(share.label().name() + " was given twice", "each share counts once");
            }
            share.check();
        }
        if (points.size() < label.needed()) {
            throw new PoyangException(
                    CryptoErrors.TOO_FEW_SHARES,
                    points.size() + " of the " + label.needed() + " shares needed are there",
                    "ask " + (label.needed() - points.size()) + " more of the " + label.total() + " holders");
        }
        Sm2PrivateKey key = KeyMaterial.consume(BigIntegers.asUnsignedByteArray(32, Polynomial.atZero(ORDER, points)));
        Bug.unless(key.publicKey().equals(label.publicKey()), "shares that agree with their commitments give the key");
        return key;
    }

    /// Names the shares that do not belong with the others, before any password is asked.
    ///
    /// @throws PoyangException `BAD_SHARE`
    public static void checkOneCustody(List<Share.Label> labels) {
        Map<Bytes, List<Share.Label>> groups = labels.stream()
                .collect(Collectors.groupingBy(Share.Label::custody, LinkedHashMap::new, Collectors.toList()));
        if (groups.size() < 2) {
            return;
        }
        int most = groups.values().stream().mapToInt(List::size).max().orElseThrow();
        List<List<Share.Label>> largest =
                groups.values().stream().filter(g -> g.size() == most).toList();
        List<Share.Label> foreign = largest.size() > 1
                ? labels
                : labels.stream()
                        .filter(l -> !l.custody()
                                .equals(largest.getFirst().getFirst().custody()))
                        .toList();
        throw bad(
                foreign.stream().map(Share.Label::name).collect(Collectors.joining("; "))
                        + (largest.size() > 1
                                ? " are of different custodies"
                                : " is of another custody than the others"),
                "shares of one splitting are needed");
    }

    private static PoyangException bad(String wrong, String right) {
        return new PoyangException(CryptoErrors.BAD_SHARE, wrong, right);
    }
}
