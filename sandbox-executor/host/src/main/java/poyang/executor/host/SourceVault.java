package poyang.executor.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.connectors.SourceSettings;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.PrivateFolder;

/// A department's sources, encrypted at rest: each file is `01 ‖ nonce(12) ‖ SM4-GCM`, with the source's
/// name as associated data, under a key that only the executor's account key opens (`vault.key`).
///
/// A source is written whole, and synced, before it has its name; a name is never overwritten.
final class SourceVault {
    private static final byte[] KEY_CONTEXT = "poyang.vault-key.v1".getBytes(StandardCharsets.UTF_8);
    private static final String DOMAIN = "poyang.source.v1";
    private static final String SUFFIX = ".source";
    private static final int NONCE_BYTES = 12;
    private static final int KEY_BYTES = 16;
    private static final int TEXT_MAX = 1 << 16;

    private final Path folder;
    private final byte[] key;
    private final RandomSource random;

    private SourceVault(Path folder, byte[] key, RandomSource random) {
        this.folder = folder;
        this.key = key;
        this.random = random;
    }

    /// A source with its name and which of its settings are secret.
    ///
    /// @param name the data set's name without organisation
    record Entry(String name, String connector, SourceSettings settings, Set<String> secrets) {
        Entry {
            secrets = Set.copyOf(secrets);
        }

        Source source() {
            return new Source(connector, settings);
        }
    }

    /// Opens the vault in `folder`, or makes it.
    ///
    /// @throws PoyangException `VAULT_FAILED`; `AUTHENTICATION_FAILED` when it belongs to another key
    static SourceVault open(Path folder, Sm2PrivateKey account, RandomSource random) {
        try {
            PrivateFolder.make(folder);
            Path keyFile = folder.resolve("vault.key");
            if (!Files.exists(keyFile)) {
                byte[] fresh = random.bytes(KEY_BYTES);
                write(keyFile, SealedBox.seal(account.publicKey(), KEY_CONTEXT, fresh, random));
            }
            byte[] key = SealedBox.open(account, KEY_CONTEXT, Files.readAllBytes(keyFile));
            return new SourceVault(folder, key, random);
        } catch (IOException e) {
            throw failed("the vault " + folder + " cannot be opened", e);
        }
    }

    /// @throws PoyangException `SOURCE_EXISTS`
    synchronized void add(Entry entry) {
        Path file = file(entry.name());
        if (Files.exists(file)) {
            throw new PoyangException(
                    HostErrors.SOURCE_EXISTS,
                    "there is a source \"" + entry.name() + "\"",
                    "a new name is needed; a source that has changed is added under another one");
        }
        byte[] plain = new CanonicalWriter(DOMAIN)
                .text(entry.connector())
                .list(
                        List.copyOf(entry.settings().values().entrySet()),
                        (w, s) -> w.text(s.getKey()).text(s.getValue()))
                .list(List.copyOf(new TreeSet<>(entry.secrets())), CanonicalWriter::text)
                .toArray();
        byte[] nonce = random.bytes(NONCE_BYTES);
        byte[] sealed = Sm4Gcm.encrypt(key, nonce, associated(entry.name()), plain);
        write(
                file,
                ByteBuffer.allocate(1 + nonce.length + sealed.length)
                        .put((byte) 1)
                        .put(nonce)
                        .put(sealed)
                        .array());
    }

    Optional<Entry> find(String name) {
        Path file = file(name);
        return Files.exists(file) ? Optional.of(read(name, file)) : Optional.empty();
    }

    /// All sources in ascending order of name.
    List<Entry> all() {
        List<Entry> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)) {
                    found.add(read(name.substring(0, name.length() - SUFFIX.length()), file));
                }
            }
        } catch (IOException e) {
            throw failed("the vault " + folder + " cannot be read", e);
        }
        return found;
    }

    private Entry read(String name, Path file) {
        byte[] stored;
        try {
            stored = Files.readAllBytes(file);
        } catch (IOException e) {
            throw failed("the source " + name + " cannot be read", e);
        }
        if (stored.length < 1 + NONCE_BYTES || stored[0] != 1) {
            throw failed("the source " + name + " is of no known form", null);
        }
        Bytes whole = Bytes.wrap(stored);
        byte[] plain = Sm4Gcm.decrypt(
                key,
                whole.slice(1, 1 + NONCE_BYTES).toArray(),
                associated(name),
                whole.slice(1 + NONCE_BYTES, stored.length).toArray());
        CanonicalReader in = new CanonicalReader(DOMAIN, plain);
        String connector = in.text(TEXT_MAX);
        Map<String, String> settings = new TreeMap<>();
        in.list(1000, r -> Map.entry(r.text(TEXT_MAX), r.text(TEXT_MAX)))
                .forEach(setting -> settings.put(setting.getKey(), setting.getValue()));
        Set<String> secrets = new TreeSet<>(in.list(1000, r -> r.text(TEXT_MAX)));
        in.end();
        return new Entry(name, connector, new SourceSettings(settings), secrets);
    }

    private Path file(String name) {
        if (!name.matches("[a-z0-9-]{1,64}")) {
            throw new PoyangException(
                    HostErrors.BAD_REQUEST,
                    "\"" + name + "\" is no name of a source",
                    "1 to 64 of the characters a-z 0-9 - are needed");
        }
        return folder.resolve(name + SUFFIX);
    }

    private static byte[] associated(String name) {
        return (DOMAIN + ":" + name).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Path file, byte[] content) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(file + " cannot be written", e);
        }
    }

    private static PoyangException failed(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                HostErrors.VAULT_FAILED, wrong, "a healthy disk and the folder of this executor are needed", cause);
    }
}
