package poyang.crypto.web;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Pbes2;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// A server's key: PKCS#8 under a password, one PEM block, of any scheme that {@link Pbes2} reads. A key
/// without a password is refused, as is a file that others may read.
final class WebKeyFile {
    private static final String LABEL = "ENCRYPTED PRIVATE KEY";
    private static final String WANTED = "PEM \"" + LABEL + "\", PKCS#8 with PBES2, of a key on P-256, P-384 or RSA";

    private WebKeyFile() {}

    static String toPem(byte[] encryptedPrivateKeyInfo) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(LABEL, encryptedPrivateKeyInfo));
        } catch (IOException e) {
            throw new Bug("writing in memory cannot fail", e);
        }
        return text.toString();
    }

    /// @throws PoyangException `FILE_FAILED`, `UNSAFE_FILE`, `BAD_KEY`, `WRONG_PASSWORD`
    static PrivateKey read(Path file, char[] password) {
        byte[] content = KeyFiles.read(file);
        KeyFiles.requirePrivate(file);
        EncryptedPrivateKeyInfo sealed = parse(file, new String(content, StandardCharsets.ISO_8859_1));
        byte[] plain = Pbes2.open(sealed.getEncryptionAlgorithm(), password, sealed.getEncryptedData());
        try {
            return key(file, plain);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static EncryptedPrivateKeyInfo parse(Path file, String text) {
        try (PemReader reader = new PemReader(new StringReader(text))) {
            PemObject object = reader.readPemObject();
            if (object != null && object.getType().equals(LABEL)) {
                return EncryptedPrivateKeyInfo.getInstance(object.getContent());
            }
            if (object != null && object.getType().endsWith("PRIVATE KEY")) {
                throw bad(file, "holds a key without a password (" + object.getType() + ")", null);
            }
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw bad(file, "is no PEM of a private key", e);
        }
        throw bad(file, "is no PEM of a private key", null);
    }

    private static PrivateKey key(Path file, byte[] plain) {
        ASN1ObjectIdentifier algorithm;
        try {
            algorithm =
                    PrivateKeyInfo.getInstance(plain).getPrivateKeyAlgorithm().getAlgorithm();
        } catch (RuntimeException e) { // a wrong password may leave noise that is no DER
            throw new PoyangException(
                    CryptoErrors.WRONG_PASSWORD,
                    "the key file " + file + " does not open with this password",
                    "the password that the file was written with, and an undamaged file, are needed");
        }
        String name = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
                ? "EC"
                : algorithm.equals(PKCSObjectIdentifiers.rsaEncryption) ? "RSA" : "";
        if (name.isEmpty()) {
            throw bad(file, "holds a key of the algorithm " + algorithm, null);
        }
        try {
            return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(plain));
        } catch (GeneralSecurityException e) {
            throw bad(file, "holds a key that no browser's TLS knows", e);
        }
    }

    private static PoyangException bad(Path file, String wrong, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_KEY, "the key file " + file + " " + wrong, WANTED + ", is needed", cause);
    }
}
