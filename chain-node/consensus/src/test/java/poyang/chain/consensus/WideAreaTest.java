package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WideAreaTest {
    @ParameterizedTest
    @CsvSource({"4, 50", "13, 50", "4, 400"})
    void whatIsBroughtIsProvenWithinTheDeclaredTime(int nodes, int load) {
        WideAreaChain.Settings settings = new WideAreaChain.Settings(nodes, 7, true, load, 5, WideArea.COSTS);

        WideAreaChain.Outcome outcome = new WideAreaChain(settings).run();

        assertEquals(5L * load, outcome.submitted());
        assertEquals(5L * load, outcome.proven());
        assertTrue(outcome.slowestDelayMillis() > 15, "sites are far apart");
        // Nobody is faster than light, and what docs/consensus.md declares holds: 8 δ + x + waiting, and a tenth
        // of jitter on every way. Where there is much to do the next block comes later.
        assertTrue(outcome.p50Millis() > 4 * outcome.slowestDelayMillis() / 2, outcome.toString());
        DeclaredTime declared = outcome.declared(settings, 1.1);
        boolean busy = outcome.transactionsABlock() >= Pace.BUSY_TRANSACTIONS;
        assertEquals(load == 400, busy, outcome.toString());
        assertEquals(
                1.1 * 8 * outcome.slowestDelayMillis()
                        + 10
                        + 0.2 * outcome.transactionsABlock()
                        + (outcome.transactionsABlock() / nodes < Dissemination.BUSY_TRANSACTIONS ? 80 : 120)
                        + (busy ? 200 : 100),
                declared.mostMillis(),
                1e-6,
                "as the docs say");
        assertTrue(outcome.p50Millis() <= declared.mostMillis(), outcome + " where " + declared + " is declared");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theSameSeedGivesTheSameFigures(long seed) {
        WideAreaChain.Settings settings = new WideAreaChain.Settings(4, seed, true, 100, 5, WideArea.COSTS);

        assertEquals(new WideAreaChain(settings).run(), new WideAreaChain(settings).run());
    }
}
