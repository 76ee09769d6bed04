package poyang.sdk;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SigningKey;
import poyang.kernel.PoyangException;

/// The key that an account signs with, and during a rotation the one beside it. Safe for several threads.
final class SigningKeys {
    /// The node's words for a key outside its window: not yet good, stopped.
    private static final int NOT_YET_GOOD = 5011;

    private static final int STOPPED = 5012;

    private SigningKey present;
    private @Nullable SigningKey other;
    private long activationHeight = Long.MAX_VALUE;

    SigningKeys(SigningKey present) {
        this.present = present;
    }

    /// From the block at `height` on, `next` signs.
    synchronized void announced(SigningKey next, long height) {
        other = next;
        activationHeight = height;
    }

    /// The block at `height` is final, so what is signed now stands in the next one or later.
    synchronized void reached(long height) {
        if (other != null && height + 1 >= activationHeight) {
            turn();
        }
    }

    synchronized SigningKey present() {
        return present;
    }

    /// The present key, and the other where there is one.
    synchronized List<SigningKey> all() {
        SigningKey beside = other;
        return beside == null ? List.of(present) : List.of(present, beside);
    }

    private void turn() {
        SigningKey next = other;
        if (next != null) {
            other = present;
            present = next;
            activationHeight = Long.MAX_VALUE;
        }
    }

    private synchronized Optional<SigningKey> instead(SigningKey refused, int code) {
        if (present != refused) {
            return Optional.of(present);
        }
        if (code == STOPPED && activationHeight != Long.MAX_VALUE) {
            turn();
            return Optional.of(present);
        }
        // A node that is behind takes the old key still.
        return code == NOT_YET_GOOD ? Optional.ofNullable(other) : Optional.empty();
    }

    /// Asks with the present key, and once more with the other when a node says that this one is not good.
    <T> T ask(Function<SigningKey, T> call) {
        SigningKey key = present();
        try {
            return call.apply(key);
        } catch (PoyangException e) {
            int code = e.code().number();
            if (code != STOPPED && code != NOT_YET_GOOD) {
                throw e;
            }
            return call.apply(instead(key, code).orElseThrow(() -> e));
        }
    }
}
