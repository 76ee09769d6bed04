package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poyang.chain.proofs.Epoch;

class WideAreaTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 13})
    void aLightLoadIsProvenWithinTheDeclaredTime(int nodes) {
        WideAreaChain.Settings settings = new WideAreaChain.Settings(nodes, 7, true, 50, 5, WideArea.COSTS);

        WideAreaChain.Outcome outcome = new WideAreaChain(settings).run();

        assertEquals(250, outcome.submitted());
        assertEquals(250, outcome.proven());
        assertTrue(outcome.slowestDelayMillis() > 15, "sites are far apart");
        // Nobody is faster than light, and what docs/consensus.md declares holds: 8 δ + x + waiting, and a tenth
        // of jitter on every way.
        assertTrue(outcome.p50Millis() > 4 * outcome.slowestDelayMillis() / 2, outcome.toString());
        DeclaredTime declared = DeclaredTime.of(
                Epoch.BFT, nodes, Epoch.DEFAULT_BLOCK_TIME_MILLIS, 1.1 * outcome.slowestDelayMillis(), 10);
        assertEquals(
                1.1 * 8 * outcome.slowestDelayMillis() + 10 + 80 + 100, declared.mostMillis(), 1e-6, "as the docs say");
        assertTrue(outcome.p50Millis() <= declared.mostMillis(), outcome + " where " + declared + " is declared");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theSameSeedGivesTheSameFigures(long seed) {
        WideAreaChain.Settings settings = new WideAreaChain.Settings(4, seed, true, 100, 5, WideArea.COSTS);

        assertEquals(new WideAreaChain(settings).run(), new WideAreaChain(settings).run());
    }
}
