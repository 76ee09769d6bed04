package poyang.chain.consensus.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.swap.SwapModel.Cast;
import poyang.chain.consensus.swap.SwapModel.Engine;
import poyang.chain.consensus.swap.SwapModel.Outcome;
import poyang.chain.consensus.swap.SwapModel.Result;
import poyang.chain.consensus.swap.SwapModel.Rule;

/// All states of the swap at small bounds; and each rule left out once, to see that the model sees.
final class SwapModelTest {
    private static final Set<Rule> ALL = EnumSet.allOf(Rule.class);
    private static final Engine BFT = new Engine(false, 4);
    private static final Cast ONE_LIAR = new Cast(0, 3, 0, 1);

    private static void holds(Engine old, Engine next, Cast cast, int states, Set<Outcome> seen) {
        Result result = new SwapModel(old, next, cast, ALL).explore();
        assertEquals(Optional.empty(), result.violation());
        assertEquals(states, result.states(), "docs/consensus.md names the number");
        assertTrue(result.outcomes().containsAll(seen), () -> "only " + result.outcomes() + " came up");
    }

    @Test
    void anotherEngineOfTheSameValidatorsWithOneLiar() {
        holds(BFT, BFT, ONE_LIAR, 3_629, EnumSet.allOf(Outcome.class));
    }

    @Test
    void oneValidatorReplacedWithOneLiar() {
        holds(BFT, BFT, new Cast(1, 2, 1, 1), 9_872, EnumSet.allOf(Outcome.class));
    }

    @Test
    void oneValidatorAddedWithOneLiar() {
        holds(BFT, new Engine(false, 5), new Cast(0, 3, 1, 1), 53_589, EnumSet.allOf(Outcome.class));
    }

    @Test
    void fromBftToRaft() {
        holds(
                BFT,
                new Engine(true, 4),
                new Cast(0, 4, 0, 0),
                639,
                EnumSet.of(Outcome.NEW_EPOCH, Outcome.FALLBACK_AFTER_DECISION, Outcome.FALLBACK_ALONE));
    }

    @Test
    void fromRaftToBft() {
        holds(
                new Engine(true, 4),
                BFT,
                new Cast(0, 4, 0, 0),
                15_732,
                EnumSet.of(Outcome.NEW_EPOCH, Outcome.FALLBACK_AFTER_DECISION, Outcome.FALLBACK_ALONE));
    }

    private static String without(Rule rule) {
        Set<Rule> rules = EnumSet.complementOf(EnumSet.of(rule));
        return new SwapModel(BFT, BFT, ONE_LIAR, rules).explore().violation().orElse("nothing broke without " + rule);
    }

    @Test
    void everyRuleIsNeeded() {
        assertEquals(
                "height 1 decided in the epoch that was handed off, and in a later one",
                without(Rule.HAND_OFF_ENDS_ITS_EPOCH));
        String otherwise = "height 1 decided in the new epoch, and otherwise in its fallback";
        assertEquals(otherwise, without(Rule.TIMEOUT_CLOSES));
        assertEquals(otherwise, without(Rule.CLOSING_IS_DURABLE));
        assertEquals(otherwise, without(Rule.CERTIFICATE_CARRIES_HIGHEST));
        assertEquals(otherwise, without(Rule.TWO_THIRDS_OPEN_THE_FALLBACK));
        assertEquals(
                "a plain block at height 0, and a block on top of the hand-off",
                without(Rule.HAND_OFF_IS_DECIDED_FIRST));
    }

    /// Two liars of four are more than any rule bears, and the model must say so.
    @Test
    void moreLiarsThanAllowedAreNoticed() {
        Result result = new SwapModel(BFT, BFT, new Cast(0, 2, 0, 2), ALL).explore();
        assertTrue(result.violation().isPresent());
    }
}
