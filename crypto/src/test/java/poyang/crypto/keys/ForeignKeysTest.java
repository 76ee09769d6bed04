package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// Keys that OpenSSL, Tongsuo, gmsm and CFCA's tools wrote.
final class ForeignKeysTest {
    static final Path KEYS = Path.of("src/test/resources/keys");
    static final String OPENSSL_PASSWORD = "Openssl-Made-0";

    @Test
    void everyFormThatOpenSslWritesIsTheSameKey() throws IOException {
        String expected = Files.readString(KEYS.resolve("openssl/public.hex")).strip();
        List<String> forms = new ArrayList<>();
        for (Path file : files("openssl")) {
            String name = file.getFileName().toString();
            if (name.matches("(plain|sec1|pkcs8|key-and|aes256|sm4|legacy).*")) {
                try (ImportedKey imported = read(file, OPENSSL_PASSWORD)) {
                    assertEquals(expected, imported.key().publicKey().encoded().hex(), name);
                    assertEquals(
                            name.endsWith("p12") || name.startsWith("key-and") ? 1 : 0,
                            imported.certificates().size(),
                            name);
                    forms.add(imported.form());
                }
            }
        }
        assertEquals(18, forms.size(), forms.toString());
    }

    @Test
    void everyKeyOfTongsuoOpens() throws IOException {
        int opened = 0;
        for (Path file : files("tongsuo")) {
            String name = file.getFileName().toString();
            if (!name.contains("bad") && !name.endsWith("crt")) {
                try (ImportedKey imported = read(file, "")) {
                    byte[] message = name.getBytes(StandardCharsets.UTF_8);
                    assertTrue(
                            imported.key()
                                    .publicKey()
                                    .verify(message, imported.key().sign(message)),
                            name);
                    opened++;
                }
            }
        }
        assertEquals(10, opened);
        try (ImportedKey imported = read(KEYS.resolve("tongsuo/client_sign.key"), "")) {
            String pem = Files.readString(KEYS.resolve("tongsuo/client_sign.crt"));
            assertEquals(
                    imported.key().publicKey(),
                    Certificates.publicKey(Certificates.fromPem(pem.substring(pem.indexOf("-----BEGIN")))
                            .getFirst()));
        }
    }

    @Test
    void everyKeyOfGmsmOpensAndCfcaKeysBringTheirCertificate() throws IOException {
        int opened = 0;
        for (Path file : files("gmsm")) {
            String name = file.getFileName().toString();
            if (name.contains("sm9")) {
                continue;
            }
            boolean cfca = name.startsWith("cfca");
            try (ImportedKey imported = read(file, passwordOf(name))) {
                assertEquals(cfca ? 1 : 0, imported.certificates().size());
                byte[] message = {1};
                assertTrue(
                        imported.key()
                                .publicKey()
                                .verify(message, imported.key().sign(message)),
                        name);
                opened++;
            }
            if (cfca || name.startsWith("encrypted")) {
                assertEquals(
                        CryptoErrors.WRONG_PASSWORD, refusal(file, "another").code(), name);
            }
        }
        assertEquals(4, opened);
    }

    @Test
    void numbersOutOfRangeAreRefusedWithTheReason() throws IOException {
        check("tongsuo/sm2_bad_0.pem", CryptoErrors.BAD_KEY, "is the group's order n");
        check("tongsuo/sm2_bad_1.pem", CryptoErrors.BAD_KEY, "larger than the group's order n");
        check("tongsuo/sm2_bad_neg1.pem", CryptoErrors.BAD_KEY, "n − 1");
    }

    @Test
    void otherKeysAreRefusedWithTheReason() throws IOException {
        check("openssl/rsa.pem", CryptoErrors.BAD_KEY, "RSA");
        check("openssl/p256.pem", CryptoErrors.BAD_KEY, "P-256");
        check("openssl/p256-explicit.pem", CryptoErrors.BAD_KEY, "explicit curve parameters");
        check("openssl/ed25519.pem", CryptoErrors.BAD_KEY, "Ed25519");
        check("openssl/cert.pem", CryptoErrors.UNKNOWN_KEY_FORM, "0 private keys");
        check("gmsm/encrypted_sm9_sign_private_key-113311fa43b4.pem", CryptoErrors.UNKNOWN_KEY_FORM, "SM9");
        for (Path file : files("openssl")) {
            String name = file.getFileName().toString();
            if (name.matches("(sec1-(aes|sm4|des)|pkcs8).*|.*p12")) {
                assertEquals(
                        CryptoErrors.WRONG_PASSWORD, refusal(file, "another").code(), name);
            }
        }
    }

    @Test
    void twoKeysOrAnotherKeysCertificateAreRefused() throws IOException {
        String one = Files.readString(KEYS.resolve("openssl/plain.pem"));
        String two = Files.readString(KEYS.resolve("tongsuo/sm2.key"));
        String certificate = Files.readString(KEYS.resolve("openssl/cert.pem"));
        assertEquals(CryptoErrors.UNKNOWN_KEY_FORM, refusal(one + two, "").code());
        assertEquals(
                CryptoErrors.BAD_CERTIFICATE, refusal(two + certificate, "").code());
        assertEquals(CryptoErrors.UNKNOWN_KEY_FORM, refusal("", "").code());
        assertEquals(CryptoErrors.UNKNOWN_KEY_FORM, refusal("no key", "").code());
    }

    /// The public key inside tells a changed private key; a file without one carries nothing to tell it.
    @Test
    void aChangedByteNeverGivesAnotherKeyNorAnotherException() throws IOException {
        for (String name : new String[] {
            "openssl/plain.der",
            "gmsm/encrypted_private_key-5a97647dac38.pem",
            "gmsm/cfca_key-cc61606710c8.pem",
            "openssl/sec1-sm4.pem"
        }) {
            byte[] good = Files.readAllBytes(KEYS.resolve(name));
            String password = name.contains("gmsm") ? passwordOf(name) : OPENSSL_PASSWORD;
            String expected;
            try (ImportedKey key = KeyImport.read(good, password::toCharArray)) {
                expected = key.key().publicKey().encoded().hex();
            }
            for (int i = 0; i < good.length; i++) {
                for (int flip : new int[] {0x01, 0x80}) {
                    byte[] bad = good.clone();
                    bad[i] ^= (byte) flip;
                    try (ImportedKey key = KeyImport.read(bad, password::toCharArray)) {
                        assertEquals(expected, key.key().publicKey().encoded().hex(), name + " byte " + i);
                    } catch (PoyangException e) {
                        assertTrue(e.code().number() / 1000 == 2, name + " byte " + i + ": " + e);
                    }
                }
            }
        }
    }

    @Test
    void thePasswordIsOverwrittenAfterUse() throws IOException {
        char[] password = "Password1".toCharArray();
        KeyImport.read(Files.readAllBytes(KEYS.resolve("gmsm/encrypted_private_key-5a97647dac38.pem")), () -> password)
                .close();
        assertArrayEquals(new char[9], password);
    }

    @Test
    void aKeyComesBackFromItsOwnEncoding() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(new SeededRandom(new byte[SeededRandom.SEED_BYTES], "codec"));
        byte[] encoded = Sm2KeyCodec.encode(key);
        assertEquals(key.publicKey(), Sm2KeyCodec.decode(encoded).publicKey());
        Arrays.fill(encoded, (byte) 0);
    }

    private static String passwordOf(String gmsm) {
        return gmsm.contains("cc61606710c8") ? "123456" : gmsm.contains("cfca") ? "ys123456" : "Password1";
    }

    private static void check(String name, ErrorCode code, String reason) throws IOException {
        PoyangException refusal = refusal(KEYS.resolve(name), OPENSSL_PASSWORD);
        assertEquals(code, refusal.code(), name);
        assertTrue(refusal.wrong().contains(reason), name + ": " + refusal.wrong());
    }

    private static PoyangException refusal(Path file, String password) throws IOException {
        byte[] content = Files.readAllBytes(file);
        return assertThrows(
                PoyangException.class, () -> KeyImport.read(content, password::toCharArray), file.toString());
    }

    private static PoyangException refusal(String pem, String password) {
        byte[] content = pem.getBytes(StandardCharsets.US_ASCII);
        return assertThrows(PoyangException.class, () -> KeyImport.read(content, password::toCharArray));
    }

    private static ImportedKey read(Path file, String password) throws IOException {
        return KeyImport.read(Files.readAllBytes(file), password::toCharArray);
    }

    private static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(KEYS.resolve(folder))) {
            return files.sorted().toList();
        }
    }
}
