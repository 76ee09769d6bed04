package poyang.crypto.keys;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SealedBox;
import poyang.crypto.SecretBytes;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The versions of one key over its life, in one file: rotation with an overlap and a hard stop.
///
/// Every use is decided against the given clock. The active version signs and encrypts; a retiring one
/// still verifies and decrypts until its hard stop, from which on it is refused with the reason. A
/// clock that is set back gives no stopped key back: the latest moment on file counts. Nothing is
/// decided by the moment a program looks, so every process with the same file and time agrees.
///
/// The file: canonical encoding `poyang.key-ring.v1` of the ring's key under its lock, a nonce, and the
/// content under SM4-GCM with all before as associated data. A change writes a whole new file and
/// moves it into place; memory changes only afterwards. Two processes that change one ring: the second
/// is refused. What this cannot notice is an old copy of the file put back in the place of the new.
public final class KeyRing implements AutoCloseable {
    private static final String DOMAIN = "poyang.key-ring.v1";
    private static final String PURPOSE = "key-ring";
    private static final String TRANSFER = "poyang.key-ring.transfer.v1";
    private static final int LOCK_BYTES_MAX = 1 << 16;
    private static final int CONTENT_BYTES_MAX = 8 << 20;
    private static final Duration OVERLAP_MAX = Duration.ofDays(3_660);

    private final Path file;
    private final InstantSource clock;
    private final RandomSource random;
    private final Bytes lockedKey;
    private final SecretBytes ringKey;
    private RingState state;
    private Bytes onDisk;

    /// What the versions are.
    public enum Algorithm {
        /// Key pairs for signing and for opening sealed boxes.
        SM2,
        /// 16-byte keys for encryption.
        SM4
    }

    /// Something that happened to the ring, on record in it.
    public record Event(Instant at, String what) {}

    private KeyRing(
            Path file,
            InstantSource clock,
            RandomSource random,
            Bytes lockedKey,
            SecretBytes ringKey,
            RingState state) {
        this.file = file;
        this.clock = clock;
        this.random = random;
        this.lockedKey = lockedKey;
        this.ringKey = ringKey;
        this.state = state;
        onDisk = Bytes.empty();
    }

    /// A new ring with no version yet.
    ///
    /// @throws PoyangException `FILE_FAILED`, also when the file exists
    public static KeyRing create(
            Path file, String name, Algorithm algorithm, KeyLock lock, InstantSource clock, RandomSource random) {
        SecretBytes ringKey = SecretBytes.random("ring key", Sm4Gcm.KEY_BYTES, random);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        KeyRing ring = new KeyRing(
                file,
                clock,
                random,
                Bytes.wrap(lock.lock(PURPOSE, ringKey, random)),
                ringKey,
                new RingState(name, algorithm, 0, now, List.of(), List.of(new Event(now, "ring created"))));
        byte[] first = ring.encode(ring.state);
        KeyFiles.create(file, first);
        ring.onDisk = Bytes.wrap(first);
        return ring;
    }

    /// @throws PoyangException `FILE_FAILED`, `UNKNOWN_KEY_FORM`, `WRONG_PASSWORD`, `TOKEN_FAILED`,
    ///     `AUTHENTICATION_FAILED`
    public static KeyRing open(Path file, KeyLock lock, InstantSource clock, RandomSource random) {
        byte[] content = KeyFiles.read(file);
        Bytes locked;
        Bytes nonce;
        Bytes ciphertext;
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, content);
            locked = in.bytes(LOCK_BYTES_MAX);
            nonce = in.exactly(Sm4Gcm.NONCE_BYTES);
            ciphertext = in.bytes(CONTENT_BYTES_MAX);
            in.end();
        } catch (PoyangException e) {
            throw new PoyangException(
                    CryptoErrors.UNKNOWN_KEY_FORM,
                    file + " is no key ring: its encoding is malformed",
                    "the file as it was written is needed",
                    e);
        }
        SecretBytes ringKey = lock.unlock(PURPOSE, locked.toArray());
        try {
            byte[] plain = ringKey.use(key ->
                    Sm4Gcm.decrypt(key, nonce.toArray(), head(locked, nonce).toArray(), ciphertext.toArray()));
            RingState state = RingState.decode(plain);
            Arrays.fill(plain, (byte) 0);
            KeyRing ring = new KeyRing(file, clock, random, locked, ringKey, state);
            ring.onDisk = Bytes.wrap(content);
            return ring;
        } catch (PoyangException e) {
            ringKey.close();
            throw e;
        }
    }

    private static CanonicalWriter head(Bytes locked, Bytes nonce) {
        return new CanonicalWriter(DOMAIN).bytes(locked).bytes(nonce);
    }

    private byte[] encode(RingState next) {
        Bytes nonce = Bytes.wrap(random.bytes(Sm4Gcm.NONCE_BYTES));
        try (SecretBytes plain = next.encode()) {
            byte[] ciphertext = ringKey.use(key -> plain.use(content ->
                    Sm4Gcm.encrypt(key, nonce.toArray(), head(lockedKey, nonce).toArray(), content)));
            return head(lockedKey, nonce).bytes(ciphertext).toArray();
        }
    }

    /// Writes first, changes memory after.
    private void change(RingState next, boolean overwriteOld) {
        if (!onDisk.equals(Bytes.wrap(KeyFiles.read(file)))) {
            throw new PoyangException(
                    CryptoErrors.BAD_ROTATION,
                    "the ring " + file + " was changed by another process since it was opened",
                    "open it again and look before changing it");
        }
        byte[] encoded = encode(next);
        if (overwriteOld) {
            KeyFiles.replaceAndOverwrite(file, encoded, random);
        } else {
            KeyFiles.replace(file, encoded);
        }
        onDisk = Bytes.wrap(encoded);
        state = next;
    }

    private Instant now() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return now.isBefore(state.latestSeen) ? state.latestSeen : now;
    }

    public String name() {
        return state.name;
    }

    public Algorithm algorithm() {
        return state.algorithm;
    }

    /// Grows by one with each change.
    public synchronized long revision() {
        return state.revision;
    }

    /// All versions, the oldest first.
    public synchronized List<KeyVersion> versions() {
        return state.held.stream().map(held -> held.version).toList();
    }

    public synchronized KeyState state(KeyVersion version) {
        return state.state(version, now());
    }

    public synchronized List<Event> journal() {
        return state.journal;
    }

    public synchronized Optional<KeyVersion> active() {
        Instant now = now();
        return versions().stream()
                .filter(v -> state.state(v, now) == KeyState.ACTIVE)
                .findFirst();
    }

    /// Makes the next version. The one before it goes on being active until `activeFrom`, then verifies and
    /// decrypts for `overlap`, then stops hard.
    ///
    /// @return the new version's number
    /// @throws PoyangException `BAD_ROTATION` when `activeFrom` is past, a version is pending already, or
    ///     the overlap is negative or beyond ten years
    public synchronized int rotate(Instant activeFrom, Duration overlap) {
        Instant now = now();
        Instant from = activeFrom.truncatedTo(ChronoUnit.MILLIS);
        if (from.isBefore(now) || overlap.isNegative() || overlap.compareTo(OVERLAP_MAX) > 0) {
            throw new PoyangException(
                    CryptoErrors.BAD_ROTATION,
                    "a version active from " + from + " with an overlap of " + overlap + " is not possible",
                    "a moment from " + now + " on and an overlap of 0 to " + OVERLAP_MAX.toDays() + " days are needed");
        }
        refusePending(now);
        int number = state.held.stream().mapToInt(h -> h.version.number()).max().orElse(0) + 1;
        RingState.Held fresh = fresh(number, now, from);
        List<RingState.Held> all = new ArrayList<>();
        for (RingState.Held held : state.held) {
            boolean ends = state.state(held.version, now) == KeyState.ACTIVE;
            all.add(ends ? new RingState.Held(held.version.stoppingAt(from.plus(overlap)), held.secret) : held);
        }
        all.add(fresh);
        try {
            change(
                    state.next(
                            now,
                            all,
                            new Event(
                                    now,
                                    "version " + number + " generated, active from " + from + ", overlap " + overlap)),
                    false);
        } catch (PoyangException e) {
            fresh.secret.close();
            throw e;
        }
        return number;
    }

    private void refusePending(Instant now) {
        for (RingState.Held held : state.held) {
            if (state.state(held.version, now) == KeyState.PENDING) {
                throw new PoyangException(
                        CryptoErrors.BAD_ROTATION,
                        "version " + held.version.number() + " is pending until " + held.version.activeFrom(),
                        "wait for it, or destroy it first");
            }
        }
    }

    private RingState.Held fresh(int number, Instant now, Instant from) {
        return switch (state.algorithm) {
            case SM2 -> {
                try (Sm2PrivateKey key = Sm2PrivateKey.generate(random)) {
                    yield new RingState.Held(
                            new KeyVersion(
                                    number,
                                    now,
                                    from,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.of(key.publicKey())),
                            KeyMaterial.dangerouslyReveal(key));
                }
            }
            case SM4 ->
                new RingState.Held(
                        new KeyVersion(number, now, from, Optional.empty(), Optional.empty(), Optional.empty()),
                        SecretBytes.random("SM4 key", Sm4Gcm.KEY_BYTES, random));
        };
    }

    /// Brings a version's hard stop forward, for example because the key has leaked.
    ///
    /// @throws PoyangException `BAD_ROTATION`
    public synchronized void stop(int number, Instant at, String reason) {
        Instant now = now();
        RingState.Held held = require(number);
        KeyState is = state.state(held.version, now);
        if (is == KeyState.DESTROYED || is == KeyState.ARCHIVED) {
            throw new PoyangException(
                    CryptoErrors.BAD_ROTATION, "version " + number + " has stopped already", "nothing is to be done");
        }
        Instant stop = at.isBefore(now) ? now : at.truncatedTo(ChronoUnit.MILLIS);
        change(
                state.next(
                        now,
                        state.replaced(new RingState.Held(held.version.stoppingAt(stop), held.secret)),
                        new Event(now, "version " + number + " stops at " + stop + ": " + reason)),
                false);
    }

    /// Signs with the active version; `use` gets its number and key.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` when none is active
    public synchronized <R> R sign(BiFunction<Integer, Sm2PrivateKey, R> use) {
        Bug.unless(state.algorithm == Algorithm.SM2, "only SM2 keys sign");
        RingState.Held held = requireActive();
        try (Sm2PrivateKey key = KeyMaterial.privateKey(held.secret)) {
            return use.apply(held.version.number(), key);
        }
    }

    /// The public key against which a signature of this version is checked now.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` with the reason
    public synchronized Sm2PublicKey verifier(int number) {
        return requireReadable(number).version.publicKey().orElseThrow(() -> new Bug("only SM2 keys verify"));
    }

    /// Encrypts with the active version; `use` gets its number and key.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` when none is active
    public synchronized <R> R encrypt(BiFunction<Integer, SecretBytes, R> use) {
        Bug.unless(state.algorithm == Algorithm.SM4, "only SM4 keys encrypt here; seal to the public key of SM2");
        RingState.Held held = requireActive();
        try (SecretBytes key = held.secret.duplicate()) {
            return use.apply(held.version.number(), key);
        }
    }

    /// Decrypts with an active or retiring version.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` with the reason
    public synchronized <R> R decrypt(int number, Function<SecretBytes, R> use) {
        try (SecretBytes key = requireReadable(number).secret.duplicate()) {
            return use.apply(key);
        }
    }

    /// Decrypts an old archive with any version whose bytes exist; reason and moment go on record first.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` when it is destroyed or pending
    public synchronized <R> R decryptArchive(int number, String reason, Function<SecretBytes, R> use) {
        Instant now = now();
        RingState.Held held = require(number);
        KeyState is = state.state(held.version, now);
        if (is == KeyState.DESTROYED || is == KeyState.PENDING) {
            throw refused(held.version, is);
        }
        change(
                state.next(now, state.held, new Event(now, "archive opened with version " + number + ": " + reason)),
                false);
        try (SecretBytes key = held.secret.duplicate()) {
            return use.apply(key);
        }
    }

    /// Overwrites a version's bytes, in memory and in the file. It must have stopped, or never begun.
    ///
    /// @throws PoyangException `BAD_ROTATION` when it is still in use
    public synchronized void destroy(int number) {
        Instant now = now();
        RingState.Held held = require(number);
        switch (state.state(held.version, now)) {
            case PENDING, ARCHIVED -> {}
            case ACTIVE, RETIRING ->
                throw new PoyangException(
                        CryptoErrors.BAD_ROTATION,
                        "version " + number + " is still in use",
                        "let it reach its hard stop, or stop it first");
            case DESTROYED ->
                throw new PoyangException(
                        CryptoErrors.BAD_ROTATION,
                        "version " + number + " is destroyed already",
                        "nothing is to be done");
        }
        RingState.Held gone =
                new RingState.Held(held.version.destroyed(now), SecretBytes.taking("destroyed key", new byte[0]));
        change(state.next(now, state.replaced(gone), new Event(now, "version " + number + " destroyed")), true);
        held.secret.close();
    }

    /// A version of an SM4 key for another holder of the ring, sealed to the receiver and signed.
    ///
    /// @throws PoyangException `KEY_NOT_IN_USE` when it has stopped
    public synchronized byte[] distribute(int number, Sm2PublicKey receiver, Sm2PrivateKey sender) {
        Bug.unless(state.algorithm == Algorithm.SM4, "SM2 keys never leave their ring; their public keys do");
        RingState.Held held = require(number);
        KeyState is = state.state(held.version, now());
        if (is == KeyState.ARCHIVED || is == KeyState.DESTROYED) {
            throw refused(held.version, is);
        }
        byte[] context = context(number, held.version.activeFrom());
        byte[] box = held.secret.use(key -> SealedBox.seal(receiver, context, key, random));
        Signature signature = sender.sign(new CanonicalWriter(TRANSFER)
                .bytes(context)
                .bytes(receiver.encoded())
                .bytes(box)
                .toArray());
        return new CanonicalWriter(TRANSFER)
                .u32(number)
                .u64(held.version.activeFrom().toEpochMilli())
                .bytes(box)
                .bytes(signature.encoded())
                .toArray();
    }

    /// Takes over what {@link #distribute} of a ring of the same name gave.
    ///
    /// @return the version's number, the same as there
    /// @throws PoyangException `AUTHENTICATION_FAILED`, `BAD_ROTATION`
    public synchronized int accept(byte[] transfer, Sm2PrivateKey own, Sm2PublicKey sender) {
        Instant now = now();
        CanonicalReader in = new CanonicalReader(TRANSFER, transfer);
        int number = (int) in.u32();
        Instant from = Instant.ofEpochMilli(in.u64());
        Bytes box = in.bytes(LOCK_BYTES_MAX);
        Signature signature = Signature.decode(in.array(Signature.ENCODED_BYTES));
        in.end();
        byte[] context = context(number, from);
        byte[] signed = new CanonicalWriter(TRANSFER)
                .bytes(context)
                .bytes(own.publicKey().encoded())
                .bytes(box)
                .toArray();
        if (!sender.verify(signed, signature)) {
            throw new PoyangException(
                    CryptoErrors.AUTHENTICATION_FAILED,
                    "the key transfer is not authentic",
                    "one signed by the expected sender for this receiver and this ring is needed");
        }
        int last = state.held.stream().mapToInt(h -> h.version.number()).max().orElse(0);
        refusePending(now);
        if (number <= last) {
            throw new PoyangException(
                    CryptoErrors.BAD_ROTATION, "version " + number + " is there already", "a newer version is needed");
        }
        SecretBytes key = SecretBytes.taking("SM4 key", SealedBox.open(own, context, box.toArray()));
        List<RingState.Held> all = new ArrayList<>(state.held);
        all.add(new RingState.Held(
                new KeyVersion(number, now, from, Optional.empty(), Optional.empty(), Optional.empty()), key));
        change(state.next(now, all, new Event(now, "version " + number + " received, active from " + from)), false);
        return number;
    }

    private byte[] context(int number, Instant from) {
        return new CanonicalWriter(TRANSFER)
                .text(state.name)
                .u32(number)
                .u64(from.toEpochMilli())
                .toArray();
    }

    private RingState.Held require(int number) {
        return state.version(number)
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.KEY_NOT_IN_USE,
                        "the ring " + state.name + " has no version " + number,
                        "it has versions 1 to " + state.held.size()));
    }

    private RingState.Held requireActive() {
        Instant now = now();
        for (RingState.Held held : state.held) {
            if (state.state(held.version, now) == KeyState.ACTIVE) {
                return held;
            }
        }
        throw new PoyangException(
                CryptoErrors.KEY_NOT_IN_USE,
                "the ring " + state.name + " has no active version at " + now,
                "rotate it: a new version has to become active");
    }

    private RingState.Held requireReadable(int number) {
        RingState.Held held = require(number);
        KeyState is = state.state(held.version, now());
        if (is != KeyState.ACTIVE && is != KeyState.RETIRING) {
            throw refused(held.version, is);
        }
        return held;
    }

    private PoyangException refused(KeyVersion version, KeyState is) {
        String key = "version " + version.number() + " of " + state.name;
        return switch (is) {
            case PENDING ->
                new PoyangException(
                        CryptoErrors.KEY_NOT_IN_USE,
                        key + " is not in use before " + version.activeFrom(),
                        "an active version is needed");
            case ARCHIVED ->
                new PoyangException(
                        CryptoErrors.KEY_NOT_IN_USE,
                        key + " reached its hard stop at " + version.stopAt().orElseThrow(),
                        "what it protects has to be renewed under the active version");
            case DESTROYED ->
                new PoyangException(
                        CryptoErrors.KEY_NOT_IN_USE,
                        key + " was destroyed at " + version.destroyedAt().orElseThrow(),
                        "another version is needed");
            case ACTIVE, RETIRING -> throw new Bug("a version in use is not refused");
        };
    }

    @Override
    public synchronized void close() {
        ringKey.close();
        state.held.forEach(held -> held.secret.close());
    }

    @Override
    public String toString() {
        return "KeyRing[" + state.name + ", " + state.algorithm + ", " + state.held.size() + " versions]";
    }
}
