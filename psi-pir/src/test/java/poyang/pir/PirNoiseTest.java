package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.psi.Workers;

class PirNoiseTest {
    /// Packing 22.4, mask 10.7, body 64/√12 = 18.5: see {@link PirParameters}.
    private static final double DEVIATION = Math.sqrt(22.4 * 22.4 + 10.7 * 10.7 + 18.5 * 18.5);

    private static final int ALLOWED = 512;

    @Test
    void theNoiseIsWhatTheParametersSay() {
        byte[] seed = new byte[PirParameters.SEED_BYTES];
        Random content = new Random(4);
        List<byte[]> rows = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            byte[] row = new byte[PirParameters.OUTPUT_BYTES];
            content.nextBytes(row);
            rows.add(row);
        }
        RowServer server = RowServer.of(rows, seed, Workers.ALONE, (done, total) -> {});
        RowClient client = new RowClient(rows.size(), PirParameters.OUTPUT_BYTES, seed);
        double squares = 0;
        int worst = 0;
        int queries = 12;
        for (int i = 0; i < queries; i++) {
            RowClient.Asked asked = client.ask(
                    content.nextInt(rows.size()), new SeededRandom(new byte[SeededRandom.SEED_BYTES], "noise-" + i));
            byte[] answer = server.answer(asked.frame(), 1, Workers.ALONE);
            for (long phase : client.phases(asked, answer, 0)) {
                // the distance from the nearest multiple of 2^10 is the noise, as long as answers are right
                int noise = (int) (phase + ALLOWED & 2 * ALLOWED - 1) - ALLOWED;
                squares += (double) noise * noise;
                worst = Math.max(worst, Math.abs(noise));
            }
        }
        double measured = Math.sqrt(squares / (queries * Ring.N));
        assertTrue(Math.abs(measured / DEVIATION - 1) < 0.1, measured + " against " + DEVIATION);
        assertTrue(worst < 8 * DEVIATION, "the worst of all is " + worst);
    }
}
