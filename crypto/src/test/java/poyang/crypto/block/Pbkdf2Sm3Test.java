package poyang.crypto.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// Keys from passwords are those of BouncyCastle.
final class Pbkdf2Sm3Test {
    private final RandomSource random = new SeededRandom(new byte[32], "passwords");

    private int below(int bound) {
        return (int) Long.remainderUnsigned(random.nextLong(), bound);
    }

    private static byte[] theirs(byte[] password, byte[] salt, int iterations, int keyBytes) {
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SM3Digest());
        generator.init(password, salt, iterations);
        return ((KeyParameter) generator.generateDerivedMacParameters(8 * keyBytes)).getKey();
    }

    @Test
    void keysAreBouncyCastlesForEveryLengthOfPasswordAndSalt() {
        for (int length = 0; length < 200; length++) {
            byte[] password = random.bytes(length);
            byte[] salt = random.bytes(length % 2 == 0 ? below(150) : length);
            int iterations = 1 + below(12);
            int keyBytes = 1 + below(100);
            byte[] kept = password.clone();
            assertArrayEquals(
                    theirs(password, salt, iterations, keyBytes),
                    Pbkdf2Sm3.derive(password, salt, iterations, keyBytes),
                    length + " bytes of password, " + salt.length + " of salt, " + iterations + " iterations");
            assertArrayEquals(kept, password);
        }
    }

    @Test
    void manyIterationsToo() {
        byte[] password = random.bytes(12);
        byte[] salt = random.bytes(16);
        assertArrayEquals(theirs(password, salt, 20_000, 48), Pbkdf2Sm3.derive(password, salt, 20_000, 48));
    }

    @Test
    void nothingIsDerivedFromNoIterationOrToNoByte() {
        assertThrows(Bug.class, () -> Pbkdf2Sm3.derive(new byte[1], new byte[1], 0, 16));
        assertThrows(Bug.class, () -> Pbkdf2Sm3.derive(new byte[1], new byte[1], 1, 0));
    }
}
