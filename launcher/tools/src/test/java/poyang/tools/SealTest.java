package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;

final class SealTest {
    private static final String PASSWORD = "鄱阳湖 2026";

    private final SeededRandom random = new SeededRandom(new byte[32], "seal-test");

    @TempDir
    Path folder;

    @Test
    void receiversOfAllThreeFormsOpenAndOthersDoNot() throws IOException {
        byte[] content = random.bytes(200_000);
        Path plain = Files.write(folder.resolve("table.csv"), content);
        Path sealed = folder.resolve("table.csv.sealed");
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        Sm2PrivateKey one = key("one");
        Sm2PrivateKey two = key("two");
        Sm2PrivateKey three = key("three");
        Sm2PrivateKey stranger = key("stranger");
        assertFalse(stranger.publicKey().equals(one.publicKey()));
        Files.writeString(folder.resolve("one.hex"), one.publicKey().encoded().hex() + "\n");
        Bytes spki = Bytes.fromHex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
                .concat(two.publicKey().encoded());
        Files.writeString(
                folder.resolve("two.pub"),
                "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(spki.toArray())
                        + "\n-----END PUBLIC KEY-----\n");
        Instant now = Instant.parse("2026-11-23T00:00:00Z");
        Certificates.Authority root = Certificates.root(
                "root",
                Sm2PrivateKey.generate(random),
                new Certificates.Validity(now, now.plus(Duration.ofDays(9))),
                random);
        Certificates.Authority issuer = root.issuer(
                "issuer",
                Sm2PrivateKey.generate(random),
                new Certificates.Validity(now, now.plus(Duration.ofDays(9))),
                random);
        Files.writeString(
                folder.resolve("three.crt"),
                Certificates.toPem(List.of(issuer.leaf(
                        "three",
                        three.publicKey(),
                        new Certificates.Validity(now, now.plus(Duration.ofDays(8))),
                        random))));
        assertEquals(
                0,
                Main.run(
                        "seal",
                        "--to",
                        at("one.hex"),
                        "--to",
                        at("two.pub"),
                        "--to",
                        at("three.crt"),
                        plain.toString()));
        assertEquals(2, Main.run("seal", "--to", at("password"), plain.toString(), "--out", at("x")));
        assertEquals(1, Main.run("seal", "--to", at("one.hex"), plain.toString()), "nothing is overwritten");
        for (String name : List.of("one", "two", "three")) {
            assertEquals(0, open(name, password, sealed));
            assertArrayEquals(content, Files.readAllBytes(folder.resolve(name + ".out")));
        }
        assertEquals(1, open("stranger", password, sealed));
        assertFalse(Files.exists(folder.resolve("stranger.out")));
        Files.delete(folder.resolve("one.out"));
        byte[] bad = Files.readAllBytes(sealed);
        bad[bad.length - 1] ^= 1;
        Files.write(sealed, bad);
        assertEquals(2, open("one", password, sealed));
        assertFalse(Files.exists(folder.resolve("one.out")));
        bad[bad.length - 1] ^= 1;
        Files.write(sealed, bad);
        assertEquals(0, open("one", password, sealed), "what was authentic is kept, the rest opened now");
        assertArrayEquals(content, Files.readAllBytes(folder.resolve("one.out")));
    }

    private int open(String name, Path password, Path sealed) {
        return Main.run(
                "open",
                "--key",
                at(name + ".pem"),
                "--password-file",
                password.toString(),
                sealed.toString(),
                "--out",
                at(name + ".out"));
    }

    private Sm2PrivateKey key(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        PrivateKeyFile.write(folder.resolve(name + ".pem"), key, PASSWORD.toCharArray(), random);
        return key;
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }
}
