package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A fixed sample of the campaign; `./poyang fuzz crypto` runs as many cases as one likes.
final class CryptoFuzzTest {
    private static final long SEED = 32918;
    private static final int CASES = 2400;

    @Test
    void aSampleOfTheCampaignFindsNoDifferenceFromBouncyCastle() {
        List<CryptoFuzz.Failure> failures = new ArrayList<>();
        for (int index = 0; index < CASES; index++) {
            CryptoFuzz.run(SEED, index).ifPresent(failures::add);
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void aDifferenceIsAFailureThatSaysHowToRepeatIt() {
        assertThrows(AssertionError.class, () -> CryptoProperty.same("x", new byte[1], new byte[2]));
        assertThrows(AssertionError.class, () -> CryptoProperty.same("x", true, false));
        assertThrows(AssertionError.class, () -> CryptoProperty.holds("x", false));
        String line = new CryptoFuzz.Failure(7, 12, "signing", "r differs").toString();
        assertTrue(line.endsWith("./poyang fuzz crypto --seed 7 --case 12"), line);
    }

    @Test
    void mutationsAlwaysChange() {
        Draws draws = new Draws(new SeededRandom(new byte[32], "mutations"));
        for (int length = 0; length < 40; length++) {
            byte[] from = draws.bytes(length);
            for (int i = 0; i < 40; i++) {
                assertTrue(!java.util.Arrays.equals(from, draws.mutated(from)));
            }
        }
    }
}
