package poyang.crypto.keys;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Encryption under a password, PBES2 of RFC 8018. Written: PBKDF2 with HMAC-SM3 and SM4-CBC (GM/T 0091).
/// Read: also AES and Triple DES, GCM, the SHA family and scrypt, as OpenSSL, Tongsuo and gmsm write them, and the
/// older encryption of PKCS#12.
///
/// CBC carries no authentication of its own: what comes out of `open` is checked by its reader against
/// the public key inside.
public final class Pbes2 {
    private static final int BLOCK_BYTES = 16;
    /// The alias of GM/T 0091 for PBES2.
    private static final ASN1ObjectIdentifier SM_PBES = new ASN1ObjectIdentifier("1.2.156.10197.6.4.1.5.2");
    /// Without a mode: CBC when parameters follow, as CFCA's tools write it, otherwise ECB.
    private static final ASN1ObjectIdentifier SM4 = new ASN1ObjectIdentifier("1.2.156.10197.1.104");

    private static final Map<ASN1ObjectIdentifier, Cipher> CIPHERS = Map.ofEntries(
            Map.entry(GMObjectIdentifiers.sms4_cbc, new Cipher(16, Mode.CBC, SM4Engine::new)),
            Map.entry(GMObjectIdentifiers.sms4_gcm, new Cipher(16, Mode.GCM, SM4Engine::new)),
            Map.entry(GMObjectIdentifiers.sms4_ecb, new Cipher(16, Mode.ECB, SM4Engine::new)),
            Map.entry(SM4, new Cipher(16, Mode.CBC, SM4Engine::new)),
            Map.entry(NISTObjectIdentifiers.id_aes128_CBC, new Cipher(16, Mode.CBC, AESEngine::newInstance)),
            Map.entry(NISTObjectIdentifiers.id_aes192_CBC, new Cipher(24, Mode.CBC, AESEngine::newInstance)),
            Map.entry(NISTObjectIdentifiers.id_aes256_CBC, new Cipher(32, Mode.CBC, AESEngine::newInstance)),
            Map.entry(NISTObjectIdentifiers.id_aes128_GCM, new Cipher(16, Mode.GCM, AESEngine::newInstance)),
            Map.entry(NISTObjectIdentifiers.id_aes192_GCM, new Cipher(24, Mode.GCM, AESEngine::newInstance)),
            Map.entry(NISTObjectIdentifiers.id_aes256_GCM, new Cipher(32, Mode.GCM, AESEngine::newInstance)),
            Map.entry(PKCSObjectIdentifiers.des_EDE3_CBC, new Cipher(24, Mode.CBC, DESedeEngine::new)));

    private enum Mode {
        CBC,
        ECB,
        GCM
    }

    private record Cipher(int keyBytes, Mode mode, Supplier<BlockCipher> engine) {}

    private Pbes2() {}

    /// What we write: PBKDF2 with HMAC-SM3, a fresh salt, SM4-CBC, a fresh start value.
    public static AlgorithmIdentifier fresh(int iterations, RandomSource random) {
        return new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_PBES2,
                new PBES2Parameters(
                        PasswordDerivation.fresh(BLOCK_BYTES, iterations, random),
                        new EncryptionScheme(
                                GMObjectIdentifiers.sms4_cbc, new DEROctetString(random.bytes(BLOCK_BYTES)))));
    }

    /// @param scheme from {@link #fresh}, used once
    public static byte[] seal(AlgorithmIdentifier scheme, char[] password, byte[] plaintext) {
        try {
            return run(true, scheme, password, plaintext);
        } catch (InvalidCipherTextException e) {
            throw new Bug("encryption cannot fail", e);
        }
    }

    /// The plaintext, which the caller overwrites. A wrong password may also yield noise: its reader has
    /// to refuse that.
    ///
    /// @throws PoyangException `BAD_KEY` for a scheme that is not read, `WRONG_PASSWORD`
    public static byte[] open(AlgorithmIdentifier scheme, char[] password, byte[] ciphertext) {
        try {
            return Pkcs12Pbe.reads(scheme)
                    ? Pkcs12Pbe.open(scheme, password, ciphertext)
                    : run(false, scheme, password, ciphertext);
        } catch (InvalidCipherTextException e) {
            throw wrongPassword();
        } catch (PoyangException | Bug e) {
            throw e;
        } catch (RuntimeException e) { // whatever a parser of ASN.1 or a cipher throws
            throw new PoyangException(
                    CryptoErrors.BAD_KEY,
                    "the encryption parameters are malformed",
                    "PBES2 parameters as in RFC 8018 are needed",
                    e);
        }
    }

    static PoyangException wrongPassword() {
        return new PoyangException(
                CryptoErrors.WRONG_PASSWORD,
                "the file does not open with this password",
                "the password that the file was written with, and an undamaged file, are needed");
    }

    private static byte[] run(boolean encrypt, AlgorithmIdentifier scheme, char[] password, byte[] in)
            throws InvalidCipherTextException {
        ASN1ObjectIdentifier algorithm = scheme.getAlgorithm();
        if (!algorithm.equals(PKCSObjectIdentifiers.id_PBES2) && !algorithm.equals(SM_PBES)) {
            throw PasswordDerivation.unsupported("the encryption " + algorithm, "PBES2 (RFC 8018) is needed");
        }
        PBES2Parameters parameters = PBES2Parameters.getInstance(scheme.getParameters());
        EncryptionScheme encryption = parameters.getEncryptionScheme();
        ASN1Encodable start = encryption.getParameters();
        Cipher cipher = CIPHERS.get(encryption.getAlgorithm());
        if (cipher == null) {
            throw PasswordDerivation.unsupported(
                    "the cipher " + encryption.getAlgorithm(), "SM4, AES or Triple DES in CBC or GCM mode is needed");
        }
        if (encryption.getAlgorithm().equals(SM4) && !(start instanceof ASN1OctetString)) {
            cipher = new Cipher(cipher.keyBytes, Mode.ECB, cipher.engine);
        }
        byte[] key = PasswordDerivation.derive(parameters.getKeyDerivationFunc(), password, cipher.keyBytes);
        try {
            return switch (cipher.mode) {
                case CBC -> cbc(encrypt, cipher.engine.get(), key, start, in);
                case ECB -> padded(encrypt, cipher.engine.get(), new KeyParameter(key), in);
                case GCM -> gcm(encrypt, cipher.engine.get(), key, GCMParameters.getInstance(start), in);
            };
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] cbc(boolean encrypt, BlockCipher engine, byte[] key, @Nullable ASN1Encodable start, byte[] in)
            throws InvalidCipherTextException {
        byte[] iv = ASN1OctetString.getInstance(start).getOctets();
        return padded(encrypt, CBCBlockCipher.newInstance(engine), new ParametersWithIV(new KeyParameter(key), iv), in);
    }

    /// Any block cipher in CBC or ECB with the padding of PKCS#7.
    static byte[] padded(boolean encrypt, BlockCipher mode, CipherParameters parameters, byte[] in)
            throws InvalidCipherTextException {
        PaddedBufferedBlockCipher cipher = new PaddedBufferedBlockCipher(mode);
        cipher.init(encrypt, parameters);
        if (!encrypt && (in.length == 0 || in.length % mode.getBlockSize() != 0)) {
            throw new InvalidCipherTextException("no whole blocks");
        }
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        try {
            int written = cipher.processBytes(in, 0, in.length, out, 0);
            written += cipher.doFinal(out, written);
            return Arrays.copyOf(out, written);
        } finally {
            Arrays.fill(out, (byte) 0);
        }
    }

    private static byte[] gcm(boolean encrypt, BlockCipher engine, byte[] key, GCMParameters p, byte[] in)
            throws InvalidCipherTextException {
        GCMModeCipher cipher = GCMBlockCipher.newInstance(engine);
        cipher.init(encrypt, new AEADParameters(new KeyParameter(key), 8 * p.getIcvLen(), p.getNonce()));
        if (!encrypt && in.length < p.getIcvLen()) {
            throw new InvalidCipherTextException("shorter than its tag");
        }
        byte[] out = new byte[cipher.getOutputSize(in.length)];
        int written = cipher.processBytes(in, 0, in.length, out, 0);
        cipher.doFinal(out, written);
        return out;
    }
}
