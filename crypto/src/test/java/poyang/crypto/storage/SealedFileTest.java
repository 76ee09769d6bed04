package poyang.crypto.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

final class SealedFileTest {
    private static final byte[] CONTEXT = "test".getBytes(StandardCharsets.US_ASCII);
    private static final int BITS = 12;
    private static final int CHUNK = 1 << BITS;

    private final SeededRandom random = new SeededRandom(new byte[32], "sealed-file-test");
    private final Sm2PrivateKey key = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey other = Sm2PrivateKey.generate(random);

    @TempDir
    Path folder;

    private byte[] seal(byte[] content, Sm2PrivateKey... to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<VerificationKey> receivers =
                Arrays.stream(to).<VerificationKey>map(Sm2PrivateKey::publicKey).toList();
        try (SealingStream stream = SealedFile.seal(out, receivers, CONTEXT, BITS, random)) {
            int at = 0;
            for (int step = 1; at < content.length; step = step * 3 + 1) {
                int length = Math.min(step, content.length - at);
                stream.write(content, at, length);
                at += length;
            }
            stream.finish();
        }
        return out.toByteArray();
    }

    private static byte[] open(byte[] sealed, Sm2PrivateKey key) throws IOException {
        try (InputStream in = SealedFile.open(new ByteArrayInputStream(sealed), key, CONTEXT)) {
            return in.readAllBytes();
        }
    }

    /// What a reader got before the refusal, and the refusal.
    private record Refused(Bytes released, ErrorCode code) {
        static Refused of(byte[] sealed, Sm2PrivateKey key, byte[] context) throws IOException {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            try (InputStream in = SealedFile.open(new ByteArrayInputStream(sealed), key, context)) {
                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                    got.write(octet);
                }
            } catch (PoyangException e) {
                return new Refused(Bytes.wrap(got.toByteArray()), e.code());
            }
            throw new AssertionError("it was opened");
        }
    }

    private void refused(byte[] content, byte[] bad, String what) throws IOException {
        Refused refused = Refused.of(bad, key, CONTEXT);
        assertTrue(
                List.of(CryptoErrors.SEALED_FILE_REJECTED, CryptoErrors.NOT_A_SEALED_FILE, CryptoErrors.NOT_A_RECEIVER)
                        .contains(refused.code()),
                what + ": " + refused.code());
        byte[] released = refused.released().toArray();
        assertArrayEquals(Arrays.copyOf(content, released.length), released, what);
        assertTrue(released.length < content.length || content.length == 0, what);
        Path file = Files.write(folder.resolve("bad"), bad);
        try (SeekableByteChannel channel = SealedFile.open(Files.newByteChannel(file), key, CONTEXT)) {
            ByteBuffer all = ByteBuffer.allocate((int) channel.size());
            assertThrows(PoyangException.class, () -> channel.read(all), what);
        } catch (PoyangException e) {
            assertTrue(e.code().number() >= 2070 && e.code().number() < 2090, what);
        }
    }

    @Test
    void everyReceiverOpensEverySizeFrontToEndAndAnywhere() throws IOException {
        Random places = new Random(1);
        for (int size : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 777}) {
            byte[] content = random.bytes(size);
            byte[] sealed = seal(content, key, other);
            assertArrayEquals(content, open(sealed, key));
            assertArrayEquals(content, open(sealed, other));
            Path file = Files.write(folder.resolve("sealed-" + size), sealed);
            try (SeekableByteChannel channel = SealedFile.open(Files.newByteChannel(file), key, CONTEXT)) {
                assertEquals(size, channel.size());
                for (int i = 0; i < 20; i++) {
                    int at = places.nextInt(size + 1);
                    ByteBuffer got = ByteBuffer.allocate(places.nextInt(2 * CHUNK) + 1);
                    int length = channel.position(at).read(got);
                    assertEquals(at == size ? -1 : Math.min(got.capacity(), size - at), length);
                    assertArrayEquals(
                            Arrays.copyOfRange(content, at, at + Math.max(0, length)),
                            Arrays.copyOf(got.array(), Math.max(0, length)));
                }
            }
        }
    }

    @Test
    void everyChangedByteIsRefusedAndNothingWrongIsReleased() throws IOException {
        byte[] content = random.bytes(CHUNK + 60);
        byte[] sealed = seal(content, key);
        for (int i = 0; i < sealed.length; i += i < 300 || i > sealed.length - 100 ? 1 : 5) {
            byte[] bad = sealed.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            refused(content, bad, "octet " + i);
        }
    }

    @Test
    void everyCutIsRefused() throws IOException {
        byte[] content = random.bytes(2 * CHUNK + 60);
        byte[] sealed = seal(content, key);
        int head = SealedHead.length(1);
        for (int length = 0; length < sealed.length; length++) {
            boolean edge = (length - head) % (CHUNK + 16) < 20 || sealed.length - length < 90;
            if (edge || length < head || length % 37 == 0) {
                refused(content, Arrays.copyOf(sealed, length), "cut to " + length);
            }
        }
        refused(content, Arrays.copyOf(sealed, sealed.length + 1), "one more octet");
        refused(content, Arrays.copyOf(sealed, sealed.length + 5000), "more octets");
    }

    @Test
    void chunksHaveTheirPlaceAndTheirFile() throws IOException {
        byte[] content = random.bytes(4 * CHUNK);
        byte[] sealed = seal(content, key);
        byte[] foreign = seal(content, key);
        List<byte[]> chunks = chunks(sealed);
        List<byte[]> others = chunks(foreign);
        refused(content, join(sealed, List.of(chunks.get(1), chunks.get(0), chunks.get(2), chunks.get(3))), "order");
        refused(content, join(sealed, List.of(chunks.get(0), chunks.get(1), chunks.get(3))), "dropped");
        refused(content, join(sealed, List.of(chunks.get(0), chunks.get(1), chunks.get(2))), "no last");
        List<byte[]> twice = new ArrayList<>(chunks);
        twice.add(1, chunks.get(1));
        refused(content, join(sealed, twice), "repeated");
        List<byte[]> longer = new ArrayList<>(chunks);
        longer.add(chunks.get(3));
        refused(content, join(sealed, longer), "repeated last");
        for (int i = 0; i < 4; i++) {
            List<byte[]> swapped = new ArrayList<>(chunks);
            swapped.set(i, others.get(i));
            refused(content, join(sealed, swapped), "of another file");
        }
        refused(content, join(foreign, chunks), "another head");
    }

    private static List<byte[]> chunks(byte[] sealed) {
        List<byte[]> chunks = new ArrayList<>();
        for (int at = SealedHead.length(1); at < sealed.length; at += CHUNK + 16) {
            chunks.add(Arrays.copyOfRange(sealed, at, at + CHUNK + 16));
        }
        return chunks;
    }

    private static byte[] join(byte[] headOf, List<byte[]> chunks) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(headOf, 0, SealedHead.length(1));
        chunks.forEach(out::writeBytes);
        return out.toByteArray();
    }

    @Test
    void onlyAReceiverInTheSameContextOpens() throws IOException {
        byte[] sealed = seal(random.bytes(10), key);
        assertEquals(
                CryptoErrors.NOT_A_RECEIVER, Refused.of(sealed, other, CONTEXT).code());
        assertEquals(
                CryptoErrors.SEALED_FILE_REJECTED,
                Refused.of(sealed, key, new byte[] {1}).code());
        assertEquals(
                CryptoErrors.NOT_A_SEALED_FILE,
                Refused.of(random.bytes(500), key, CONTEXT).code());
        assertThrows(
                PoyangException.class, () -> SealedFile.seal(new ByteArrayOutputStream(), List.of(), CONTEXT, random));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SealingStream unfinished = SealedFile.seal(out, List.of(key.publicKey()), CONTEXT, BITS, random);
        unfinished.write(random.bytes(CHUNK + 1));
        unfinished.close();
        assertThrows(PoyangException.class, () -> open(out.toByteArray(), key));
        assertThrows(Bug.class, unfinished::finish);
    }

    @Test
    void anInterruptedSealingGoesOnAndOpensTheSame() throws Exception {
        byte[] content = random.bytes(3 << 20);
        Path plain = Files.write(folder.resolve("plain"), content);
        Path sealed = folder.resolve("sealed");
        Path part = folder.resolve("sealed.part");
        List<VerificationKey> to = List.of(key.publicKey());
        assertThrows(IOException.class, () -> interrupted(plain, sealed, to, 1 << 20));
        byte[] halfway = Files.readAllBytes(part);
        byte[] state = Files.readAllBytes(folder.resolve("sealed.part.state"));
        long chunks = ByteBuffer.wrap(state).getLong(40);
        int synced = (int) (SealedHead.length(1) + chunks * ((1 << 16) + 16));
        assertTrue(chunks > 0);
        for (int cut : new int[] {halfway.length, synced, synced - 1, halfway.length / 2, 300, 10, 0}) {
            Files.write(part, Arrays.copyOf(halfway, cut));
            Files.write(folder.resolve("sealed.part.state"), state);
            SealedFile.Outcome outcome = new FileSealing(plain, sealed, 1 << 16).run(to, CONTEXT, random);
            assertEquals(content.length, outcome.plainBytes());
            assertEquals(cut >= synced, outcome.resumedAt() > 0, "cut to " + cut);
            assertArrayEquals(content, open(Files.readAllBytes(sealed), key));
            assertEquals(SealedFile.sealedBytes(content.length, 1), Files.size(sealed));
            assertFalse(Files.exists(part) || Files.exists(folder.resolve("sealed.part.state")));
            Files.delete(sealed);
        }
        // Another content, or another receiver, starts anew.
        Files.write(part, halfway);
        Files.write(folder.resolve("sealed.part.state"), state);
        content[5] ^= 1;
        Files.write(plain, content);
        assertEquals(0, SealedFile.sealFile(plain, sealed, to, CONTEXT, random).resumedAt());
        assertArrayEquals(content, open(Files.readAllBytes(sealed), key));
        assertEquals(
                CryptoErrors.SEALING_FAILED,
                assertThrows(PoyangException.class, () -> SealedFile.sealFile(plain, sealed, to, CONTEXT, random))
                        .code());
    }

    /// Seals until the file in the making has so many bytes, and stops there as a crash would: what the
    /// state says is synced, and what follows is half a chunk.
    private void interrupted(Path plain, Path sealed, List<VerificationKey> to, int bytes) throws IOException {
        Path whole = folder.resolve("whole");
        Thread watcher = Thread.currentThread();
        Path part = folder.resolve("sealed.part");
        Thread.ofVirtual().start(() -> {
            while (sizeOf(part) < bytes) {
                Thread.onSpinWait();
            }
            watcher.interrupt();
        });
        try {
            SealedFile.Outcome _ = new FileSealing(plain, sealed, 1 << 16).run(to, CONTEXT, random);
        } catch (PoyangException e) {
            boolean _ = Thread.interrupted();
            assertEquals(CryptoErrors.SEALING_FAILED, e.code());
            throw new IOException(e);
        }
        throw new AssertionError("it ended before it was interrupted; " + whole);
    }

    private static long sizeOf(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void anOpeningGoesOnWhenTheRestHasArrived() throws IOException {
        byte[] content = random.bytes(5 * CHUNK + 9);
        byte[] sealed = seal(content, key);
        Path arriving = folder.resolve("arriving");
        Path plain = folder.resolve("opened");
        int head = SealedHead.length(1);
        for (int present : new int[] {0, 10, head, head + 100, head + CHUNK + 16, head + 3 * (CHUNK + 16) + 5}) {
            Files.write(arriving, Arrays.copyOf(sealed, present));
            long offset = SealedFile.resumeOffset(arriving);
            assertTrue(offset <= present && present - offset < CHUNK + 16 + (present < head ? head : 0));
            assertThrows(PoyangException.class, () -> SealedFile.openFile(arriving, plain, key, CONTEXT));
            assertFalse(Files.exists(plain));
            try (FileChannel copy = FileChannel.open(arriving, StandardOpenOption.WRITE)) {
                copy.truncate(offset);
                copy.write(ByteBuffer.wrap(sealed, (int) offset, sealed.length - (int) offset), offset);
            }
            SealedFile.Outcome outcome = new FileOpening(arriving, plain, CHUNK).run(key, CONTEXT);
            assertEquals(new SealedFile.Outcome(content.length, outcome.resumedAt()), outcome);
            assertEquals(present >= head + 3 * (CHUNK + 16), outcome.resumedAt() > 0);
            assertArrayEquals(content, Files.readAllBytes(plain));
            Files.delete(plain);
        }
        byte[] bad = sealed.clone();
        bad[head + 2 * (CHUNK + 16) + 3] ^= 1;
        Files.write(arriving, bad);
        assertEquals(
                CryptoErrors.SEALED_FILE_REJECTED,
                assertThrows(PoyangException.class, () -> SealedFile.openFile(arriving, plain, key, CONTEXT))
                        .code());
        assertArrayEquals(Arrays.copyOf(content, 2 * CHUNK), Files.readAllBytes(folder.resolve("opened.part")));
        // A state of another file counts for nothing.
        byte[] foreign = seal(content, key);
        Files.write(arriving, foreign);
        assertEquals(0, SealedFile.openFile(arriving, plain, key, CONTEXT).resumedAt());
        assertArrayEquals(content, Files.readAllBytes(plain));
    }
}
