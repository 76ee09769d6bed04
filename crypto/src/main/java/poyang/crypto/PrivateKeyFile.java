package poyang.crypto;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
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
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import poyang.crypto.block.Pbkdf2Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A private key under a password: PEM `ENCRYPTED PRIVATE KEY`, PKCS#8 with PBES2 (RFC 8018), PBKDF2 with
/// HMAC-SM3 and SM4-CBC. The browser opens the same file; the exact shape stands in docs/formats.md.
///
/// Files are written with mode 600, whole or not at all.
public final class PrivateKeyFile {
    static final int ITERATIONS = 100_000;
    private static final int FEWEST_ITERATIONS = 10_000;
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int BLOCK_BYTES = 16;
    private static final String LABEL = "ENCRYPTED PRIVATE KEY";
    private static final ASN1ObjectIdentifier HMAC_SM3 = GMObjectIdentifiers.hmac_sm3;
    private static final ASN1ObjectIdentifier SM4_CBC = GMObjectIdentifiers.sms4_cbc;

    private PrivateKeyFile() {}

    /// @throws PoyangException `FILE_FAILED`, also when the file exists: a key is never overwritten
    public static void write(Path file, SigningKey key, char[] password, RandomSource random) {
        if (Files.exists(file)) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the key file " + file + " exists already",
                    "a key is never overwritten: name another file, or move this one away");
        }
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, toPem(key, password, random));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the key file " + file + " could not be written",
                    "check folder and space",
                    e);
        }
    }

    /// @throws PoyangException `FILE_FAILED`, `BAD_KEY` for another format, `WRONG_PASSWORD`
    public static Sm2PrivateKey read(Path file, char[] password) {
        return sm2(readSigningKey(file, password));
    }

    /// As {@link #read}, for a key of either suite.
    public static SigningKey readSigningKey(Path file, char[] password) {
        try {
            return signingKey(Files.readString(file, StandardCharsets.US_ASCII), password);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the key file " + file + " could not be read",
                    "check that it exists and that this user may read it",
                    e);
        }
    }

    public static String toPem(SigningKey key, char[] password, RandomSource random) {
        byte[] salt = random.bytes(SALT_BYTES);
        byte[] iv = random.bytes(BLOCK_BYTES);
        byte[] scalar = switch (key) {
            case Sm2PrivateKey own -> own.scalar();
            case P256PrivateKey own -> own.scalar();
        };
        try {
            PrivateKeyInfo plain = new PrivateKeyInfo(
                    new AlgorithmIdentifier(
                            X9ObjectIdentifiers.id_ecPublicKey,
                            curve(key.publicKey().suite())),
                    new ECPrivateKey(
                            256,
                            new BigInteger(1, scalar),
                            new DERBitString(key.publicKey().encoded().toArray()),
                            null));
            byte[] ciphertext = cbc(true, derive(password, salt, ITERATIONS), iv, plain.getEncoded("DER"));
            PBES2Parameters parameters = new PBES2Parameters(
                    new KeyDerivationFunc(
                            PKCSObjectIdentifiers.id_PBKDF2,
                            new PBKDF2Params(
                                    salt,
                                    ITERATIONS,
                                    BLOCK_BYTES,
                                    new AlgorithmIdentifier(HMAC_SM3, DERNull.INSTANCE))),
                    new EncryptionScheme(SM4_CBC, new DEROctetString(iv)));
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), ciphertext);
            StringWriter text = new StringWriter();
            try (PemWriter pem = new PemWriter(text)) {
                pem.writeObject(new PemObject(LABEL, info.getEncoded("DER")));
            }
            return text.toString();
        } catch (IOException | InvalidCipherTextException e) {
            throw new Bug("encoding in memory cannot fail", e);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    private static ASN1ObjectIdentifier curve(CryptoSuite suite) {
        return switch (suite) {
            case SM -> GMObjectIdentifiers.sm2p256v1;
            case INTERNATIONAL -> SECObjectIdentifiers.secp256r1;
        };
    }

    private static Sm2PrivateKey sm2(SigningKey key) {
        return switch (key) {
            case Sm2PrivateKey own -> own;
            case P256PrivateKey _ ->
                throw new PoyangException(
                        CryptoErrors.OTHER_SUITE, "the file holds a P-256 key", "an SM2 key is needed here");
        };
    }

    /// @throws PoyangException `BAD_KEY` for another format, `WRONG_PASSWORD`
    public static Sm2PrivateKey fromPem(String pem, char[] password) {
        return sm2(signingKey(pem, password));
    }

    private static SigningKey signingKey(String pem, char[] password) {
        Envelope envelope = envelope(pem);
        byte[] plain = new byte[0];
        try {
            plain = cbc(false, derive(password, envelope.salt, envelope.iterations), envelope.iv, envelope.ciphertext);
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(plain);
            boolean elliptic = info.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
            ASN1Encodable curve = info.getPrivateKeyAlgorithm().getParameters();
            byte[] scalar = Sm2Curve.octets(
                    ECPrivateKey.getInstance(info.parsePrivateKey()).getKey());
            if (elliptic && curve(CryptoSuite.SM).equals(curve)) {
                return Sm2PrivateKey.of(scalar);
            }
            if (elliptic && curve(CryptoSuite.INTERNATIONAL).equals(curve)) {
                return P256PrivateKey.of(scalar);
            }
        } catch (IOException | InvalidCipherTextException | RuntimeException e) {
            // refused below: what a wrong password leaves is not told apart from damage
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
        throw new PoyangException(
                CryptoErrors.WRONG_PASSWORD,
                "the key file does not open with this password",
                "the password that the file was written with, and an undamaged file, are needed");
    }

    private static Envelope envelope(String pem) {
        try (PemReader reader = new PemReader(new StringReader(pem))) {
            PemObject object = reader.readPemObject();
            if (object != null && object.getType().equals(LABEL)) {
                EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(object.getContent());
                AlgorithmIdentifier algorithm = info.getEncryptionAlgorithm();
                PBES2Parameters parameters = PBES2Parameters.getInstance(algorithm.getParameters());
                PBKDF2Params derivation = PBKDF2Params.getInstance(
                        parameters.getKeyDerivationFunc().getParameters());
                EncryptionScheme scheme = parameters.getEncryptionScheme();
                int iterations = derivation.getIterationCount().intValueExact();
                ASN1Encodable iv = scheme.getParameters();
                if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)
                        && derivation.getPrf().getAlgorithm().equals(HMAC_SM3)
                        && scheme.getAlgorithm().equals(SM4_CBC)
                        && iterations >= FEWEST_ITERATIONS
                        && iterations <= MOST_ITERATIONS) {
                    return new Envelope(
                            derivation.getSalt(),
                            iterations,
                            ASN1OctetString.getInstance(iv).getOctets(),
                            info.getEncryptedData());
                }
            }
        } catch (IOException | RuntimeException e) {
            // refused below
        }
        throw new PoyangException(
                CryptoErrors.BAD_KEY,
                "this is no key file of the expected form",
                "PEM \"" + LABEL + "\" with PBES2, PBKDF2-HMAC-SM3 (" + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS
                        + " iterations) and SM4-CBC is needed");
    }

    private static KeyParameter derive(char[] password, byte[] salt, int iterations) {
        return new KeyParameter(Pbkdf2Sm3.derive(password, salt, iterations, BLOCK_BYTES));
    }

    private static byte[] cbc(boolean encrypt, KeyParameter key, byte[] iv, byte[] in)
            throws InvalidCipherTextException {
        PaddedBufferedBlockCipher cipher = new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()));
        cipher.init(encrypt, new ParametersWithIV(key, iv));
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        int written = cipher.processBytes(in, 0, in.length, out, 0);
        written += cipher.doFinal(out, written);
        byte[] exact = Arrays.copyOf(out, written);
        Arrays.fill(out, (byte) 0);
        return exact;
    }

    /// The parts of an encrypted key that are not secret.
    private static final class Envelope {
        private final byte[] salt;
        private final int iterations;
        private final byte[] iv;
        private final byte[] ciphertext;

        Envelope(byte[] salt, int iterations, byte[] iv, byte[] ciphertext) {
            this.salt = salt;
            this.iterations = iterations;
            this.iv = iv;
            this.ciphertext = ciphertext;
        }
    }
}
