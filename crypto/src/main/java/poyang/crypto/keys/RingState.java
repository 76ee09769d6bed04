package poyang.crypto.keys;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// The content of a key ring at one revision. Immutable; the secrets are shared between revisions and
/// closed by the ring.
final class RingState {
    private static final String DOMAIN = "poyang.key-ring-content.v1";
    private static final int VERSIONS_MAX = 10_000;
    private static final int TEXT_BYTES_MAX = 1_024;
    private static final long NEVER = Long.MIN_VALUE;

    final String name;
    final KeyRing.Algorithm algorithm;
    final long revision;
    /// No earlier moment counts as now any more, whatever the clock says.
    final Instant latestSeen;

    final List<Held> held;
    final List<KeyRing.Event> journal;

    /// A version and its bytes; they are of length 0 once destroyed.
    static final class Held {
        final KeyVersion version;
        final SecretBytes secret;

        Held(KeyVersion version, SecretBytes secret) {
            this.version = version;
            this.secret = secret;
        }
    }

    RingState(
            String name,
            KeyRing.Algorithm algorithm,
            long revision,
            Instant latestSeen,
            List<Held> held,
            List<KeyRing.Event> journal) {
        this.name = name;
        this.algorithm = algorithm;
        this.revision = revision;
        this.latestSeen = latestSeen;
        this.held = List.copyOf(held);
        this.journal = List.copyOf(journal);
    }

    /// The next revision with other versions and one event more.
    RingState next(Instant now, List<Held> versions, KeyRing.Event event) {
        List<KeyRing.Event> events = new ArrayList<>(journal);
        events.add(event);
        return new RingState(name, algorithm, revision + 1, now, versions, events);
    }

    /// The encoding, which the caller overwrites by closing.
    SecretBytes encode() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN)
                .text(name)
                .text(algorithm.name())
                .u64(revision)
                .u64(latestSeen.toEpochMilli())
                .u32(held.size());
        for (Held one : held) {
            KeyVersion v = one.version;
            out.u32(v.number())
                    .u64(v.createdAt().toEpochMilli())
                    .u64(v.activeFrom().toEpochMilli())
                    .u64(v.stopAt().map(Instant::toEpochMilli).orElse(NEVER))
                    .u64(v.destroyedAt().map(Instant::toEpochMilli).orElse(NEVER))
                    .bytes(v.publicKey().map(Sm2PublicKey::encoded).orElse(Bytes.empty()));
            one.secret.read(out::bytes);
        }
        out.list(journal, (o, e) -> o.u64(e.at().toEpochMilli()).text(e.what()));
        return SecretBytes.taking("key ring", out.toArray());
    }

    static RingState decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        String name = in.text(TEXT_BYTES_MAX);
        KeyRing.Algorithm algorithm = KeyRing.Algorithm.valueOf(in.text(16));
        long revision = in.u64();
        Instant latestSeen = Instant.ofEpochMilli(in.u64());
        List<Held> held = in.list(VERSIONS_MAX, RingState::held);
        List<KeyRing.Event> journal = in.list(
                Integer.MAX_VALUE, r -> new KeyRing.Event(Instant.ofEpochMilli(r.u64()), r.text(TEXT_BYTES_MAX)));
        in.end();
        return new RingState(name, algorithm, revision, latestSeen, held, journal);
    }

    private static Held held(CanonicalReader in) {
        int number = (int) in.u32();
        Instant createdAt = Instant.ofEpochMilli(in.u64());
        Instant activeFrom = Instant.ofEpochMilli(in.u64());
        Optional<Instant> stopAt = moment(in.u64());
        Optional<Instant> destroyedAt = moment(in.u64());
        byte[] point = in.array(65);
        return new Held(
                new KeyVersion(
                        number,
                        createdAt,
                        activeFrom,
                        stopAt,
                        destroyedAt,
                        point.length == 0 ? Optional.empty() : Optional.of(Sm2PublicKey.decode(point))),
                SecretBytes.taking("key version " + number, in.array(64)));
    }

    private static Optional<Instant> moment(long millis) {
        return millis == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    Optional<Held> version(int number) {
        return held.stream().filter(h -> h.version.number() == number).findFirst();
    }

    KeyState state(KeyVersion v, Instant now) {
        if (v.destroyedAt().isPresent()) {
            return KeyState.DESTROYED;
        }
        if (v.stopAt().isPresent() && !now.isBefore(v.stopAt().get())) {
            return KeyState.ARCHIVED;
        }
        if (now.isBefore(v.activeFrom())) {
            return KeyState.PENDING;
        }
        boolean followed = held.stream()
                .map(h -> h.version)
                .anyMatch(other -> other.number() > v.number()
                        && other.destroyedAt().isEmpty()
                        && !now.isBefore(other.activeFrom()));
        return followed ? KeyState.RETIRING : KeyState.ACTIVE;
    }

    /// This state with one version replaced.
    List<Held> replaced(Held changed) {
        List<Held> all = new ArrayList<>(held);
        Collections.replaceAll(all, version(changed.version.number()).orElseThrow(), changed);
        return all;
    }
}
