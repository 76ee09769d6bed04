package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The commitment to a party's randomness, against another implementation of SM3.
final class CommitmentsTest {
    @Test
    void theSeedsCommitmentHasItsOneForm() throws IOException {
        byte[] seed = new byte[32];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = (byte) i;
        }
        try (InputStream golden =
                Objects.requireNonNull(CommitmentsTest.class.getResourceAsStream("/vectors/seed-commitment.txt"))) {
            String wanted = new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            assertEquals(wanted, Commitments.seed(seed).hex());
            seed[31] ^= 1;
            assertNotEquals(wanted, Commitments.seed(seed).hex());
        }
    }
}
