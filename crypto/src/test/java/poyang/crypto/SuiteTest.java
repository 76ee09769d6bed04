package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.VerificationKey.Check;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Properties of the suite, each with its negative twin.
final class SuiteTest {
    private static final byte[] MESSAGE = "鄱阳".getBytes(StandardCharsets.UTF_8);

    private final RandomSource random = new SeededRandom(new byte[32], "suite-test");

    @Test
    void everyBitOfASignatureCounts() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        Signature signature = key.sign(MESSAGE);
        assertTrue(key.publicKey().verify(MESSAGE, signature));
        assertEquals(signature, Signature.decode(signature.encoded().toArray()));
        byte[] encoded = signature.encoded().toArray();
        for (int i = 0; i < encoded.length; i++) {
            byte[] bad = encoded.clone();
            bad[i] ^= 1;
            assertFalse(key.publicKey().verify(MESSAGE, Signature.decode(bad)), "octet " + i);
        }
        assertFalse(key.publicKey().verify(new byte[0], signature));
        assertFalse(Sm2PrivateKey.generate(random).publicKey().verify(MESSAGE, signature));
        for (byte[] bad : List.of(new byte[64], new byte[66], Arrays.copyOf(encoded, 64))) {
            assertThrows(PoyangException.class, () -> Signature.decode(bad));
        }
    }

    @Test
    void aBatchGivesTheVerdictsOfSingleChecks() {
        List<Sm2PrivateKey> keys = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            keys.add(Sm2PrivateKey.generate(random));
        }
        for (int size : new int[] {0, 1, 2, 3, 7, 40}) {
            for (int spoilt = 0; spoilt <= Math.min(size, 5); spoilt++) {
                List<Check> checks = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    Bytes message = Bytes.wrap(random.bytes(20));
                    Sm2PrivateKey key = keys.get(i % keys.size());
                    byte[] signature = key.sign(message.toArray()).encoded().toArray();
                    if (i % 7 < spoilt) {
                        signature[(i * 13 + spoilt) % 65] ^= 1;
                    }
                    checks.add(new Check(key.publicKey(), message, Signature.decode(signature)));
                }
                List<Boolean> singles = checks.stream()
                        .map(c -> c.key().verify(c.message().toArray(), c.signature()))
                        .toList();
                assertEquals(singles, VerificationKey.verifyBatch(checks));
            }
        }
    }

    @Test
    void twoSpoiltSignaturesDoNotCancelInABatch() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Bytes message = Bytes.utf8("m" + i);
            byte[] rs = key.sign(message.toArray()).rs().toArray();
            rs[63] = (byte) (rs[63] + (i == 0 ? 1 : i == 1 ? -1 : 0));
            checks.add(new Check(
                    key.publicKey(),
                    message,
                    new Signature(Bytes.wrap(rs), key.sign(message.toArray()).parity())));
        }
        assertEquals(List.of(false, false, true, true), VerificationKey.verifyBatch(checks));
    }

    /// A length that does not fit its 16 bits would let two identifiers have one hash.
    @Test
    void anIdentifierThatTheStandardHasNoRoomForIsRefused() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        byte[] longest = random.bytes(8191);
        byte[] rs = key.sign(longest, MESSAGE).rs().toArray();
        assertTrue(key.publicKey().verifyWithoutParity(longest, MESSAGE, rs));
        byte[] longer = Arrays.copyOf(longest, 8192);
        assertThrows(Bug.class, () -> key.sign(longer, MESSAGE));
        assertThrows(Bug.class, () -> key.publicKey().verifyWithoutParity(longer, MESSAGE, rs));
    }

    @Test
    void onlyPointsOfTheCurveAreKeys() {
        byte[] good = Sm2PrivateKey.generate(random).publicKey().encoded().toArray();
        assertEquals(Sm2PublicKey.decode(good).encoded(), Bytes.copyOf(good));
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 2;
            assertThrows(PoyangException.class, () -> Sm2PublicKey.decode(bad), "octet " + i);
        }
        assertThrows(PoyangException.class, () -> Sm2PublicKey.decode(new byte[] {0}));
        assertThrows(PoyangException.class, () -> Sm2PrivateKey.of(new byte[32]));
    }

    @Test
    void onlyTheReceiverOpensAnUnchangedBoxInItsContext() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        byte[] context = {1, 2};
        byte[] box = SealedBox.seal(key.publicKey(), context, MESSAGE, random);
        assertArrayEquals(MESSAGE, SealedBox.open(key, context, box));
        for (int i = 0; i < box.length; i++) {
            byte[] bad = box.clone();
            bad[i] ^= 4;
            assertThrows(PoyangException.class, () -> SealedBox.open(key, context, bad), "octet " + i);
        }
        assertThrows(PoyangException.class, () -> SealedBox.open(key, new byte[] {1}, box));
        assertThrows(PoyangException.class, () -> SealedBox.open(Sm2PrivateKey.generate(random), context, box));
        assertThrows(PoyangException.class, () -> SealedBox.open(key, context, Arrays.copyOf(box, 40)));
    }

    @Test
    void aClosedKeySignsNoMoreAndNeverPrintsItself() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        String secret = Bytes.wrap(key.scalar()).hex();
        assertFalse(key.toString().contains(secret.substring(0, 16)));
        key.close();
        assertThrows(Bug.class, () -> key.sign(MESSAGE));
    }

    @Test
    void seededRandomRepeatsItselfAndForksApart() {
        RandomSource one = new SeededRandom(new byte[32], "a");
        RandomSource same = new SeededRandom(new byte[32], "a");
        assertArrayEquals(one.fork("x").bytes(40), same.fork("x").bytes(40));
        assertArrayEquals(one.bytes(100), same.bytes(100));
        assertFalse(Arrays.equals(one.fork("x").bytes(40), one.fork("y").bytes(40)));
        assertFalse(Arrays.equals(one.bytes(40), new SeededRandom(new byte[32], "b").bytes(40)));
        assertNotEquals(0, ProcessRandom.open("test").nextLong());
    }

    @Test
    void merklePathsProveTheirLeafAndNothingElse() {
        assertEquals(Sm3.hash(), MerkleTree.root(List.of()));
        for (int count = 1; count <= 20; count++) {
            List<Bytes> leaves = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                leaves.add(Bytes.utf8("leaf " + i));
            }
            Bytes root = MerkleTree.root(leaves);
            for (int i = 0; i < count; i++) {
                List<Bytes> path = MerkleTree.path(CryptoSuite.SM, leaves, i);
                assertTrue(MerkleTree.verify(CryptoSuite.SM, root, leaves.get(i), i, count, path));
                assertFalse(MerkleTree.verify(CryptoSuite.SM, root, Bytes.utf8("other"), i, count, path));
                assertFalse(count > 1
                        && MerkleTree.verify(CryptoSuite.SM, root, leaves.get(i), (i + 1) % count, count, path));
                assertFalse(MerkleTree.verify(CryptoSuite.SM, root, leaves.get(i), -1, count, path));
                List<Bytes> longer = new ArrayList<>(path);
                longer.add(root);
                assertFalse(MerkleTree.verify(CryptoSuite.SM, root, leaves.get(i), i, count, longer));
                for (int k = 0; k < path.size(); k++) {
                    List<Bytes> bad = new ArrayList<>(path);
                    bad.set(k, root);
                    assertFalse(MerkleTree.verify(CryptoSuite.SM, root, leaves.get(i), i, count, bad));
                }
            }
        }
    }
}
