package poyang.chain.consensus.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import poyang.simulation.Property;

/// Engines and validators change in the middle, and epochs are given up, under every fault at once.
final class EpochsSimulationTest {
    private long turns;
    private long givenUp;
    private long keyChanges;

    private void campaign(long seed, int nodes, boolean byzantine) {
        EpochsCampaign campaign = EpochsCampaign.of(seed, nodes, byzantine);
        campaign.run();
        turns += campaign.epochs();
        givenUp += campaign.givenUp();
        keyChanges += campaign.keyChanges();
    }

    @Test
    void enginesAndValidatorsChangeAndNoHeightIsDecidedTwice() {
        Property.seeds(60).check(seed -> campaign(seed, 4 + (int) (seed % 2), false));
        assertTrue(turns > 60, "only " + turns + " epochs began");
        assertTrue(keyChanges > 20, "only " + keyChanges + " keys were changed");
        assertTrue(givenUp > 20, "epochs were given up " + givenUp + " times only");
    }

    @Test
    void oneLiarHidesWhatItKnewOfAnEpoch() {
        Property.seeds(60).check(seed -> campaign(seed, 4 + (int) (seed % 2), true));
        assertTrue(givenUp > 20, "epochs were given up " + givenUp + " times only");
    }

    @Test
    void oneSeedGivesOneRun() {
        EpochsCampaign one = EpochsCampaign.of(7, 4, true);
        EpochsCampaign other = EpochsCampaign.of(7, 4, true);
        one.run();
        other.run();
        assertEquals(one.trace(), other.trace());
    }
}
