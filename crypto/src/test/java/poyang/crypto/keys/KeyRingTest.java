package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class KeyRingTest {
    private static final Instant START = Instant.parse("2027-01-01T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final byte[] MESSAGE = "an order".getBytes(StandardCharsets.UTF_8);

    private final RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "ring");
    private final KeyLock.Password lock = new KeyLock.Password("Ring-password-1".toCharArray(), 16);
    private Instant now = START;
    private final InstantSource clock = () -> now;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("keys.ring");
    }

    private KeyRing create(KeyRing.Algorithm algorithm) {
        return KeyRing.create(file, "tax", algorithm, lock, clock, random);
    }

    private KeyRing open() {
        return KeyRing.open(file, lock, clock, random);
    }

    private static Signature sign(KeyRing ring, int expectedVersion) {
        return ring.sign((version, key) -> {
            assertEquals(expectedVersion, version);
            return key.sign(MESSAGE);
        });
    }

    @Test
    void theOldKeyOverlapsAndStopsHard() {
        KeyRing ring = create(KeyRing.Algorithm.SM2);
        refused(CryptoErrors.KEY_NOT_IN_USE, "no active version", () -> sign(ring, 1));
        assertEquals(1, ring.rotate(START, Duration.ZERO));
        Signature old = sign(ring, 1);
        Instant change = START.plus(DAY.multipliedBy(10));
        assertEquals(2, ring.rotate(change, DAY.multipliedBy(3)));
        refused(CryptoErrors.KEY_NOT_IN_USE, "not in use before " + change, () -> ring.verifier(2));

        now = change.minusMillis(1);
        sign(ring, 1);
        now = change;
        Signature fresh = sign(ring, 2);
        assertTrue(ring.verifier(1).verify(MESSAGE, old));
        assertTrue(ring.verifier(2).verify(MESSAGE, fresh));
        now = change.plus(DAY.multipliedBy(3)).minusMillis(1);
        assertTrue(ring.verifier(1).verify(MESSAGE, old));
        now = change.plus(DAY.multipliedBy(3));
        refused(CryptoErrors.KEY_NOT_IN_USE, "reached its hard stop at " + now, () -> ring.verifier(1));
        refused(CryptoErrors.KEY_NOT_IN_USE, "hard stop", () -> ring.decrypt(1, _ -> 0));
        // setting the clock back gives the stopped key back only while nothing later is on file
        ring.rotate(now, Duration.ZERO);
        now = change;
        refused(CryptoErrors.KEY_NOT_IN_USE, "hard stop", () -> ring.verifier(1));
        refused(CryptoErrors.KEY_NOT_IN_USE, "has no version 9", () -> ring.verifier(9));
    }

    @Test
    void everyProcessWithTheSameFileAndTimeAgrees() {
        KeyRing ring = create(KeyRing.Algorithm.SM4);
        ring.rotate(START, Duration.ZERO);
        ring.rotate(START.plus(DAY), DAY);
        for (int hours = 0; hours < 72; hours += 5) {
            now = START.plus(Duration.ofHours(hours));
            try (KeyRing other = open()) {
                assertEquals(ring.versions(), other.versions());
                for (KeyVersion version : ring.versions()) {
                    assertEquals(ring.state(version), other.state(version));
                }
                assertEquals(ring.active(), other.active());
            }
        }
    }

    @Test
    void impossibleRotationsAreRefusedAndChangeNothing() {
        KeyRing ring = create(KeyRing.Algorithm.SM4);
        ring.rotate(START.plus(DAY), Duration.ZERO);
        long revision = ring.revision();
        refused(CryptoErrors.BAD_ROTATION, "pending", () -> ring.rotate(START.plus(DAY), DAY));
        now = START.plus(DAY);
        refused(CryptoErrors.BAD_ROTATION, "not possible", () -> ring.rotate(START, DAY));
        refused(CryptoErrors.BAD_ROTATION, "not possible", () -> ring.rotate(now, DAY.negated()));
        refused(CryptoErrors.BAD_ROTATION, "still in use", () -> ring.destroy(1));
        assertEquals(revision, ring.revision());
    }

    @Test
    void aChangeThatCannotBeWrittenIsNotMade() throws IOException {
        KeyRing ring = create(KeyRing.Algorithm.SM4);
        ring.rotate(START, Duration.ZERO);
        byte[] before = Files.readAllBytes(file);
        Path inTheWay = folder.resolve("keys.ring.part");
        Files.createDirectory(inTheWay);
        Files.createFile(inTheWay.resolve("x"));
        refused(CryptoErrors.FILE_FAILED, "could not be written", () -> ring.rotate(START.plus(DAY), DAY));
        assertEquals(1, ring.versions().size());
        assertArrayEquals(before, Files.readAllBytes(file));
        Files.delete(inTheWay.resolve("x"));
        Files.delete(inTheWay);
        // what a process leaves that dies while writing
        Files.write(inTheWay, new byte[100]);
        assertEquals(1, open().versions().size());
        ring.rotate(START.plus(DAY), DAY);
        assertEquals(2, open().versions().size());
    }

    @Test
    void theSecondOfTwoWritersIsRefused() {
        KeyRing one = create(KeyRing.Algorithm.SM4);
        KeyRing two = open();
        one.rotate(START, Duration.ZERO);
        refused(CryptoErrors.BAD_ROTATION, "changed by another process", () -> two.rotate(START, Duration.ZERO));
    }

    @Test
    void everyChangedByteIsRefused() throws IOException {
        create(KeyRing.Algorithm.SM2).rotate(START, Duration.ZERO);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            Files.write(file, bad);
            PoyangException refusal = assertThrows(PoyangException.class, this::open, "byte " + i);
            assertEquals(2, refusal.code().number() / 1000, "byte " + i + ": " + refusal);
        }
        for (int length = 0; length < good.length; length += 7) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertThrows(PoyangException.class, this::open);
        }
        Files.write(file, good);
        KeyLock.Password another = new KeyLock.Password("another".toCharArray(), 16);
        refused(CryptoErrors.WRONG_PASSWORD, "", () -> KeyRing.open(file, another, clock, random));
    }

    /// The steps of GM/T 0054: generation, storage, distribution, use, rotation, archive, destruction.
    @Test
    void aKeyLivesFromGenerationToDestruction() throws IOException {
        // generation and storage
        KeyRing ring = create(KeyRing.Algorithm.SM4);
        ring.rotate(START, Duration.ZERO);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        String secret = ring.encrypt((_, key) -> key.use(HexFormat.of()::formatHex));
        assertFalse(contains(Files.readAllBytes(file), HexFormat.of().parseHex(secret)));

        // distribution: sealed to the receiver, signed by the sender
        Sm2PrivateKey sender = Sm2PrivateKey.generate(random);
        Sm2PrivateKey receiver = Sm2PrivateKey.generate(random);
        KeyRing branch =
                KeyRing.create(folder.resolve("branch.ring"), "tax", KeyRing.Algorithm.SM4, lock, clock, random);
        byte[] transfer = ring.distribute(1, receiver.publicKey(), sender);
        for (int i = 0; i < transfer.length; i++) {
            byte[] bad = transfer.clone();
            bad[i] ^= 1;
            assertThrows(PoyangException.class, () -> branch.accept(bad, receiver, sender.publicKey()), "byte " + i);
        }
        assertEquals(1, branch.accept(transfer, receiver, sender.publicKey()));
        refused(
                CryptoErrors.BAD_ROTATION,
                "there already",
                () -> branch.accept(transfer, receiver, sender.publicKey()));

        // use
        byte[] sealed = ring.encrypt((_, key) -> key.use(k -> Sm4Gcm.encrypt(k, new byte[12], new byte[0], MESSAGE)));
        assertArrayEquals(MESSAGE, branch.decrypt(1, key -> open(key, sealed)));

        // rotation with overlap, then the hard stop
        ring.rotate(START.plus(DAY), DAY);
        now = START.plus(DAY);
        int active = ring.encrypt((version, _) -> version);
        assertEquals(2, active);
        assertArrayEquals(MESSAGE, ring.decrypt(1, key -> open(key, sealed)));
        now = START.plus(DAY.multipliedBy(2));
        refused(CryptoErrors.KEY_NOT_IN_USE, "hard stop", () -> ring.decrypt(1, key -> open(key, sealed)));
        refused(CryptoErrors.KEY_NOT_IN_USE, "hard stop", () -> ring.distribute(1, receiver.publicKey(), sender));

        // archive
        assertEquals(KeyState.ARCHIVED, ring.state(ring.versions().getFirst()));
        assertArrayEquals(MESSAGE, ring.decryptArchive(1, "audit 2027-17", key -> open(key, sealed)));
        assertTrue(open().journal().toString().contains("audit 2027-17"));

        // destruction: the old file's blocks, the ring and its file
        Path witness = folder.resolve("witness");
        Files.createLink(witness, file);
        byte[] before = Files.readAllBytes(witness);
        ring.destroy(1);
        assertArrayEquals(new byte[before.length], Files.readAllBytes(witness), "the old blocks are zeros");
        assertEquals(KeyState.DESTROYED, open().state(open().versions().getFirst()));
        refused(CryptoErrors.KEY_NOT_IN_USE, "was destroyed", () -> ring.decryptArchive(1, "x", _ -> 0));
        refused(CryptoErrors.KEY_NOT_IN_USE, "was destroyed", () -> open().decryptArchive(1, "x", _ -> 0));
        refused(CryptoErrors.BAD_ROTATION, "destroyed already", () -> ring.destroy(1));
        Path second = folder.resolve("second witness");
        Files.createLink(second, file);
        KeyFiles.destroy(file, random);
        assertFalse(Files.exists(file));
        assertEquals(0, Files.size(second));
        refused(CryptoErrors.FILE_FAILED, "", this::open);
    }

    private static byte[] open(poyang.crypto.SecretBytes key, byte[] sealed) {
        return key.use(k -> Sm4Gcm.decrypt(k, new byte[12], new byte[0], sealed));
    }

    @Test
    void aLeakedKeyIsStoppedAtOnce() {
        KeyRing ring = create(KeyRing.Algorithm.SM2);
        ring.rotate(START, Duration.ZERO);
        ring.stop(1, now, "found in a mail");
        refused(CryptoErrors.KEY_NOT_IN_USE, "no active version", () -> sign(ring, 1));
        refused(CryptoErrors.KEY_NOT_IN_USE, "hard stop", () -> ring.verifier(1));
        ring.rotate(now, DAY);
        sign(ring, 2);
        assertTrue(ring.journal().toString().contains("found in a mail"));
    }

    @Test
    void closingOverwritesWhatWasHeld() {
        KeyRing ring = create(KeyRing.Algorithm.SM2);
        ring.rotate(START, Duration.ZERO);
        Sm2PrivateKey[] kept = new Sm2PrivateKey[1];
        ring.sign((_, key) -> kept[0] = key);
        assertThrows(RuntimeException.class, () -> KeyMaterial.dangerouslyReveal(kept[0]));
        ring.close();
        assertThrows(RuntimeException.class, () -> sign(ring, 1));
        assertFalse(ring.toString().contains("Secret"));
    }

    private static boolean contains(byte[] where, byte[] what) {
        String all = HexFormat.of().formatHex(where);
        return all.contains(HexFormat.of().formatHex(what));
    }

    private static void refused(ErrorCode code, String reason, Executable action) {
        PoyangException refusal = assertThrows(PoyangException.class, action);
        assertEquals(code, refusal.code(), refusal.toString());
        assertTrue(refusal.wrong().contains(reason), refusal.wrong());
    }
}
