package poyang.homomorphic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.paillier.PaillierCiphertext;
import poyang.homomorphic.paillier.PaillierPacking;
import poyang.homomorphic.paillier.PaillierPublicKey;
import poyang.homomorphic.paillier.PaillierSecretKey;
import poyang.homomorphic.paillier.PaillierShares;
import poyang.homomorphic.rlwe.Bfv;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.BfvSession;
import poyang.homomorphic.rlwe.Ckks;
import poyang.homomorphic.rlwe.CkksCiphertext;
import poyang.homomorphic.rlwe.CkksParameters;
import poyang.homomorphic.rlwe.CkksResult;
import poyang.homomorphic.rlwe.JointCkks;
import poyang.homomorphic.rlwe.JointKey;
import poyang.homomorphic.rlwe.RelinearisationKey;
import poyang.homomorphic.rlwe.RlwePublicKey;
import poyang.homomorphic.rlwe.RlweSecretKey;
import poyang.homomorphic.rlwe.RotationKeys;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// The code of `docs/homomorphic.md`, run; the page must hold these very statements.
final class GuideTest {
    private final RandomSource random = new SeededRandom(new byte[32], "guide");

    @Test
    void exactIntegers() {
        Bfv bfv = new Bfv(BfvParameters.standard(8192, 20)); // 8,192 slots modulo a prime of 20 bits
        RlweSecretKey secret = bfv.secretKey(random);
        RlwePublicKey open = bfv.publicKey(secret, random);
        RelinearisationKey products = bfv.relinearisationKey(secret, random);
        RotationKeys rotations = bfv.rotationKeys(secret, random);

        BfvCiphertext x = bfv.encrypt(open, bfv.encode(3, -5, 7), random);
        BfvCiphertext y = bfv.encrypt(open, bfv.encode(10, 20, 30), random);
        BfvCiphertext inner = bfv.sumSlots(bfv.multiply(x, y, products), rotations);
        BfvCiphertext hidden = bfv.flood(inner, open, random); // before it is handed to the key's holder
        long sum = bfv.decode(bfv.decrypt(secret, hidden))[0]; // 140
        assertEquals(140, sum);
    }

    @Test
    void approximateNumbers() {
        Ckks ckks = new Ckks(CkksParameters.wide(16384));
        RlweSecretKey secret = ckks.secretKey(random);
        RlwePublicKey open = ckks.publicKey(secret, random);
        RotationKeys rotations = ckks.rotationKeys(secret, random);

        double[][] weights = {{0.5, -0.25, 1}, {0.125, 2, 0}}; // two scores of three features
        CkksCiphertext features = ckks.encrypt(open, ckks.repeated(1.5, 2, -0.5), random);
        CkksCiphertext scores = ckks.add(ckks.multiply(weights, features, rotations), ckks.repeated(0.1, 0.2));
        CkksResult result =
                ckks.decryptForRelease(secret, scores, 100, random); // 100 results at most are ever released
        double first = result.real()[0]; // -0.15, within result.error()
        assertEquals(-0.15, first, result.error());
        assertTrue(result.error() < 1e-4, "bound " + result.error());
    }

    @Test
    void aKeyThatNoOneHolds() {
        Bytes seed = Bytes.wrap(random.bytes(32));
        Ckks scheme = new Ckks(CkksParameters.wide(16384));
        JointCkks joint = scheme.joint(2); // bfv.joint(2) likewise
        RlweSecretKey one = joint.scheme().secretKey(random); // each party makes its own,
        RlweSecretKey two = joint.scheme().secretKey(random); // and sends shares
        JointKey common = joint.key(
                seed, List.of(joint.publicKeyShare(0, one, seed, random), joint.publicKeyShare(1, two, seed, random)));

        CkksCiphertext x = joint.scheme().encrypt(common.publicKey(), new double[] {1.5, -2}, random);
        CkksResult opened = joint.decrypt(
                common,
                x,
                100,
                List.of(
                        joint.decryptionShare(common, 0, one, x, 100, random),
                        joint.decryptionShare(common, 1, two, x, 100, random)));
        assertEquals(-2, opened.real()[1], opened.error());
    }

    @Test
    void sums() {
        PaillierSecretKey secret = PaillierSecretKey.generate(random); // 3,072 bits
        PaillierPublicKey open = secret.publicKey();
        PaillierPacking packing = new PaillierPacking(8, 24, 1000); // 8 binary places, 24 bits before, 1,000 sums

        BigInteger first = packing.pack(open, List.of(new BigDecimal("12.5"), new BigDecimal("-3")));
        BigInteger second = packing.pack(open, List.of(new BigDecimal("0.5"), new BigDecimal("10")));
        PaillierCiphertext sum = open.add(open.encrypt(first, random), open.encrypt(second, random));
        List<BigDecimal> totals = packing.unpack(secret.decrypt(sum), 2); // 13 and 7

        List<PaillierShares.Holder> holders =
                PaillierShares.split(secret, 5, 3, random); // then the dealer closes the secret key
        PaillierShares shares = holders.getFirst().shares();
        List<PaillierShares.Part> parts = List.of(
                holders.get(0).part(sum, random),
                holders.get(2).part(sum, random),
                holders.get(4).part(sum, random));
        List<BigDecimal> opened = packing.unpack(shares.combine(sum, parts), 2); // 13 and 7 once more
        assertEquals(totals, opened);
        assertEquals(0, totals.get(0).compareTo(new BigDecimal("13")));
        assertEquals(0, totals.get(1).compareTo(new BigDecimal("7")));
    }

    @Test
    void aSessionByWhateverIsHere() {
        BfvParameters parameters = BfvParameters.standard(8192, 20);
        BfvSession session = BfvSession.openNative(parameters) // SEAL 4, where libsealc was found at start
                .orElseGet(() -> BfvSession.open(parameters, random));
        BfvSession.Value x = session.encrypt(3, -5, 7);
        long product = session.decrypt(session.multiply(x, x))[2]; // 49
        session.close();
        assertEquals(49, product);
    }

    @Test
    void thePageHoldsTheseStatements() throws IOException {
        Path home = Path.of("").toAbsolutePath();
        while (home.getParent() != null && !Files.exists(home.resolve("docs/homomorphic.md"))) {
            home = home.getParent();
        }
        String code =
                squeezed(Files.readString(home.resolve("homomorphic/src/test/java/poyang/homomorphic/GuideTest.java")));
        List<String> blocks = new ArrayList<>();
        String page = Files.readString(home.resolve("docs/homomorphic.md"));
        for (int at = page.indexOf("```java"); at >= 0; at = page.indexOf("```java", at + 1)) {
            blocks.add(page.substring(at + 7, page.indexOf("```", at + 7)));
        }
        assertEquals(6, blocks.size());
        for (String block : blocks) {
            assertTrue(code.contains(squeezed(block)), "not run here: " + block);
        }
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
