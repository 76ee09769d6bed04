package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.kernel.PoyangException;
import poyang.wire.schema.SealedResult;

final class ResultDownloadTest {
    private static final int PIECE = 100_000;

    private final SeededRandom random = new SeededRandom(new byte[32], "download-test");

    @TempDir
    Path folder;

    private static SealedResult piece(byte[] sealed, long offset) {
        int from = (int) offset;
        return SealedResult.newBuilder()
                .setOffset(offset)
                .setTotalBytes(sealed.length)
                .setSealed(ByteString.copyFrom(sealed, from, Math.min(PIECE, sealed.length - from)))
                .build();
    }

    @Test
    void aDownloadGoesOnWhereItWasInterrupted() throws IOException {
        byte[] content = random.bytes(450_000);
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SealingStream stream = SealedFile.seal(out, List.of(key.publicKey()), new byte[0], random)) {
            stream.write(content);
            stream.finish();
        }
        byte[] sealed = out.toByteArray();
        Path copy = folder.resolve("copy");
        List<Long> asked = new ArrayList<>();
        assertThrows(
                IllegalStateException.class,
                () -> ResultDownload.fetch(
                        offset -> {
                            asked.add(offset);
                            if (asked.size() == 4) {
                                throw new IllegalStateException("the line went down");
                            }
                            return piece(sealed, offset);
                        },
                        copy));
        asked.clear();
        ResultDownload.fetch(
                offset -> {
                    asked.add(offset);
                    return piece(sealed, offset);
                },
                copy);
        assertTrue(asked.getFirst() > 2 * 65_536, "it goes on: " + asked);
        assertArrayEquals(sealed, Files.readAllBytes(copy));
        assertEquals(
                content.length,
                SealedFile.openFile(copy, folder.resolve("plain"), key, new byte[0])
                        .plainBytes());
        assertArrayEquals(content, Files.readAllBytes(folder.resolve("plain")));
    }

    @Test
    void anotherPieceThanAskedForIsRefused() {
        byte[] sealed = random.bytes(1000);
        Path copy = folder.resolve("copy");
        assertThrows(
                PoyangException.class,
                () -> ResultDownload.fetch(
                        offset -> piece(sealed, offset).toBuilder().setOffset(5).build(), copy));
        assertThrows(
                PoyangException.class,
                () -> ResultDownload.fetch(
                        offset -> piece(sealed, offset).toBuilder()
                                .setTotalBytes(10)
                                .build(),
                        copy));
        assertThrows(
                PoyangException.class,
                () -> ResultDownload.fetch(
                        offset -> SealedResult.newBuilder().setTotalBytes(10).build(), copy));
    }
}
