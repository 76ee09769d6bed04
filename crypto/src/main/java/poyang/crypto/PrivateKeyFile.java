package poyang.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.util.BigIntegers;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A private key under a password: PEM "ENCRYPTED PRIVATE KEY" (PKCS#8, PBES2 of RFC 8018) with
/// PBKDF2-HMAC-SM3 and SM4-CBC. The console opens the same file in the browser.
///
/// CBC does not authenticate: after decryption the structure, the curve and the range of the key are
/// checked, and a wrong password and a damaged file are one and the same error.
public final class PrivateKeyFile {
    public static final int ITERATIONS = 100_000;
    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int BLOCK_BYTES = 16;
    private static final String BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private static final String END = "-----END ENCRYPTED PRIVATE KEY-----";

    private PrivateKeyFile() {}

    /// Creates the file, readable by its owner only; an existing file is left alone.
    public static void write(Path file, Sm2PrivateKey key, char[] password, RandomSource random) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, toPem(key, password, random), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the key file " + file.getFileName() + " cannot be written",
                    "a folder that exists and may be written, and a new file name are needed",
                    e);
        }
    }

    public static Sm2PrivateKey read(Path file, char[] password) {
        try {
            return fromPem(Files.readString(file, StandardCharsets.US_ASCII), password);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the key file " + file.getFileName() + " cannot be read",
                    "a PEM file that exists and may be read is needed",
                    e);
        }
    }

    public static String toPem(Sm2PrivateKey key, char[] password, RandomSource random) {
        byte[] salt = random.bytes(SALT_BYTES);
        byte[] iv = random.bytes(BLOCK_BYTES);
        byte[] scalar = key.scalar();
        byte[] plain = new byte[0];
        try {
            ECPrivateKey inner = new ECPrivateKey(
                    256,
                    BigIntegers.fromUnsignedByteArray(scalar),
                    new DERBitString(key.publicKey().encoded().toArray()),
                    null);
            plain = new PrivateKeyInfo(
                            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, GMObjectIdentifiers.sm2p256v1),
                            inner)
                    .getEncoded("DER");
            PBKDF2Params derivation = new PBKDF2Params(
                    salt,
                    ITERATIONS,
                    BLOCK_BYTES,
                    new AlgorithmIdentifier(GMObjectIdentifiers.hmac_sm3, DERNull.INSTANCE));
            PBES2Parameters scheme = new PBES2Parameters(
                    new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, derivation),
                    new EncryptionScheme(GMObjectIdentifiers.sms4_cbc, new DEROctetString(iv)));
            byte[] body = cipher(true, password, salt, ITERATIONS, iv, plain);
            byte[] encoded = new EncryptedPrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, scheme), body)
                    .getEncoded("DER");
            String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
            return BEGIN + "\n" + lines + "\n" + END + "\n";
        } catch (IOException | InvalidCipherTextException e) {
            throw new Bug("encoding a key cannot fail", e);
        } finally {
            Arrays.fill(scalar, (byte) 0);
            Arrays.fill(plain, (byte) 0);
        }
    }

    /// @throws PoyangException `BAD_KEY` for another kind of file, `WRONG_PASSWORD` for a wrong
    ///     password or a damaged file
    public static Sm2PrivateKey fromPem(String pem, char[] password) {
        EncryptedPrivateKeyInfo outer;
        PBKDF2Params derivation;
        byte[] iv;
        try {
            String text = pem.strip();
            if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
                throw notOurs();
            }
            String lines = text.substring(BEGIN.length(), text.length() - END.length());
            outer = EncryptedPrivateKeyInfo.getInstance(Base64.getMimeDecoder().decode(lines));
            AlgorithmIdentifier algorithm = outer.getEncryptionAlgorithm();
            PBES2Parameters scheme = PBES2Parameters.getInstance(algorithm.getParameters());
            derivation = PBKDF2Params.getInstance(scheme.getKeyDerivationFunc().getParameters());
            boolean ours = algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)
                    && scheme.getKeyDerivationFunc().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)
                    && derivation.getPrf().getAlgorithm().equals(GMObjectIdentifiers.hmac_sm3)
                    && scheme.getEncryptionScheme().getAlgorithm().equals(GMObjectIdentifiers.sms4_cbc)
                    && derivation.getIterationCount().bitLength() < 32
                    && derivation.getIterationCount().signum() > 0
                    && derivation.getIterationCount().intValueExact() <= MAX_ITERATIONS;
            iv = ASN1OctetString.getInstance(scheme.getEncryptionScheme().getParameters())
                    .getOctets();
            if (!ours || iv.length != BLOCK_BYTES) {
                throw notOurs();
            }
        } catch (IllegalArgumentException | ArithmeticException | NullPointerException e) {
            throw notOurs();
        }
        return open(outer.getEncryptedData(), derivation, iv, password);
    }

    private static Sm2PrivateKey open(byte[] body, PBKDF2Params derivation, byte[] iv, char[] password) {
        byte[] plain = new byte[0];
        try {
            plain = cipher(
                    false,
                    password,
                    derivation.getSalt(),
                    derivation.getIterationCount().intValueExact(),
                    iv,
                    body);
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(plain);
            if (GMObjectIdentifiers.sm2p256v1.equals(
                    info.getPrivateKeyAlgorithm().getParameters())) {
                byte[] scalar = BigIntegers.asUnsignedByteArray(
                        32, ECPrivateKey.getInstance(info.parsePrivateKey()).getKey());
                try {
                    return Sm2PrivateKey.of(scalar);
                } finally {
                    Arrays.fill(scalar, (byte) 0);
                }
            }
        } catch (IOException | InvalidCipherTextException | RuntimeException e) {
            // refused below, without the reason
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
        throw new PoyangException(
                CryptoErrors.WRONG_PASSWORD,
                "the key file does not open",
                "the password of this key and an unchanged file are needed");
    }

    private static byte[] cipher(boolean encrypt, char[] password, byte[] salt, int iterations, byte[] iv, byte[] in)
            throws InvalidCipherTextException {
        ByteBuffer utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        byte[] secret = new byte[utf8.remaining()];
        utf8.get(secret);
        utf8.rewind();
        while (utf8.hasRemaining()) {
            utf8.put((byte) 0);
        }
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SM3Digest());
        generator.init(secret, salt, iterations);
        KeyParameter key = (KeyParameter) generator.generateDerivedParameters(BLOCK_BYTES * 8);
        Arrays.fill(secret, (byte) 0);
        PaddedBufferedBlockCipher cipher = new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()));
        cipher.init(encrypt, new ParametersWithIV(key, iv));
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        int written = cipher.processBytes(in, 0, in.length, out, 0);
        try {
            written += cipher.doFinal(out, written);
            return Arrays.copyOf(out, written);
        } finally {
            Arrays.fill(out, (byte) 0);
        }
    }

    private static PoyangException notOurs() {
        return new PoyangException(
                CryptoErrors.BAD_KEY,
                "this is no key file of Poyang",
                "a PEM file \"ENCRYPTED PRIVATE KEY\" with PBKDF2-HMAC-SM3 and SM4-CBC is needed");
    }
}
