package poyang.crypto.keys;

import java.time.Instant;
import java.util.Optional;
import poyang.crypto.Sm2PublicKey;

/// What is on record of one version of a key: all but the key.
///
/// @param number from 1 on, never used twice
/// @param createdAt when it was made
/// @param activeFrom from when on it may be used
/// @param stopAt the hard stop, from which on it is refused
/// @param destroyedAt when its bytes were overwritten
/// @param publicKey of an SM2 key
public record KeyVersion(
        int number,
        Instant createdAt,
        Instant activeFrom,
        Optional<Instant> stopAt,
        Optional<Instant> destroyedAt,
        Optional<Sm2PublicKey> publicKey) {

    KeyVersion stoppingAt(Instant stop) {
        boolean earlier = stopAt.isEmpty() || stop.isBefore(stopAt.get());
        return new KeyVersion(
                number, createdAt, activeFrom, earlier ? Optional.of(stop) : stopAt, destroyedAt, publicKey);
    }

    KeyVersion destroyed(Instant now) {
        return new KeyVersion(number, createdAt, activeFrom, stopAt, Optional.of(now), publicKey);
    }
}
