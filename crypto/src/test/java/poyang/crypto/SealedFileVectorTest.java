package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;

/// Sealed files against an implementation in another language (`sealed_file.py` beside the vectors),
/// both ways: `python-*.sealed` were made there, `java-*.sealed` here (`-Dregenerate=true`) and are
/// checked there by `sealed_file.py check FOLDER`.
final class SealedFileVectorTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors/sealed");

    @Test
    void foreignFilesOpenForEachOfTheirReceivers() throws IOException {
        int opened = 0;
        for (String listing : List.of("python.json", "java.json")) {
            for (JsonNode vector :
                    new ObjectMapper().readTree(VECTORS.resolve(listing).toFile())) {
                byte[] sealed =
                        Files.readAllBytes(VECTORS.resolve(vector.get("file").asText()));
                byte[] context = hex(vector, "context");
                for (JsonNode scalar : vector.get("scalars")) {
                    Sm2PrivateKey key = Sm2PrivateKey.of(HexFormat.of().parseHex(scalar.asText()));
                    try (InputStream in = SealedFile.open(new ByteArrayInputStream(sealed), key, context)) {
                        byte[] content = in.readAllBytes();
                        assertEquals(vector.get("length").asInt(), content.length);
                        assertArrayEquals(hex(vector, "sm3"), Sm3.digest(content));
                        opened++;
                    }
                }
            }
        }
        assertEquals(7 + 5, opened);
    }

    @Test
    void whatThisSideMakesIsPinned() throws IOException {
        SeededRandom random = new SeededRandom(new byte[32], "sealed file vectors");
        List<Sm2PrivateKey> keys = List.of(Sm2PrivateKey.generate(random), Sm2PrivateKey.generate(random));
        List<Map<String, Object>> listing = new ArrayList<>();
        for (int length : new int[] {0, 1000, 65_536, 70_000}) {
            List<Sm2PrivateKey> to = keys.subList(0, length == 1000 ? 2 : 1);
            byte[] content = random.bytes(length);
            byte[] context = ("poyang.vector:" + length).getBytes(StandardCharsets.US_ASCII);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            List<VerificationKey> receivers =
                    to.stream().<VerificationKey>map(Sm2PrivateKey::publicKey).toList();
            try (SealingStream stream = SealedFile.seal(out, receivers, context, random)) {
                stream.write(content);
                stream.finish();
            }
            String name = "java-" + length + ".sealed";
            check(name, out.toByteArray());
            Map<String, Object> vector = new LinkedHashMap<>();
            vector.put("file", name);
            vector.put("context", HexFormat.of().formatHex(context));
            vector.put("length", length);
            vector.put("sm3", HexFormat.of().formatHex(Sm3.digest(content)));
            vector.put(
                    "scalars",
                    to.stream()
                            .map(key -> HexFormat.of().formatHex(key.scalar()))
                            .toList());
            listing.add(vector);
        }
        byte[] json = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(listing);
        check("java.json", json);
    }

    private static void check(String name, byte[] content) throws IOException {
        Path file = VECTORS.resolve(name);
        if (Boolean.getBoolean("regenerate")) {
            Files.write(file, content);
        }
        assertArrayEquals(Files.readAllBytes(file), content, name);
    }

    private static byte[] hex(JsonNode node, String field) {
        return HexFormat.of().parseHex(node.get(field).asText());
    }
}
