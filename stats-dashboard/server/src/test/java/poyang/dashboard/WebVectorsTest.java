package poyang.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SealedBox;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4Gcm;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.kernel.Bytes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The browser's cryptography against this side's, both ways, through files in
/// stats-dashboard/web/test/vectors: java.json is written here (`-Dregenerate=true`), browser.json by
/// `REGENERATE=1 npm test`.
class WebVectorsTest {
    private static final Path FOLDER = Path.of("..", "web", "test", "vectors");
    private static final String PASSWORD = "鄱阳湖-Poyang 2026";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] octets) {
        return Bytes.wrap(octets).hex();
    }

    @Test
    void browserReadsWhatThisSideMakes() throws IOException {
        SeededRandom random = new SeededRandom(new byte[32], "web vectors");
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        byte[] message = utf8("谁在两张表里？");
        byte[] context = utf8("poyang.result.v1:00:1");
        byte[] symmetric = random.bytes(16);
        byte[] nonce = random.bytes(12);
        Signature signature = key.sign(message);
        byte[] challenge = random.bytes(32);
        Map<String, String> made = new LinkedHashMap<>();
        made.put("password", PASSWORD);
        made.put("pem", PrivateKeyFile.toPem(key, PASSWORD.toCharArray(), random));
        made.put("publicKey", key.publicKey().encoded().hex());
        made.put("message", hex(message));
        made.put("sm3", hex(Sm3.digest(message)));
        made.put("hmacKey", hex(symmetric));
        made.put("hmac", hex(Sm3.hmac(symmetric, message)));
        made.put("signature", signature.encoded().hex());
        made.put("nonce", hex(nonce));
        made.put("context", hex(context));
        made.put("gcm", hex(Sm4Gcm.encrypt(symmetric, nonce, context, message)));
        made.put("sealed", hex(SealedBox.seal(key.publicKey(), context, message, random)));
        made.put("challenge", hex(challenge));
        made.put(
                "login",
                hex(Logins.message(Sm3.hash(), "taxation/owner", Bytes.wrap(challenge), "https://127.0.0.1:8480")));
        made.put("sealedFile", hex(sealedFile(List.of(key), context, message, random)));
        byte[] large = random.bytes(140_000);
        List<Sm2PrivateKey> two = List.of(Sm2PrivateKey.generate(random), key);
        made.put("sealedLarge", hex(sealedFile(two, context, large, random)));
        made.put("largeSm3", hex(Sm3.digest(large)));
        String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(made) + "\n";
        Path file = FOLDER.resolve("java.json");
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text);
    }

    private static byte[] sealedFile(List<Sm2PrivateKey> to, byte[] context, byte[] content, SeededRandom random)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SealingStream stream = SealedFile.seal(
                out,
                List.<VerificationKey>copyOf(
                        to.stream().map(Sm2PrivateKey::publicKey).toList()),
                context,
                random)) {
            stream.write(content);
            stream.finish();
        }
        return out.toByteArray();
    }

    @Test
    void thisSideReadsWhatTheBrowserMakes() throws IOException {
        JsonNode java = JSON.readTree(Files.readString(FOLDER.resolve("java.json")));
        JsonNode browser = JSON.readTree(Files.readString(FOLDER.resolve("browser.json")));
        Sm2PrivateKey key = PrivateKeyFile.fromPem(java.get("pem").asString(), PASSWORD.toCharArray());
        Sm2PublicKey publicKey = key.publicKey();
        for (JsonNode signed : browser.get("signatures")) {
            byte[] message = Bytes.fromHex(signed.get("message").asString()).toArray();
            Signature signature = Signature.decode(
                    Bytes.fromHex(signed.get("signature").asString()).toArray());
            assertTrue(publicKey.verify(message, signature));
            assertFalse(publicKey.verify(message, new Signature(signature.rs(), 1 - signature.parity())));
        }
        byte[] opened = SealedBox.open(
                key,
                Bytes.fromHex(browser.get("context").asString()).toArray(),
                Bytes.fromHex(browser.get("sealed").asString()).toArray());
        assertEquals(browser.get("plaintext").asString(), hex(opened));
    }
}
