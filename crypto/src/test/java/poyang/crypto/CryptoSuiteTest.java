package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.crypto.agreement.ECDHBasicAgreement;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What holds under either suite, what one suite refuses of the other, and the international one against
/// BouncyCastle as its twin.
final class CryptoSuiteTest {
    private static final byte[] MESSAGE = "鄱阳湖 2026".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTEXT = {1, 2, 3};
    private static final ECDomainParameters P256 = new ECDomainParameters(CustomNamedCurves.getByName("P-256"));

    private final RandomSource random = new SeededRandom(new byte[32], "suite-test");

    @ParameterizedTest
    @EnumSource
    void aSignatureHoldsForItsMessageAndKeyOnly(CryptoSuite suite) {
        SigningKey key = suite.generate(random);
        Signature signature = key.sign(MESSAGE);
        assertEquals(signature, key.sign(MESSAGE), "nonces come from key and message");
        assertTrue(key.publicKey().verify(MESSAGE, signature));
        assertTrue(key.publicKey().verifyWithoutParity(MESSAGE, signature.rs().toArray()));
        assertFalse(suite.generate(random).publicKey().verify(MESSAGE, signature));
        byte[] encoded = signature.encoded().toArray();
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 1;
            assertFalse(key.publicKey().verify(MESSAGE, Signature.decode(changed)), "byte " + i);
        }
        for (int i = 0; i < MESSAGE.length; i++) {
            byte[] changed = MESSAGE.clone();
            changed[i] ^= 1;
            assertFalse(key.publicKey().verify(changed, signature), "byte " + i + " of the message");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyHasOneEncodingAndSaysItsSuite(CryptoSuite suite) {
        for (int i = 0; i < 20; i++) {
            VerificationKey key = suite.generate(random).publicKey();
            byte[] encoded = key.encoded().toArray();
            VerificationKey again = suite.publicKey(encoded);
            assertEquals(key, again);
            assertEquals(key.hashCode(), again.hashCode());
            assertEquals(suite, again.suite());
            byte[] shorter = Arrays.copyOf(encoded, encoded.length - 1);
            assertEquals(
                    CryptoErrors.BAD_KEY,
                    assertThrows(PoyangException.class, () -> VerificationKey.decode(shorter))
                            .code());
        }
        CryptoSuite other = suite == CryptoSuite.SM ? CryptoSuite.INTERNATIONAL : CryptoSuite.SM;
        byte[] foreign = other.generate(random).publicKey().encoded().toArray();
        PoyangException refused = assertThrows(PoyangException.class, () -> suite.publicKey(foreign));
        assertEquals(CryptoErrors.OTHER_SUITE, refused.code());
        assertTrue(refused.wrong().contains(other.label()) && refused.right().contains(suite.label()));
    }

    @Test
    void aSuiteIsNamedOrRefused() {
        for (CryptoSuite suite : CryptoSuite.values()) {
            assertEquals(suite, CryptoSuite.named(suite.label()));
        }
        PoyangException refused = assertThrows(PoyangException.class, () -> CryptoSuite.named("SM"));
        assertEquals(CryptoErrors.UNKNOWN_SUITE, refused.code());
        assertEquals("one of \"sm\" and \"international\" is needed", refused.right());
    }

    @Test
    void aBatchOfBothGivesEachItsVerdict() {
        List<VerificationKey.Check> checks = new ArrayList<>();
        List<Boolean> expected = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            CryptoSuite suite = i % 2 == 0 ? CryptoSuite.SM : CryptoSuite.INTERNATIONAL;
            SigningKey key = suite.generate(random);
            boolean good = i % 5 != 3;
            Signature signature = key.sign(good ? MESSAGE : CONTEXT);
            checks.add(new VerificationKey.Check(key.publicKey(), Bytes.wrap(MESSAGE), signature));
            expected.add(good);
        }
        assertEquals(expected, VerificationKey.verifyBatch(checks));
    }

    @ParameterizedTest
    @EnumSource
    void aBoxOpensForItsKeyAndContextOnly(CryptoSuite suite) {
        SigningKey key = suite.generate(random);
        byte[] box = SealedBox.seal(key.publicKey(), CONTEXT, MESSAGE, random);
        assertEquals(SealedBox.length(suite, MESSAGE.length), box.length);
        assertArrayEquals(MESSAGE, SealedBox.open(key, CONTEXT, box));
        assertNotEquals(Bytes.wrap(box), Bytes.wrap(SealedBox.seal(key.publicKey(), CONTEXT, MESSAGE, random)));
        List<byte[]> bad = new ArrayList<>();
        for (int i = 0; i < box.length; i++) {
            byte[] changed = box.clone();
            changed[i] ^= 1;
            bad.add(changed);
        }
        bad.add(Arrays.copyOf(box, box.length - 1));
        bad.add(new byte[0]);
        for (byte[] each : bad) {
            assertEquals(
                    CryptoErrors.AUTHENTICATION_FAILED,
                    assertThrows(PoyangException.class, () -> SealedBox.open(key, CONTEXT, each))
                            .code());
        }
        assertThrows(PoyangException.class, () -> SealedBox.open(key, new byte[] {1, 2}, box));
        for (CryptoSuite any : CryptoSuite.values()) {
            assertThrows(PoyangException.class, () -> SealedBox.open(any.generate(random), CONTEXT, box));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyFileGivesBackItsKey(CryptoSuite suite, @TempDir Path folder) {
        SigningKey key = suite.generate(random);
        Path file = folder.resolve("key.pem");
        PrivateKeyFile.write(file, key, "a password".toCharArray(), random);
        SigningKey read = PrivateKeyFile.readSigningKey(file, "a password".toCharArray());
        assertEquals(key.publicKey(), read.publicKey());
        assertEquals(key.sign(MESSAGE), read.sign(MESSAGE));
        PoyangException wrong =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.readSigningKey(file, "another".toCharArray()));
        assertEquals(CryptoErrors.WRONG_PASSWORD, wrong.code());
        if (suite == CryptoSuite.INTERNATIONAL) {
            PoyangException other =
                    assertThrows(PoyangException.class, () -> PrivateKeyFile.read(file, "a password".toCharArray()));
            assertEquals(CryptoErrors.OTHER_SUITE, other.code());
        }
    }

    // ---- the international suite against its twin --------------------------------------------------

    private static ECPublicKeyParameters twin(P256PublicKey key) {
        return new ECPublicKeyParameters(
                P256.getCurve().decodePoint(key.encoded().toArray()), P256);
    }

    private static byte[] sha256(byte[] message) {
        SHA256Digest digest = new SHA256Digest();
        digest.update(message, 0, message.length);
        byte[] out = new byte[32];
        digest.doFinal(out, 0);
        return out;
    }

    @Test
    void theTwinAgreesOnSignaturesBothWays() {
        for (int i = 0; i < 60; i++) {
            P256PrivateKey key = P256PrivateKey.generate(random);
            byte[] message = random.bytes(i);
            assertArrayEquals(sha256(message), CryptoSuite.INTERNATIONAL.digest(message));
            byte[] rs = key.sign(message).rs().toArray();
            BigInteger r = new BigInteger(1, rs, 0, 32);
            BigInteger s = new BigInteger(1, rs, 32, 32);
            assertTrue(s.compareTo(P256PublicKey.HALF_ORDER) <= 0, "s is the lower of the two");
            ECDSASigner verifier = new ECDSASigner();
            verifier.init(false, twin(key.publicKey()));
            assertTrue(verifier.verifySignature(sha256(message), r, s));
            ECDSASigner signer = new ECDSASigner();
            byte[] scalar = key.scalar();
            signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, scalar), P256));
            BigInteger[] theirs = signer.generateSignature(sha256(message));
            boolean low = theirs[1].compareTo(P256PublicKey.HALF_ORDER) <= 0;
            assertEquals(low, key.publicKey().verify(message, pair(theirs[0], theirs[1])));
            assertEquals(
                    !low,
                    key.publicKey().verify(message, pair(theirs[0], P256.getN().subtract(theirs[1]))));
        }
    }

    private static Signature pair(BigInteger r, BigInteger s) {
        return new Signature(
                Bytes.wrap(BigIntegers.asUnsignedByteArray(32, r))
                        .concat(Bytes.wrap(BigIntegers.asUnsignedByteArray(32, s))),
                0);
    }

    @Test
    void aSignatureOfNumbersOutOfRangeIsNone() {
        VerificationKey key = P256PrivateKey.generate(random).publicKey();
        BigInteger n = P256.getN();
        for (BigInteger r : List.of(BigInteger.ZERO, BigInteger.ONE, n, n.add(BigInteger.ONE))) {
            for (BigInteger s : List.of(BigInteger.ZERO, BigInteger.ONE, n)) {
                assertFalse(key.verify(MESSAGE, pair(r, s)));
            }
        }
    }

    @Test
    void theTwinOpensABox() throws Exception {
        P256PrivateKey key = P256PrivateKey.generate(random);
        byte[] box = SealedBox.seal(key.publicKey(), CONTEXT, MESSAGE, random);
        assertEquals(2, box[0]);
        byte[] shown = Arrays.copyOfRange(box, 1, 34);
        ECDHBasicAgreement agreement = new ECDHBasicAgreement();
        byte[] scalar = key.scalar();
        agreement.init(new ECPrivateKeyParameters(new BigInteger(1, scalar), P256));
        byte[] common = BigIntegers.asUnsignedByteArray(
                32,
                agreement.calculateAgreement(
                        new ECPublicKeyParameters(P256.getCurve().decodePoint(shown), P256)));
        byte[] salt = Bytes.wrap(shown).concat(key.publicKey().encoded()).toArray();
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
        hkdf.init(new HKDFParameters(common, salt, "poyang.sealed-box.v2".getBytes(StandardCharsets.US_ASCII)));
        byte[] secret = new byte[44];
        hkdf.generateBytes(secret, 0, secret.length);
        var cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(
                false,
                new AEADParameters(new KeyParameter(secret, 0, 32), 128, Arrays.copyOfRange(secret, 32, 44), CONTEXT));
        byte[] out = new byte[cipher.getOutputSize(box.length - 34)];
        int written = cipher.processBytes(box, 34, box.length - 34, out, 0);
        written += cipher.doFinal(out, written);
        assertArrayEquals(MESSAGE, Arrays.copyOf(out, written));
    }

    /// Signatures that OpenSSL made, with their twins: the higher s, a changed bit, a wrong r.
    @Test
    void opensslAgreesOnSignatures() throws IOException {
        int lines = 0;
        for (String line : lines("/vectors/p256-openssl.txt")) {
            String[] parts = line.split(" ", 4);
            byte[] whole = HexFormat.of().parseHex(parts[0]);
            byte[] compressed = Arrays.copyOf(whole, P256PublicKey.ENCODED_BYTES);
            compressed[0] = (byte) (2 | whole[64] & 1);
            VerificationKey key = VerificationKey.decode(compressed);
            byte[] message = parts[1].equals("-") ? new byte[0] : HexFormat.of().parseHex(parts[1]);
            Bytes rs = Bytes.wrap(HexFormat.of().parseHex(parts[2]));
            assertEquals(parts[3].equals("valid"), key.verify(message, new Signature(rs, 0)), line);
            assertFalse(key.verify(message, new Signature(rs, 1)), line);
            lines++;
        }
        assertEquals(6 * 19, lines);
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(CryptoSuiteTest.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
