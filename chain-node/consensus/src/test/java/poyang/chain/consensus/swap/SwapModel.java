package poyang.chain.consensus.swap;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// From one epoch to the next and on to its fallback, with every order of events that there is.
///
/// **What is modelled.** Epoch 0 decides at height 0 either a plain block P or the hand-off block X. Whoever
/// sees X decided closes epoch 0 and opens epoch 1, whose validators and engine may be others, and which
/// decides a or b at height 1. A validator may lose patience at any time: it closes epoch 1 durably and
/// signs a timeout that says the highest that it knows of epoch 1. A certificate of timeouts opens the
/// fallback epoch, which must go on from the highest block that the certificate carries, or may choose
/// anything, c as well, if it carries none. A block of a Byzantine engine is certified by a quorum of first
/// votes, and decided by a quorum of second votes of those who saw the certificate (two-chain: first vote
/// in one round, second in the next). A block of Raft is decided by a majority of copies.
///
/// **What may go wrong.** Messages arrive in any order, at any time, or never. Liars have always said
/// everything that a liar can sign: both votes for every block, and timeouts that hide or show what
/// exists. Crashes lose what is not durable; all that the rules call durable is.
///
/// **What must hold, in every state:** one certified block an epoch, and no height decided in two ways,
/// whatever the epochs that decided. One round an epoch is modelled: that an engine keeps its own
/// promises over rounds and terms is what the simulator checks.
///
/// A state is 16 bits for each honest validator; validators of one kind are interchangeable, so states are
/// kept in sorted order. When a block is certified, or epoch 0 has decided, it no longer matters who voted
/// for it, and states that differ in that alone are one: whoever might vote for another block then might have
/// done so before, and that is another path.
final class SwapModel {
    /// A rule of the swap that can be left out, to see that it is needed.
    enum Rule {
        /// Epoch 0 takes no block on top of the hand-off block.
        HAND_OFF_ENDS_ITS_EPOCH,
        /// Who signs a timeout votes no more in epoch 1.
        TIMEOUT_CLOSES,
        /// That an epoch is closed survives a crash.
        CLOSING_IS_DURABLE,
        /// The fallback goes on from the highest block that its certificate carries.
        CERTIFICATE_CARRIES_HIGHEST,
        /// More than two thirds open the fallback; without the rule, a third and one.
        TWO_THIRDS_OPEN_THE_FALLBACK,
        /// Nobody opens epoch 1 before epoch 0 has decided the hand-off block.
        HAND_OFF_IS_DECIDED_FIRST
    }

    /// How an epoch decides.
    ///
    /// @param raft copies of one leader's block instead of two votes; nobody lies
    record Engine(boolean raft, int validators) {
        int quorum() {
            return raft ? validators / 2 + 1 : twoThirds();
        }

        int twoThirds() {
            return 2 * validators / 3 + 1;
        }
    }

    /// Who there is. Liars, if any, belong to both epochs.
    ///
    /// @param leaving honest validators of epoch 0 alone
    /// @param staying honest validators of both
    /// @param joining honest validators of epoch 1 alone
    record Cast(int leaving, int staying, int joining, int liars) {}

    /// What the exploration found.
    ///
    /// @param violation the first state in which something did not hold, in words
    /// @param outcomes which decisions were seen at all
    record Result(int states, Optional<String> violation, Set<Outcome> outcomes) {}

    enum Outcome {
        PLAIN,
        HAND_OFF,
        NEW_EPOCH,
        FALLBACK_AFTER_DECISION,
        FALLBACK_ALONE
    }

    // Fields of a validator: offset and, where it is not a flag, two bits.
    private static final int OLD_VOTE = 0;
    private static final int OLD_SECOND = 2;
    private static final int OLD_CHILD = 3;
    private static final int OPENED = 4;
    private static final int VOTE = 5;
    private static final int KNOWN = 7;
    private static final int SECOND = 9;
    private static final int CLOSED = 10;
    private static final int TIMEOUT = 11;
    private static final int FALLBACK_VOTE = 13;
    private static final int FALLBACK_SECOND = 15;
    private static final int X = 1;
    private static final int P = 2;
    private static final int A = 1;
    private static final int B = 2;
    private static final int C = 3;
    private static final long SOME = 1L << 62;

    private final Engine old;
    private final Engine next;
    private final Cast cast;
    private final Set<Rule> rules;
    private final int honest;
    private final StateSet seen = new StateSet();
    private final Deque<int[]> open = new ArrayDeque<>();
    private Optional<String> violation = Optional.empty();
    private final Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);

    SwapModel(Engine old, Engine next, Cast cast, Set<Rule> rules) {
        this.old = old;
        this.next = next;
        this.cast = cast;
        this.rules = rules;
        honest = cast.leaving() + cast.staying() + cast.joining();
        boolean whole = old.validators() == cast.leaving() + cast.staying() + cast.liars()
                && next.validators() == cast.joining() + cast.staying() + cast.liars();
        if (!whole || honest > 4 || (cast.liars() > 0 && (old.raft() || next.raft()))) {
            throw new IllegalArgumentException("no such cast: " + cast);
        }
    }

    /// Visits every state that can come up.
    Result explore() {
        visit(new int[honest]);
        while (!open.isEmpty() && violation.isEmpty()) {
            int[] state = open.removeLast();
            for (int i = 0; i < honest; i++) {
                if (i < cast.leaving() + cast.staying()) {
                    inOldEpoch(state, i);
                }
                if (i >= cast.leaving()) {
                    inNewEpoch(state, i);
                    inFallback(state, i);
                }
            }
        }
        return new Result(seen.size(), violation, outcomes);
    }

    private void visit(int[] state) {
        if (violation.isEmpty()) {
            violation = violation(state);
        }
        forgetVoters(state);
        Arrays.sort(state, 0, cast.leaving());
        Arrays.sort(state, cast.leaving(), cast.leaving() + cast.staying());
        Arrays.sort(state, cast.leaving() + cast.staying(), honest);
        long key = 0;
        for (int validator : state) {
            key = key << 16 | validator;
        }
        // The set has no place for 0, which is the first state.
        if (seen.add(key == 0 ? SOME : key)) {
            open.addLast(state);
        }
    }

    private void forgetVoters(int[] state) {
        boolean handedOff = decided(state, OLD_VOTE, OLD_SECOND, old) == X;
        int certified = next.raft() ? 0 : certified(state, VOTE, next);
        int last = certified(state, FALLBACK_VOTE, fallback());
        for (int i = 0; i < honest; i++) {
            if (handedOff && i < cast.leaving() + cast.staying()) {
                state[i] = state[i] & ~(3 << OLD_VOTE) | X << OLD_VOTE | (old.raft() ? 0 : 1 << OLD_SECOND);
            }
            if (certified != 0 && i >= cast.leaving()) {
                state[i] = state[i] & ~(3 << VOTE) | certified << VOTE;
            }
            if (last != 0 && i >= cast.leaving()) {
                state[i] = state[i] & ~(3 << FALLBACK_VOTE) | last << FALLBACK_VOTE;
            }
        }
    }

    private void change(int[] state, int i, int field, int value) {
        int[] changed = state.clone();
        changed[i] |= value << field;
        visit(changed);
    }

    // ---- what validators do ---------------------------------------------------------------------

    private void inOldEpoch(int[] state, int i) {
        int v = state[i];
        if (flag(v, OPENED)) {
            return;
        }
        if (two(v, OLD_VOTE) == 0) {
            change(state, i, OLD_VOTE, X);
            if (!old.raft()) {
                change(state, i, OLD_VOTE, P);
            }
        }
        int certified = certified(state, OLD_VOTE, old);
        if (certified != 0 && !old.raft() && !flag(v, OLD_SECOND)) {
            change(state, i, OLD_SECOND, 1);
        }
        if (certified == X && !flag(v, OLD_CHILD) && !rules.contains(Rule.HAND_OFF_ENDS_ITS_EPOCH)) {
            change(state, i, OLD_CHILD, 1);
        }
    }

    private void inNewEpoch(int[] state, int i) {
        int v = state[i];
        if (!flag(v, OPENED)) {
            boolean early = !rules.contains(Rule.HAND_OFF_IS_DECIDED_FIRST);
            if (early || decided(state, OLD_VOTE, OLD_SECOND, old) == X) {
                change(state, i, OPENED, 1);
            }
            return;
        }
        if (flag(v, CLOSED) && !rules.contains(Rule.CLOSING_IS_DURABLE)) {
            int[] crashed = state.clone();
            crashed[i] &= ~(1 << CLOSED);
            visit(crashed);
        }
        int certified = certified(state, VOTE, next);
        if (!next.raft() && certified != 0 && two(v, KNOWN) == 0) {
            change(state, i, KNOWN, certified);
        }
        if (two(v, TIMEOUT) == 0) {
            int says = next.raft() ? two(v, VOTE) : two(v, KNOWN);
            int closes = rules.contains(Rule.TIMEOUT_CLOSES) ? 1 << CLOSED : 0;
            change(state, i, 0, (1 + says) << TIMEOUT | closes);
        }
        if (flag(v, CLOSED)) {
            return;
        }
        if (two(v, VOTE) == 0) {
            change(state, i, VOTE, A);
            if (!next.raft()) {
                change(state, i, VOTE, B);
            }
        }
        if (two(v, KNOWN) != 0 && !flag(v, SECOND)) {
            change(state, i, SECOND, 1);
        }
    }

    /// The fallback is a Byzantine engine whatever failed before it.
    private void inFallback(int[] state, int i) {
        int v = state[i];
        if (!flag(v, OPENED)) {
            return;
        }
        int closing = 1 << CLOSED;
        if (two(v, FALLBACK_VOTE) == 0) {
            for (int block = A; block <= C; block++) {
                if (justified(state, block)) {
                    change(state, i, 0, block << FALLBACK_VOTE | closing);
                }
            }
        }
        if (!flag(v, FALLBACK_SECOND) && certified(state, FALLBACK_VOTE, fallback()) != 0) {
            change(state, i, 0, 1 << FALLBACK_SECOND | closing);
        }
    }

    /// Is there a certificate of timeouts on which this block may come first?
    private boolean justified(int[] state, int block) {
        int needed = rules.contains(Rule.TWO_THIRDS_OPEN_THE_FALLBACK) ? next.twoThirds() : next.validators() / 3 + 1;
        int all = cast.liars();
        int silent = cast.liars();
        boolean shown = cast.liars() > 0 && certified(state, VOTE, next) == block;
        for (int v : state) {
            int timeout = two(v, TIMEOUT);
            all += timeout != 0 ? 1 : 0;
            silent += timeout == 1 ? 1 : 0;
            shown |= timeout == 1 + block && block != C;
        }
        if (!rules.contains(Rule.CERTIFICATE_CARRIES_HIGHEST)) {
            return all >= needed;
        }
        return silent >= needed || (shown && all >= needed);
    }

    private Engine fallback() {
        return new Engine(false, next.validators());
    }

    // ---- what follows from it -------------------------------------------------------------------

    /// The block that enough first votes, or copies, stand for; 0 when there is none.
    private int certified(int[] state, int vote, Engine engine) {
        for (int block = 1; block <= 3; block++) {
            if (votes(state, vote, block) >= engine.quorum()) {
                return block;
            }
        }
        return 0;
    }

    private int votes(int[] state, int vote, int block) {
        int count = cast.liars();
        for (int v : state) {
            count += two(v, vote) == block ? 1 : 0;
        }
        return count;
    }

    private int decided(int[] state, int vote, int second, Engine engine) {
        int block = certified(state, vote, engine);
        return engine.raft() || flags(state, second) >= engine.quorum() ? block : 0;
    }

    private int flags(int[] state, int flag) {
        int count = cast.liars();
        for (int v : state) {
            count += v >> flag & 1;
        }
        return count;
    }

    private Optional<String> violation(int[] state) {
        int handedOff = decided(state, OLD_VOTE, OLD_SECOND, old);
        int later = decided(state, VOTE, SECOND, next);
        int last = decided(state, FALLBACK_VOTE, FALLBACK_SECOND, fallback());
        boolean child = certified(state, OLD_VOTE, old) == X
                && flags(state, OLD_CHILD) >= old.quorum()
                && flags(state, OLD_CHILD) > cast.liars();
        note(handedOff, later, last);
        if (twice(state, OLD_VOTE, old) || twice(state, VOTE, next) || twice(state, FALLBACK_VOTE, fallback())) {
            return Optional.of("two certified blocks in one epoch");
        }
        if (handedOff == P && (later != 0 || last != 0)) {
            return Optional.of("a plain block at height 0, and a block on top of the hand-off");
        }
        if (child && (later != 0 || last != 0)) {
            return Optional.of("height 1 decided in the epoch that was handed off, and in a later one");
        }
        if (later != 0 && last != 0 && later != last) {
            return Optional.of("height 1 decided in the new epoch, and otherwise in its fallback");
        }
        return Optional.empty();
    }

    private boolean twice(int[] state, int vote, Engine engine) {
        int blocks = 0;
        for (int block = 1; block <= 3; block++) {
            blocks += votes(state, vote, block) >= engine.quorum() ? 1 : 0;
        }
        return blocks > 1;
    }

    private void note(int handedOff, int later, int last) {
        if (handedOff != 0) {
            outcomes.add(handedOff == X ? Outcome.HAND_OFF : Outcome.PLAIN);
        }
        if (later != 0) {
            outcomes.add(Outcome.NEW_EPOCH);
        }
        if (last != 0) {
            outcomes.add(later != 0 ? Outcome.FALLBACK_AFTER_DECISION : Outcome.FALLBACK_ALONE);
        }
    }

    private static int two(int validator, int field) {
        return validator >> field & 3;
    }

    private static boolean flag(int validator, int field) {
        return (validator >> field & 1) == 1;
    }
}
