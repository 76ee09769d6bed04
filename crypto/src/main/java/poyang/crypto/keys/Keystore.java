package poyang.crypto.keys;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// SM2 keys with their certificate chains, and certificates alone, in one PKCS#12 file (RFC 7292).
///
/// Written: every key and all certificates under PBES2 with PBKDF2-HMAC-SM3 and SM4-CBC, sealed by PBMAC1
/// with HMAC-SM3 (RFC 9579) or, for readers that do not know that, the classic MAC with SM3. Read: those,
/// and what OpenSSL and BouncyCastle write with AES or Triple DES and SHA. A file without a seal is
/// refused, and nothing inside is looked at before the seal is found right.
///
/// The store is in memory and immutable; `close` overwrites its keys.
public final class Keystore implements AutoCloseable {
    private final List<Entry> entries;
    private final List<X509Certificate> others;

    /// How a file is sealed.
    public enum Seal {
        /// RFC 9579; read by OpenSSL 3.4, BouncyCastle 1.80 and newer.
        PBMAC1,
        /// RFC 7292 appendix B with SM3, for older readers.
        CLASSIC
    }

    /// A key under its alias.
    public static final class Entry {
        private final String alias;
        private final Sm2PrivateKey key;
        private final List<X509Certificate> chain;

        /// @param chain the key's own certificate first, then its issuers; may be empty
        /// @throws PoyangException `BAD_CERTIFICATE` when the first certificate is for another key
        public Entry(String alias, Sm2PrivateKey key, List<X509Certificate> chain) {
            if (!chain.isEmpty() && !KeyImport.isOf(chain.getFirst(), key)) {
                throw new PoyangException(
                        CryptoErrors.BAD_CERTIFICATE,
                        "the certificate \"" + Certificates.name(chain.getFirst()) + "\" is not for the key " + alias,
                        "the key's own certificate has to come first");
            }
            this.alias = alias;
            this.key = key;
            this.chain = List.copyOf(chain);
        }

        public String alias() {
            return alias;
        }

        public Sm2PrivateKey key() {
            return key;
        }

        public List<X509Certificate> chain() {
            return chain;
        }

        @Override
        public String toString() {
            return "Entry[" + alias + ", " + key + ", " + chain.size() + " certificates]";
        }
    }

    private Keystore(List<Entry> entries, List<X509Certificate> others) {
        this.entries = List.copyOf(entries);
        this.others = List.copyOf(others);
    }

    /// @param others certificates that belong to no key, for example trusted roots
    /// @throws PoyangException `BAD_KEYSTORE` when two entries have one alias or one key, or an alias is
    ///     empty
    public static Keystore of(List<Entry> entries, List<X509Certificate> others) {
        Set<String> aliases = entries.stream().map(Entry::alias).collect(Collectors.toCollection(LinkedHashSet::new));
        long keys = entries.stream().map(e -> e.key().publicKey()).distinct().count();
        if (aliases.size() != entries.size() || aliases.contains("") || keys != entries.size()) {
            throw new PoyangException(
                    CryptoErrors.BAD_KEYSTORE,
                    "two entries share an alias or a key, or an alias is empty",
                    "each key is stored once, under a name of its own");
        }
        return new Keystore(entries, others);
    }

    /// @throws PoyangException `BAD_KEYSTORE`, `WRONG_PASSWORD`, `BAD_KEY`, `BAD_CERTIFICATE`
    public static Keystore read(byte[] file, char[] password) {
        return Pkcs12Reader.read(file, password);
    }

    /// @throws PoyangException `FILE_FAILED` and what `read` of bytes throws
    public static Keystore read(Path file, char[] password) {
        return read(KeyFiles.read(file), password);
    }

    public byte[] encode(char[] password, Seal seal, RandomSource random) {
        return encode(password, seal, PasswordDerivation.ITERATIONS, random);
    }

    byte[] encode(char[] password, Seal seal, int iterations, RandomSource random) {
        return new Pkcs12Writer(password, iterations, random).write(this, seal);
    }

    /// Writes the file, whole or not at all, mode 600; a file of that name is replaced.
    ///
    /// @throws PoyangException `FILE_FAILED`
    public void write(Path file, char[] password, Seal seal, RandomSource random) {
        KeyFiles.replace(file, encode(password, seal, random));
    }

    public List<Entry> entries() {
        return entries;
    }

    /// Certificates that are in no key's chain.
    public List<X509Certificate> others() {
        return others;
    }

    public Optional<Entry> entry(String alias) {
        return entries.stream().filter(e -> e.alias().equals(alias)).findFirst();
    }

    /// This store and one entry more, sharing the keys.
    ///
    /// @throws PoyangException `BAD_KEYSTORE` when alias or key is there already
    public Keystore with(Entry entry) {
        List<Entry> all = new ArrayList<>(entries);
        all.add(entry);
        return of(all, others);
    }

    /// This store without an entry, sharing the other keys.
    public Keystore without(String alias) {
        return new Keystore(
                entries.stream().filter(e -> !e.alias().equals(alias)).toList(), others);
    }

    /// The only key, with a life of its own.
    ///
    /// @throws PoyangException `BAD_KEYSTORE` when there are none or several
    ImportedKey onlyKey() {
        if (entries.size() != 1) {
            throw new PoyangException(
                    CryptoErrors.BAD_KEYSTORE,
                    "the keystore holds " + entries.size() + " keys"
                            + entries.stream().map(Entry::alias).collect(Collectors.joining(", ", " (", ")")),
                    "a keystore with one key, or the key's alias, is needed");
        }
        Entry entry = entries.getFirst();
        try (SecretBytes scalar = KeyMaterial.dangerouslyReveal(entry.key())) {
            return new ImportedKey(KeyMaterial.privateKey(scalar), entry.chain(), "PKCS#12");
        }
    }

    @Override
    public void close() {
        entries.forEach(entry -> entry.key().close());
    }

    @Override
    public String toString() {
        return "Keystore" + Arrays.toString(entries.stream().map(Entry::alias).toArray());
    }
}
