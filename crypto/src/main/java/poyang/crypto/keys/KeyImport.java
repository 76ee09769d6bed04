package poyang.crypto.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.generators.OpenSSLPBEParametersGenerator;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// Reads SM2 private keys that other programs wrote, in PEM or DER:
///
/// - PKCS#8, plain (`PRIVATE KEY`) and encrypted (`ENCRYPTED PRIVATE KEY`: PBES2 and the older PKCS#12
///   encryption), algorithm `id-ecPublicKey` or SM2's own id, curve named or given in full
/// - RFC 5915 (`EC PRIVATE KEY`, `SM2 PRIVATE KEY`), also under OpenSSL's `DEK-Info`
/// - `CFCA KEY`, PKCS#12
///
/// Plain keys are read so that they can be brought under a password; nothing here writes one.
/// Certificates in the same PEM file come along. A second private key, a public key that does not belong
/// to the private one, or a number out of range is refused with the reason.
public final class KeyImport {
    private static final int BYTES_MAX = 4 << 20;

    private static final Map<String, Legacy> LEGACY = Map.of(
            "SM4-CBC", new Legacy(16, SM4Engine::new),
            "AES-128-CBC", new Legacy(16, AESEngine::newInstance),
            "AES-192-CBC", new Legacy(24, AESEngine::newInstance),
            "AES-256-CBC", new Legacy(32, AESEngine::newInstance),
            "DES-EDE3-CBC", new Legacy(24, DESedeEngine::new));

    private record Legacy(int keyBytes, Supplier<BlockCipher> engine) {}

    private KeyImport() {}

    /// @param password asked only when the key is encrypted; the array is overwritten afterwards
    /// @throws PoyangException `UNKNOWN_KEY_FORM`, `BAD_KEY`, `WRONG_PASSWORD`, `BAD_CERTIFICATE`,
    ///     `BAD_KEYSTORE`
    public static ImportedKey read(byte[] file, Supplier<char[]> password) {
        if (file.length > BYTES_MAX) {
            throw unknown("it has " + file.length + " bytes");
        }
        try {
            return new String(file, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")
                    ? readPem(file, password)
                    : readDer(file, List.of(), password);
        } catch (PoyangException | Bug e) {
            throw e;
        } catch (IOException | RuntimeException e) { // whatever a parser of ASN.1 throws
            throw new PoyangException(
                    CryptoErrors.UNKNOWN_KEY_FORM,
                    "the key file is malformed",
                    "an SM2 private key in PEM or DER, as PKCS#8, RFC 5915, CFCA key or PKCS#12, is needed",
                    e);
        }
    }

    private static ImportedKey readPem(byte[] file, Supplier<char[]> password) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        List<PemObject> keys = new ArrayList<>();
        List<String> others = new ArrayList<>();
        try (PemReader reader =
                new PemReader(new InputStreamReader(new ByteArrayInputStream(file), StandardCharsets.ISO_8859_1))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                switch (object.getType()) {
                    case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" ->
                        certificates.add(Certificates.decode(object.getContent()));
                    case "PRIVATE KEY",
                            "EC PRIVATE KEY",
                            "SM2 PRIVATE KEY",
                            "ENCRYPTED PRIVATE KEY",
                            "CFCA KEY",
                            "PKCS12" -> keys.add(object);
                    case "EC PARAMETERS", "SM2 PARAMETERS" -> {}
                    default -> others.add(object.getType());
                }
            }
        }
        if (keys.size() != 1) {
            throw unknown("it holds " + keys.size() + " private keys"
                    + (others.isEmpty() ? "" : " beside " + String.join(", ", others)));
        }
        PemObject object = keys.getFirst();
        List<PemHeader> headers = headers(object);
        try {
            if (headers.stream().anyMatch(h -> h.getName().equals("DEK-Info"))) {
                return readLegacy(object, certificates, password);
            }
            return readDer(object.getContent(), certificates, password);
        } finally {
            Arrays.fill(object.getContent(), (byte) 0);
        }
    }

    private static List<PemHeader> headers(PemObject object) {
        List<PemHeader> headers = new ArrayList<>();
        for (Object header : object.getHeaders()) {
            headers.add((PemHeader) header);
        }
        return headers;
    }

    private static ImportedKey readDer(byte[] der, List<X509Certificate> beside, Supplier<char[]> password)
            throws IOException {
        ASN1Sequence outer = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
        if (CfcaKey.matches(outer)) {
            return withPassword(password, chars -> CfcaKey.open(outer, chars));
        }
        boolean numbered = outer.size() > 1 && outer.getObjectAt(0) instanceof ASN1Integer;
        if (numbered && ASN1Integer.getInstance(outer.getObjectAt(0)).hasValue(3)) {
            return withPassword(password, chars -> {
                try (Keystore store = Keystore.read(der, chars)) {
                    return store.onlyKey();
                }
            });
        }
        if (numbered && outer.getObjectAt(1) instanceof ASN1Sequence) {
            return joined(Sm2KeyCodec.decode(der), beside, "PKCS#8, not encrypted");
        }
        if (numbered) {
            return joined(Sm2KeyCodec.decodeSec1(der), beside, "RFC 5915, not encrypted");
        }
        if (outer.size() == 2 && outer.getObjectAt(0) instanceof ASN1Sequence) {
            EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(outer);
            return withPassword(
                    password, chars -> joined(openPkcs8(info, chars), beside, "PKCS#8, encrypted under a password"));
        }
        throw unknown("its structure is that of no known key");
    }

    /// @throws PoyangException `BAD_KEY`, `WRONG_PASSWORD`
    static Sm2PrivateKey openPkcs8(EncryptedPrivateKeyInfo info, char[] password) {
        byte[] plain = Pbes2.open(info.getEncryptionAlgorithm(), password, info.getEncryptedData());
        try {
            if (!isPrivateKeyInfo(plain)) {
                throw Pbes2.wrongPassword();
            }
            return Sm2KeyCodec.decode(plain);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static boolean isPrivateKeyInfo(byte[] plain) {
        try {
            PrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(plain));
            return true;
        } catch (IOException | RuntimeException e) {
            return false; // the noise that a wrong password leaves
        }
    }

    /// OpenSSL's older encryption of PEM: the key is MD5 of password and start value.
    private static ImportedKey readLegacy(PemObject object, List<X509Certificate> beside, Supplier<char[]> password) {
        String value = headers(object).stream()
                .filter(h -> h.getName().equals("DEK-Info"))
                .findFirst()
                .orElseThrow()
                .getValue();
        int comma = value.indexOf(',');
        String name = (comma < 0 ? value : value.substring(0, comma)).strip().toUpperCase(Locale.ROOT);
        Legacy cipher = LEGACY.get(name);
        if (cipher == null || comma < 0) {
            throw PasswordDerivation.unsupported("the DEK-Info " + value, "SM4-CBC, AES-CBC or DES-EDE3-CBC is needed");
        }
        byte[] iv = HexFormat.of().parseHex(value.substring(comma + 1).strip());
        BlockCipher mode = CBCBlockCipher.newInstance(cipher.engine.get());
        if (iv.length != mode.getBlockSize()) {
            throw unknown("its start value has " + iv.length + " bytes");
        }
        return withPassword(password, chars -> {
            byte[] octets = PKCS5S2ParametersGenerator.PKCS5PasswordToUTF8Bytes(chars);
            byte[] plain = new byte[0];
            try {
                OpenSSLPBEParametersGenerator generator = new OpenSSLPBEParametersGenerator();
                generator.init(octets, Arrays.copyOf(iv, 8));
                KeyParameter key = (KeyParameter) generator.generateDerivedParameters(8 * cipher.keyBytes);
                plain = Pbes2.padded(false, mode, new ParametersWithIV(key, iv), object.getContent());
                Sm2PrivateKey sm2 = object.getType().equals("PRIVATE KEY")
                        ? Sm2KeyCodec.decode(plain)
                        : Sm2KeyCodec.decodeSec1(plain);
                return joined(sm2, beside, "RFC 5915 under OpenSSL's " + name);
            } catch (InvalidCipherTextException e) {
                throw Pbes2.wrongPassword();
            } finally {
                Arrays.fill(octets, (byte) 0);
                Arrays.fill(plain, (byte) 0);
            }
        });
    }

    /// The key's own certificate goes first; certificates without the key's own are refused.
    private static ImportedKey joined(Sm2PrivateKey key, List<X509Certificate> beside, String form) {
        List<X509Certificate> chain = new ArrayList<>(beside);
        for (X509Certificate certificate : beside) {
            if (isOf(certificate, key)) {
                chain.remove(certificate);
                chain.addFirst(certificate);
                return new ImportedKey(key, chain, form);
            }
        }
        if (!chain.isEmpty()) {
            key.close();
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "none of the " + chain.size() + " certificates beside the key is for this key",
                    "the key's own certificate, or none at all, is needed");
        }
        return new ImportedKey(key, chain, form);
    }

    static boolean isOf(X509Certificate certificate, Sm2PrivateKey key) {
        try {
            return Certificates.publicKey(certificate).equals(key.publicKey());
        } catch (PoyangException e) {
            return false; // a key of another algorithm
        }
    }

    private interface Opener {
        ImportedKey open(char[] password);
    }

    private static ImportedKey withPassword(Supplier<char[]> password, Opener opener) {
        char[] chars = password.get();
        try {
            return opener.open(chars);
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    private static PoyangException unknown(String reason) {
        return new PoyangException(
                CryptoErrors.UNKNOWN_KEY_FORM,
                "this is no key file that can be read: " + reason,
                "one SM2 private key in PEM or DER, as PKCS#8, RFC 5915, CFCA key or PKCS#12, is needed");
    }
}
