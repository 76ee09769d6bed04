package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.InputDecryptor;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class KeystoreTest {
    private static final String PASSWORD = "Keystore-pass-42";
    private static final Certificates.Validity YEARS =
            new Certificates.Validity(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2036-01-01T00:00:00Z"));
    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

    private final RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "keystore");
    private final Sm2PrivateKey rootKey = Sm2PrivateKey.generate(random);
    private final Certificates.Authority root = Certificates.root("Jiangxi", rootKey, YEARS, random);
    private final Sm2PrivateKey first = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey second = Sm2PrivateKey.generate(random);
    private final X509Certificate stranger = Certificates.root("Fujian", Sm2PrivateKey.generate(random), YEARS, random)
            .certificate();

    private Keystore store() {
        Sm2PrivateKey issuerKey = Sm2PrivateKey.generate(random);
        Certificates.Authority issuer = root.issuer("Tax", issuerKey, YEARS, random);
        return Keystore.of(
                List.of(
                        new Keystore.Entry(
                                "签名 sign",
                                first,
                                List.of(
                                        issuer.leaf("node-1", first.publicKey(), YEARS, random),
                                        issuer.certificate(),
                                        root.certificate())),
                        new Keystore.Entry("bare", second, List.of())),
                List.of(stranger));
    }

    @Test
    void comesBackAsItWas() {
        for (Keystore.Seal seal : Keystore.Seal.values()) {
            Keystore store = store();
            byte[] file = store.encode(PASSWORD.toCharArray(), seal, random);
            assertSame(store, Keystore.read(file, PASSWORD.toCharArray()));
            PoyangException refusal =
                    assertThrows(PoyangException.class, () -> Keystore.read(file, "another".toCharArray()));
            assertEquals(CryptoErrors.WRONG_PASSWORD, refusal.code());
        }
    }

    private static void assertSame(Keystore expected, Keystore read) {
        assertEquals(expected.entries().size(), read.entries().size());
        for (Keystore.Entry entry : expected.entries()) {
            Keystore.Entry other = read.entry(entry.alias()).orElseThrow();
            assertEquals(entry.key().publicKey(), other.key().publicKey());
            assertEquals(entry.chain(), other.chain());
        }
        assertEquals(expected.others(), read.others());
    }

    /// BouncyCastle's `KeyStore` knows no SM3 in either seal (1.87); its PKCS#12 classes open the bags, and
    /// its primitives recompute the seals.
    @Test
    void bouncyCastleReadsOurs() throws Exception {
        PKCS12PfxPdu classic = new PKCS12PfxPdu(store().encode(PASSWORD.toCharArray(), Keystore.Seal.CLASSIC, random));
        BcPKCS12MacCalculatorBuilderProvider macs =
                new BcPKCS12MacCalculatorBuilderProvider(BcDefaultDigestProvider.INSTANCE);
        assertTrue(classic.isMacValid(macs, PASSWORD.toCharArray()));
        assertFalse(classic.isMacValid(macs, "another".toCharArray()));
        byte[] modern = store().encode(PASSWORD.toCharArray(), Keystore.Seal.PBMAC1, random);
        Pfx pfx = Pfx.getInstance(modern);
        PBMAC1Params seal = PBMAC1Params.getInstance(
                pfx.getMacData().getMac().getAlgorithmId().getParameters());
        PBKDF2Params derivation =
                PBKDF2Params.getInstance(seal.getKeyDerivationFunc().getParameters());
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WITHHMACSM3", BOUNCY_CASTLE)
                .generateSecret(new PBEKeySpec(
                        PASSWORD.toCharArray(), derivation.getSalt(), PasswordDerivation.ITERATIONS, 256))
                .getEncoded();
        Mac mac = Mac.getInstance("HMACSM3", BOUNCY_CASTLE);
        mac.init(new SecretKeySpec(key, "HMACSM3"));
        assertArrayEquals(
                pfx.getMacData().getMac().getDigest(),
                mac.doFinal(ASN1OctetString.getInstance(pfx.getAuthSafe().getContent())
                        .getOctets()));
        assertEquals(6, bags(classic));
        assertEquals(6, bags(new PKCS12PfxPdu(modern)));
    }

    /// PBES2 with BouncyCastle's PBKDF2-HMAC-SM3 and SM4, which it does not find by their ids itself.
    private static InputDecryptor decryptor(AlgorithmIdentifier algorithm) {
        PBES2Parameters scheme = PBES2Parameters.getInstance(algorithm.getParameters());
        PBKDF2Params derivation =
                PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters());
        byte[] iv = ASN1OctetString.getInstance(scheme.getEncryptionScheme().getParameters())
                .getOctets();
        return new InputDecryptor() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return algorithm;
            }

            @Override
            public InputStream getInputStream(InputStream encrypted) {
                try {
                    byte[] key = SecretKeyFactory.getInstance("PBKDF2WITHHMACSM3", BOUNCY_CASTLE)
                            .generateSecret(new PBEKeySpec(
                                    PASSWORD.toCharArray(),
                                    derivation.getSalt(),
                                    derivation.getIterationCount().intValueExact(),
                                    128))
                            .getEncoded();
                    Cipher cipher = Cipher.getInstance("SM4/CBC/PKCS7Padding", BOUNCY_CASTLE);
                    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "SM4"), new IvParameterSpec(iv));
                    return new CipherInputStream(encrypted, cipher);
                } catch (GeneralSecurityException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }

    /// Counts keys and certificates after opening them, and compares the first key.
    private int bags(PKCS12PfxPdu pfx) throws Exception {
        InputDecryptorProvider decryptor = KeystoreTest::decryptor;
        int found = 0;
        for (ContentInfo part : pfx.getContentInfos()) {
            PKCS12SafeBagFactory factory = part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)
                    ? new PKCS12SafeBagFactory(part, decryptor)
                    : new PKCS12SafeBagFactory(part);
            for (PKCS12SafeBag bag : factory.getSafeBags()) {
                if (bag.getBagValue() instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
                    byte[] info = encrypted.decryptPrivateKeyInfo(decryptor).getEncoded();
                    assertTrue(List.of(first.publicKey(), second.publicKey())
                            .contains(Sm2KeyCodec.decode(info).publicKey()));
                    found++;
                } else if (bag.getBagValue() instanceof X509CertificateHolder) {
                    found++;
                }
            }
        }
        return found;
    }

    @Test
    void readsWhatBouncyCastleWrites() throws GeneralSecurityException, IOException {
        for (String type : new String[] {"PKCS12", "PKCS12-AES256-AES128", "PKCS12-PBMAC1"}) {
            Keystore store = store();
            KeyStore writer = KeyStore.getInstance(type, BOUNCY_CASTLE);
            writer.load(null, null);
            Keystore.Entry entry = store.entry("签名 sign").orElseThrow();
            PrivateKey key = KeyFactory.getInstance("EC", BOUNCY_CASTLE)
                    .generatePrivate(new PKCS8EncodedKeySpec(Sm2KeyCodec.encode(entry.key())));
            writer.setKeyEntry("签名 sign", key, null, entry.chain().toArray(new Certificate[0]));
            writer.setCertificateEntry("root of another", stranger);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            writer.store(out, PASSWORD.toCharArray());
            Keystore read = Keystore.read(out.toByteArray(), PASSWORD.toCharArray());
            assertEquals(1, read.entries().size(), type);
            assertEquals(
                    entry.key().publicKey(), read.entries().getFirst().key().publicKey());
            assertEquals(entry.chain(), read.entries().getFirst().chain());
            assertEquals(List.of(stranger), read.others());
        }
    }

    @Test
    void aFileWithoutASealOrWithTooMuchWorkIsRefused() throws IOException {
        byte[] file = store().encode(PASSWORD.toCharArray(), Keystore.Seal.PBMAC1, 16, random);
        Pfx pfx = Pfx.getInstance(file);
        byte[] bare = new Pfx(pfx.getAuthSafe(), null).getEncoded();
        assertEquals(
                CryptoErrors.BAD_KEYSTORE,
                assertThrows(PoyangException.class, () -> Keystore.read(bare, PASSWORD.toCharArray()))
                        .code());
        byte[] heavy = store().encode(PASSWORD.toCharArray(), Keystore.Seal.CLASSIC, 16, random);
        String hex = HexFormat.of().formatHex(heavy);
        assertTrue(hex.endsWith("020110"), "the iteration count comes last");
        heavy[heavy.length - 1] = (byte) 0xff; // −1
        assertEquals(
                CryptoErrors.BAD_KEY,
                assertThrows(PoyangException.class, () -> Keystore.read(heavy, PASSWORD.toCharArray()))
                        .code());
    }

    @Test
    void aChangedByteIsRefusedOrChangesNothing() {
        for (Keystore.Seal seal : Keystore.Seal.values()) {
            Keystore store = store();
            byte[] good = store.encode(PASSWORD.toCharArray(), seal, 16, random);
            List<Integer> unnoticed = new ArrayList<>();
            for (int i = 0; i < good.length; i++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << (i % 8));
                try (Keystore read = Keystore.read(bad, PASSWORD.toCharArray())) {
                    assertSame(store, read);
                    unnoticed.add(i);
                } catch (PoyangException e) {
                    assertTrue(e.code().number() / 1000 == 2, "byte " + i + ": " + e);
                }
            }
            // outside the seal: PBMAC1's placeholders, the NULL of an algorithm, a version
            assertTrue(unnoticed.size() <= 8, seal + ": " + unnoticed);
        }
    }

    @Test
    void entriesAreConsistent() {
        Keystore store = store();
        assertThrows(PoyangException.class, () -> store.with(new Keystore.Entry("bare", rootKey, List.of())));
        assertThrows(PoyangException.class, () -> store.with(new Keystore.Entry("again", first, List.of())));
        assertThrows(PoyangException.class, () -> new Keystore.Entry("x", rootKey, List.of(stranger)));
        assertEquals(
                3,
                store.with(new Keystore.Entry("x", rootKey, List.of()))
                        .entries()
                        .size());
        assertEquals(1, store.without("bare").entries().size());
        assertFalse(store.toString().contains("scalar"));
    }

    @Test
    void theFileIsPrivate(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("keys.p12");
        store().write(file, PASSWORD.toCharArray(), Keystore.Seal.PBMAC1, random);
        store().write(file, PASSWORD.toCharArray(), Keystore.Seal.PBMAC1, random);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(2, Keystore.read(file, PASSWORD.toCharArray()).entries().size());
    }

    /// OpenSSL 3.0 knows neither PBMAC1 nor PBKDF2 with HMAC-SM3, but sees through the structure.
    @Test
    void openSslParsesTheStructure(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        store().write(file, PASSWORD.toCharArray(), Keystore.Seal.CLASSIC, random);
        Process process = new ProcessBuilder("openssl", "asn1parse", "-inform", "DER", "-in", file.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0, out);
    }
}
