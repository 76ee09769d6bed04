package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// What both parties of a run came to: each has a result, or a failure that says why.
record BothEnds<L, R>(
        @Nullable L receiver,
        @Nullable R sender,
        @Nullable Throwable receiverFailure,
        @Nullable Throwable senderFailure) {

    /// Runs both parties, the left one as the receiver, each with a session on its end.
    static <L, R> BothEnds<L, R> run(
            TwoParties parties, long seed, Function<CollisionSession, L> left, Function<CollisionSession, R> right) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<L> l = CompletableFuture.supplyAsync(
                    () -> left.apply(session(parties.left(), TwoParties.RIGHT, seed, "receiver")), threads);
            CompletableFuture<R> r = CompletableFuture.supplyAsync(
                    () -> right.apply(session(parties.right(), TwoParties.LEFT, seed, "sender")), threads);
            CompletableFuture<L> _ = l.whenComplete((_, failure) -> endOn(failure, parties));
            CompletableFuture<R> _ = r.whenComplete((_, failure) -> endOn(failure, parties));
            Throwable lost = failure(l);
            Throwable gone = failure(r);
            return new BothEnds<>(lost == null ? l.join() : null, gone == null ? r.join() : null, lost, gone);
        }
    }

    static CollisionSession session(PartyNetwork network, PartyId peer, long seed, String label) {
        return new CollisionSession(network, peer, Runs.seed(seed, label), Runs.QUIET);
    }

    private static void endOn(@Nullable Throwable failure, TwoParties parties) {
        if (failure != null) {
            parties.end();
        }
    }

    private static @Nullable Throwable failure(CompletableFuture<?> party) {
        try {
            party.get(60, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("a party does not end", e);
        }
    }

    /// One party at least says that the other misbehaved, none fails in another way, and who has a result has the
    /// right one: a party whose last message was the one that was changed is done before the other refuses it.
    void assertStatedAbort(L right, String what) {
        assertTrue(misbehaved(receiverFailure) || misbehaved(senderFailure), () -> what + ": nobody refused");
        for (Throwable failure : new Throwable[] {receiverFailure, senderFailure}) {
            assertTrue(failure == null || misbehaved(failure) || lost(failure), () -> what + ": " + failure);
        }
        if (receiver != null) {
            assertEquals(right, receiver, what);
        }
    }

    static boolean misbehaved(@Nullable Throwable failure) {
        return failure instanceof PoyangException refused && refused.code().equals(KernelErrors.PEER_MISBEHAVED);
    }

    private static boolean lost(Throwable failure) {
        return failure instanceof PoyangException refused && refused.code().equals(KernelErrors.PEER_LOST);
    }
}
