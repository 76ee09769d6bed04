package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Key files and certificates, each with what must be refused.
final class IdentityTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    private static final char[] PASSWORD = "湖口-石钟山".toCharArray();

    private final RandomSource random = new SeededRandom(new byte[32], "identity-test");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Authority issuer = root.issuer("taxation", key(), YEAR, random);

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    // ---- key files ------------------------------------------------------------------------------

    @Test
    void aKeyFileOpensWithItsPasswordOnly(@TempDir Path folder) throws IOException {
        Sm2PrivateKey key = key();
        Path file = folder.resolve("owner.pem");
        PrivateKeyFile.write(file, key, PASSWORD, random);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(key.publicKey(), PrivateKeyFile.read(file, PASSWORD).publicKey());
        String secret = Bytes.wrap(key.scalar()).hex();
        assertTrue(!Bytes.wrap(Files.readAllBytes(file)).hex().contains(secret));
        PoyangException wrong =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.read(file, "other".toCharArray()));
        assertEquals(CryptoErrors.WRONG_PASSWORD, wrong.code());
        PoyangException missing =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.read(folder.resolve("no.pem"), PASSWORD));
        assertEquals(CryptoErrors.FILE_FAILED, missing.code());
    }

    @Test
    void aDamagedKeyFileIsRefusedWithATypedErrorOnly() {
        String pem = PrivateKeyFile.toPem(key(), PASSWORD, random);
        for (int i = 30; i < pem.length() - 30; i += 9) {
            char[] bad = pem.toCharArray();
            bad[i] = bad[i] == 'A' ? 'B' : 'A';
            String text = new String(bad);
            if (!text.equals(pem)) {
                try {
                    PrivateKeyFile.fromPem(text, PASSWORD);
                } catch (PoyangException e) {
                    assertTrue(e.code().equals(CryptoErrors.BAD_KEY) || e.code().equals(CryptoErrors.WRONG_PASSWORD));
                }
            }
        }
        for (String text : List.of("", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "x")) {
            PoyangException refused = assertThrows(PoyangException.class, () -> PrivateKeyFile.fromPem(text, PASSWORD));
            assertEquals(CryptoErrors.BAD_KEY, refused.code());
        }
    }

    // ---- certificates ---------------------------------------------------------------------------

    @Test
    void aChainLeadsToItsRootInTimeAndForItsUse() {
        Sm2PrivateKey own = key();
        X509Certificate leaf = issuer.leaf("taxation-executor", own.publicKey(), YEAR, random);
        List<X509Certificate> chain = List.of(leaf, issuer.certificate());
        Certificates.validate(chain, root.certificate(), NOW);
        Certificates.validate(List.of(leaf, issuer.certificate(), root.certificate()), root.certificate(), NOW);
        assertEquals(chain, Certificates.fromPem(Certificates.toPem(chain)));
        assertEquals("taxation-executor", Certificates.name(leaf));
        assertEquals(own.publicKey(), Certificates.publicKey(leaf));
        refused("expired", chain, root.certificate(), NOW.plus(Duration.ofDays(400)));
        refused("valid only from", chain, root.certificate(), NOW.minus(Duration.ofDays(2)));
        Authority stranger = Certificates.root("Jiangxi", key(), YEAR, random);
        refused("was not signed by", chain, stranger.certificate(), NOW);
        refused("unknown authority", List.of(leaf), root.certificate(), NOW);
        refused("not for TLS", List.of(issuer.certificate()), root.certificate(), NOW);
        X509Certificate byLeaf = new Authority(leaf, own).leaf("x", key().publicKey(), YEAR, random);
        refused("may not issue", List.of(byLeaf, leaf, issuer.certificate()), root.certificate(), NOW);
        X509Certificate grandchild = issuer.issuer("sub", own, YEAR, random).certificate();
        X509Certificate deep = new Authority(grandchild, own).leaf("y", key().publicKey(), YEAR, random);
        refused("may not issue", List.of(deep, grandchild, issuer.certificate()), root.certificate(), NOW);
    }

    private static void refused(String why, List<X509Certificate> chain, X509Certificate root, Instant now) {
        PoyangException refused = assertThrows(PoyangException.class, () -> Certificates.validate(chain, root, now));
        assertEquals(CryptoErrors.BAD_CERTIFICATE, refused.code());
        assertTrue(refused.wrong().contains(why), refused.wrong());
    }
}
