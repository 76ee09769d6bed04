package poyang.crypto.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.security.auth.login.LoginException;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SecretBytes;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A PKCS#11 token (a cryptographic card, a USB key, SoftHSM) as a lock: an AES-256 key that was made inside
/// and never leaves it encrypts the keys of our files, so that they open only where the token is present
/// and logged in.
///
/// Tokens behind PKCS#11 2.40 have no SM4 and no SM2 signature; the vendors' own mechanisms differ from
/// one to the next. So the token guards keys and does not sign: an SM2 key is in this process's memory
/// while it is used. ECDSA of a token on the curve of SM2 is no substitute, since an SM2 signature is
/// another equation in the same nonce, which the token keeps.
///
/// Locked bytes: canonical encoding `poyang.token-box.v1`: purpose, token's serial number, the key's label,
/// nonce (12), AES-256-GCM ciphertext ‖ tag with all before as associated data.
public final class HardwareToken implements KeyLock, AutoCloseable {
    private static final String DOMAIN = "poyang.token-box.v1";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int BYTES_MAX = 1 << 16;

    private final Provider provider;
    private final KeyStore store;
    private final TokenSlots.Slot slot;
    private final String keyLabel;

    private HardwareToken(Provider provider, KeyStore store, TokenSlots.Slot slot, String keyLabel) {
        this.provider = provider;
        this.store = store;
        this.slot = slot;
        this.keyLabel = keyLabel;
    }

    /// Logs in to a token.
    ///
    /// @param library the vendor's PKCS#11 library
    /// @param tokenLabel the name that the token was initialised with
    /// @param keyLabel the name of our key in it
    /// @throws PoyangException `TOKEN_FAILED`, `WRONG_PIN`
    public static HardwareToken open(Path library, String tokenLabel, char[] pin, String keyLabel) {
        if (!Files.isRegularFile(library) || library.toString().matches(".*[\\s\"'].*")) {
            throw failed("there is no PKCS#11 library " + library, "name the vendor's library", null);
        }
        try {
            Path absolute = library.toAbsolutePath();
            provider(absolute, "slotListIndex = 0"); // makes the JDK load and initialise the library
            TokenSlots.Slot slot = TokenSlots.find(absolute, tokenLabel);
            Provider provider = provider(absolute, "slot = " + slot.id());
            KeyStore store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, pin);
            return new HardwareToken(provider, store, slot, keyLabel);
        } catch (IOException e) {
            if (e.getCause() instanceof LoginException || e.getCause() instanceof UnrecoverableKeyException) {
                throw new PoyangException(
                        CryptoErrors.WRONG_PIN,
                        "the token " + tokenLabel + " refuses the PIN" + (locked(e) ? ": it is locked" : ""),
                        "the user's PIN is needed; after some wrong ones a token locks itself",
                        e);
            }
            throw failed("the token " + tokenLabel + " cannot be read", "check the token and its driver", e);
        } catch (GeneralSecurityException
                | InvalidParameterException
                | ProviderException
                | UnsupportedOperationException e) {
            throw failed(
                    "the token " + tokenLabel + " cannot be used", "check the library and that the token is in", e);
        }
    }

    private static boolean locked(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("CKR_PIN_LOCKED")) {
                return true;
            }
        }
        return false;
    }

    private static Provider provider(Path library, String slot) {
        return Security.getProvider("SunPKCS11")
                .configure("--name = poyang\nlibrary = " + library + "\n" + slot + "\n"
                        + "attributes(generate, CKO_SECRET_KEY, CKK_AES) = {\n"
                        + "CKA_SENSITIVE = true\nCKA_EXTRACTABLE = false\nCKA_ENCRYPT = true\nCKA_DECRYPT = true\n}\n");
    }

    public boolean hasKey() {
        try {
            return store.isKeyEntry(keyLabel);
        } catch (GeneralSecurityException e) {
            throw failed("the token's keys cannot be listed", "check the token", e);
        }
    }

    /// Makes the key inside the token: sensitive, not extractable, kept.
    ///
    /// @throws PoyangException `TOKEN_FAILED`, also when there is one of this name
    public void createKey() {
        if (hasKey()) {
            throw failed("the token has a key " + keyLabel + " already", "a key is never overwritten", null);
        }
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(256);
            store.setKeyEntry(keyLabel, generator.generateKey(), null, null);
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed("the token made no key", "AES-256 is needed", e);
        }
    }

    /// Whether the token refuses to hand the key out.
    public boolean keepsItsKey() {
        return key().getEncoded() == null;
    }

    private SecretKey key() {
        try {
            Key key = store.getKey(keyLabel, null);
            if (key instanceof SecretKey secret) {
                return secret;
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed("the token does not give its key " + keyLabel, "check the token", e);
        }
        throw failed("the token has no key " + keyLabel, "create it first, or name another", null);
    }

    @Override
    public byte[] lock(String purpose, SecretBytes key, RandomSource random) {
        Bytes nonce = Bytes.wrap(random.bytes(NONCE_BYTES));
        CanonicalWriter head = head(purpose, slot.serial(), keyLabel, nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, head.toArray());
            byte[] ciphertext = key.use(plain -> {
                try {
                    return cipher.doFinal(plain);
                } catch (GeneralSecurityException e) {
                    throw failed("the token does not encrypt", "AES-GCM is needed", e);
                }
            });
            return head.bytes(ciphertext).toArray();
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed("the token does not encrypt", "AES-GCM is needed", e);
        }
    }

    @Override
    public SecretBytes unlock(String purpose, byte[] locked) {
        CanonicalWriter head;
        Bytes nonce;
        byte[] ciphertext;
        String serial;
        String label;
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, locked);
            String found = in.text(64);
            serial = in.text(64);
            label = in.text(256);
            nonce = in.exactly(NONCE_BYTES);
            ciphertext = in.array(BYTES_MAX);
            in.end();
            if (!found.equals(purpose)) {
                throw unknown("it locks a \"" + found + "\", not a \"" + purpose + "\"");
            }
            head = head(purpose, serial, label, nonce);
        } catch (PoyangException e) {
            throw e.code().equals(CryptoErrors.UNKNOWN_KEY_FORM) ? e : unknown("its encoding is malformed");
        }
        if (!serial.equals(slot.serial()) || !label.equals(keyLabel)) {
            throw failed(
                    "this is locked with key " + label + " of the token with serial number " + serial,
                    "that token is needed; here is key " + keyLabel + " of " + slot.serial(),
                    null);
        }
        try {
            return SecretBytes.taking(
                    purpose, cipher(Cipher.DECRYPT_MODE, nonce, head.toArray()).doFinal(ciphertext));
        } catch (AEADBadTagException e) {
            throw notAuthentic();
        } catch (GeneralSecurityException | ProviderException e) {
            if (String.valueOf(e.getCause()).contains("CKR_ENCRYPTED_DATA") || ciphertext.length < TAG_BITS / 8) {
                throw notAuthentic();
            }
            throw failed("the token does not decrypt", "check the token", e);
        }
    }

    private Cipher cipher(int mode, Bytes nonce, byte[] associated) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", provider);
        cipher.init(mode, key(), new GCMParameterSpec(TAG_BITS, nonce.toArray()));
        cipher.updateAAD(associated);
        return cipher;
    }

    private static CanonicalWriter head(String purpose, String serial, String label, Bytes nonce) {
        return new CanonicalWriter(DOMAIN)
                .text(purpose)
                .text(serial)
                .text(label)
                .bytes(nonce);
    }

    private static PoyangException notAuthentic() {
        return new PoyangException(
                CryptoErrors.AUTHENTICATION_FAILED,
                "what the token should unlock is not authentic",
                "the file as it was written is needed");
    }

    private static PoyangException unknown(String reason) {
        return new PoyangException(
                CryptoErrors.UNKNOWN_KEY_FORM,
                "this was not locked by a token: " + reason,
                "the file as it was written is needed");
    }

    static PoyangException failed(String wrong, String right, @org.jspecify.annotations.Nullable Exception cause) {
        return new PoyangException(CryptoErrors.TOKEN_FAILED, wrong, right, cause);
    }

    /// Logs out; what was unlocked stays unlocked until it is closed itself.
    @Override
    public void close() {
        try {
            ((AuthProvider) provider).logout();
        } catch (LoginException | ProviderException e) {
            throw failed("the token does not log out", "remove it", e);
        }
    }

    @Override
    public String toString() {
        return "HardwareToken[" + slot.serial() + ", key " + keyLabel + "]";
    }
}
