package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SecretBytes;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class CustodyTest {
    private static final List<String> HOLDERS = List.of("张主任", "Li", "Wang", "Zhao", "Chen");
    private final RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "custody");
    private final Sm2PrivateKey root = Sm2PrivateKey.generate(random);

    @Test
    void anyThreeOfFiveGiveTheKeyAndTwoDoNot() {
        List<Share> shares = Custody.split(root, 3, HOLDERS, random);
        int recovered = 0;
        for (int chosen = 0; chosen < 1 << 5; chosen++) {
            List<Share> some = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                if ((chosen >> i & 1) == 1) {
                    some.add(shares.get(i));
                }
            }
            if (some.size() >= 3) {
                try (Sm2PrivateKey key = Custody.combine(some.reversed())) {
                    assertEquals(root.publicKey(), key.publicKey());
                    byte[] message = {1, 2, 3};
                    assertTrue(root.publicKey().verify(message, key.sign(message)));
                    recovered++;
                }
            } else {
                assertEquals(CryptoErrors.TOO_FEW_SHARES, refusal(some).code());
            }
        }
        assertEquals(16, recovered);
    }

    /// In a field of 11 elements every pair of shares of a 3-of-n splitting occurs equally often under
    /// every secret: exhaustively, all 11² polynomials for each secret.
    @Test
    void oneShareLessSaysNothingAboutTheSecret() {
        BigInteger eleven = BigInteger.valueOf(11);
        Map<String, int[]> seen = new TreeMap<>();
        for (int secret = 0; secret < 11; secret++) {
            for (int a = 0; a < 11; a++) {
                for (int b = 0; b < 11; b++) {
                    Polynomial p = new Polynomial(
                            eleven, List.of(BigInteger.valueOf(secret), BigInteger.valueOf(a), BigInteger.valueOf(b)));
                    assertEquals(
                            BigInteger.valueOf(secret),
                            Polynomial.atZero(eleven, new TreeMap<>(Map.of(1, p.at(1), 4, p.at(4), 9, p.at(9)))));
                    seen.computeIfAbsent(p.at(2) + "," + p.at(7), _ -> new int[11])[secret]++;
                }
            }
        }
        assertEquals(121, seen.size());
        for (Map.Entry<String, int[]> pair : seen.entrySet()) {
            for (int count : pair.getValue()) {
                assertEquals(1, count, pair.getKey());
            }
        }
    }

    /// The same in the field of the real thing: two shares and any other secret lie on one polynomial.
    @Test
    void twoRealSharesFitEverySecret() {
        List<Share> shares = Custody.split(root, 3, HOLDERS, random);
        for (int i = 0; i < 20; i++) {
            BigInteger other = new BigInteger(1, random.bytes(32)).mod(Custody.ORDER);
            // the third share that would make `other` the secret, by interpolating through place 0 instead
            BigInteger third = valueAt(
                    5,
                    Map.of(0, other, 1, shares.get(0).number(), 2, shares.get(1).number()));
            assertEquals(
                    other,
                    Polynomial.atZero(
                            Custody.ORDER,
                            new TreeMap<>(Map.of(
                                    1, shares.get(0).number(), 2, shares.get(1).number(), 5, third))));
        }
    }

    private static BigInteger valueAt(int x, Map<Integer, BigInteger> points) {
        BigInteger sum = BigInteger.ZERO;
        for (Map.Entry<Integer, BigInteger> point : new TreeMap<>(points).entrySet()) {
            BigInteger term = point.getValue();
            for (int other : points.keySet()) {
                if (other != point.getKey()) {
                    term = term.multiply(BigInteger.valueOf(x - other))
                            .multiply(BigInteger.valueOf(point.getKey() - other).modInverse(Custody.ORDER))
                            .mod(Custody.ORDER);
                }
            }
            sum = sum.add(term).mod(Custody.ORDER);
        }
        return sum;
    }

    @Test
    void aShareComesBackFromItsFileOnlyUnderItsPassword() {
        List<Share> shares = Custody.split(root, 2, HOLDERS.subList(0, 3), random);
        List<Share> opened = new ArrayList<>();
        for (Share share : shares) {
            char[] password = ("Holder-pass-" + share.label().place()).toCharArray();
            byte[] file = share.encode(password, random);
            assertEquals(share.label(), Share.label(file));
            opened.add(Share.open(file, password));
            PoyangException refusal =
                    assertThrows(PoyangException.class, () -> Share.open(file, "another".toCharArray()));
            assertEquals(CryptoErrors.WRONG_PASSWORD, refusal.code());
        }
        assertEquals(root.publicKey(), Custody.combine(opened.subList(1, 3)).publicKey());
        assertFalse(opened.toString().contains("SecretBytes"));
    }

    @Test
    void aWrongShareIsNamed() {
        List<Share> shares = Custody.split(root, 3, HOLDERS, random);
        BigInteger changed = shares.get(1).number().add(BigInteger.ONE).mod(Custody.ORDER);
        Share wrong = new Share(
                shares.get(1).label(), SecretBytes.taking("share", BigIntegers.asUnsignedByteArray(32, changed)));
        PoyangException refusal = refusal(List.of(shares.get(0), wrong, shares.get(2)));
        assertEquals(CryptoErrors.BAD_SHARE, refusal.code());
        assertTrue(refusal.wrong().contains("share 2 of Li"), refusal.wrong());
        // a holder who seals a wrong share anew under an own password is found when the file is opened
        byte[] file = wrong.encode("Li-wrote-this-1".toCharArray(), 16, random);
        PoyangException opening =
                assertThrows(PoyangException.class, () -> Share.open(file, "Li-wrote-this-1".toCharArray()));
        assertTrue(opening.wrong().contains("share 2 of Li"), opening.wrong());
    }

    @Test
    void aForeignOrRepeatedShareIsNamed() {
        List<Share> shares = Custody.split(root, 3, HOLDERS, random);
        List<Share> others = Custody.split(root, 3, List.of("Qian", "Sun", "Wu"), random);
        PoyangException foreign = refusal(List.of(shares.get(0), others.get(1), shares.get(2)));
        assertEquals(CryptoErrors.BAD_SHARE, foreign.code());
        assertTrue(
                foreign.wrong().contains("share 2 of Sun") && !foreign.wrong().contains("Wang"), foreign.wrong());
        PoyangException tie = refusal(List.of(shares.get(0), others.get(1)));
        assertTrue(tie.wrong().contains("张主任") && tie.wrong().contains("Sun"), tie.wrong());
        PoyangException twice = refusal(List.of(shares.get(0), shares.get(1), shares.get(0)));
        assertTrue(twice.wrong().contains("share 1 of 张主任") && twice.wrong().contains("twice"), twice.wrong());
    }

    @Test
    void everyChangedByteOfAShareFileIsRefused() {
        byte[] good = Custody.split(root, 2, HOLDERS.subList(0, 2), random)
                .getFirst()
                .encode("Holder-pass-1".toCharArray(), 16, random);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            PoyangException refusal =
                    assertThrows(PoyangException.class, () -> Share.open(bad, "Holder-pass-1".toCharArray()));
            assertEquals(CryptoErrors.UNKNOWN_KEY_FORM, refusal.code(), "byte " + i);
            // with the checksum put right again, the password box still finds it
            byte[] content = java.util.Arrays.copyOf(bad, bad.length - 32);
            byte[] mended = java.util.Arrays.copyOf(content, bad.length);
            System.arraycopy(poyang.crypto.Sm3.digest(content), 0, mended, content.length, 32);
            if (i < content.length) {
                PoyangException second =
                        assertThrows(PoyangException.class, () -> Share.open(mended, "Holder-pass-1".toCharArray()));
                assertEquals(2, second.code().number() / 1000, "byte " + i + ": " + second);
            }
        }
    }

    @Test
    void impossibleSplittingsAreRefused() {
        for (int needed : new int[] {0, 1, 6}) {
            assertThrows(PoyangException.class, () -> Custody.split(root, needed, HOLDERS, random));
        }
        assertThrows(PoyangException.class, () -> Custody.split(root, 2, List.of("a", "a", "b"), random));
    }

    private static PoyangException refusal(List<Share> shares) {
        return assertThrows(PoyangException.class, () -> Custody.combine(shares));
    }
}
