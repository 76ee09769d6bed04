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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.connectors.SourceSettings;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm3;
import poyang.crypto.storage.DataKey;
import poyang.crypto.storage.SealedValues;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.PrivateFolder;

/// A department's sources, encrypted at rest: each file is a sealed value of {@link SealedValues} that
/// belongs to its name, under the data key in `vault.key`. The account's key may change without them.
///
/// A source is written whole, and synced, before it has its name; a name is never overwritten.
final class SourceVault implements AutoCloseable {
    private static final String PURPOSE = "sources";
    private static final String FAMILY = "source";
    private static final String DOMAIN = "poyang.source.v1";
    private static final String SUFFIX = ".source";
    private static final int MARK_BYTES = 32;
    private static final int TEXT_MAX = 1 << 16;

    private static final String MARKS = "marks.sealed";
    private static final String MARKS_FAMILY = "version marks";
    private static final String VIEW_DOMAIN = "poyang.view-secret.v1";
    private static final String MARK_DOMAIN = "poyang.mark-secret.v1";

    private final Path folder;
    private final SealedValues values;
    private final byte[] marks;

    private SourceVault(Path folder, SealedValues values, RandomSource random) {
        this.folder = folder;
        this.values = values;
        marks = marks(random);
    }

    /// The secret that all marks of contents come from; made once, and kept sealed beside the sources.
    private byte[] marks(RandomSource random) {
        Path file = folder.resolve(MARKS);
        try {
            if (Files.exists(file)) {
                return values.open(MARKS_FAMILY, utf8(MARKS), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw failed("the secret of version marks cannot be read", e);
        }
        byte[] made = random.fork("version marks").bytes(MARK_BYTES);
        write(file, values.seal(MARKS_FAMILY, utf8(MARKS), made));
        return made;
    }

    /// The secret under which the contents of one data set are marked. A vault that was set up anew gives other
    /// marks, which count as other contents.
    Bytes markSecret(String name) {
        return Sm3.hash(new CanonicalWriter(MARK_DOMAIN).bytes(marks).text(name).toArray());
    }

    /// The secret of what a view keeps on disk, which goes to the child that keeps it.
    ///
    /// @param publication its id and height
    Bytes viewSecret(String publication) {
        return Sm3.hash(
                new CanonicalWriter(VIEW_DOMAIN).bytes(marks).text(publication).toArray());
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
    /// @param storage is needed for this call only
    /// @throws PoyangException `DATA_KEY_MISSING` when it belongs to another storage key or its key
    ///     file was taken away, `STORAGE_DAMAGED`, `STORAGE_FAILED`
    static SourceVault open(Path folder, StorageKey storage, RandomSource random) {
        PrivateFolder.make(folder);
        Path keyFile = folder.resolve("vault.key");
        if (!Files.exists(keyFile) && !names(folder).isEmpty()) {
            throw new PoyangException(
                    CryptoErrors.DATA_KEY_MISSING,
                    "the vault " + folder + " has sources, but " + keyFile + " is not there",
                    "put the key file back, or take the sources away and add them again");
        }
        DataKey key = storage.dataKey(keyFile, PURPOSE, random);
        return new SourceVault(folder, SealedValues.open(key, random), random);
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
        write(file, values.seal(FAMILY, utf8(entry.name()), plain));
    }

    Optional<Entry> find(String name) {
        Path file = file(name);
        return Files.exists(file) ? Optional.of(read(name, file)) : Optional.empty();
    }

    /// All sources in ascending order of name.
    List<Entry> all() {
        List<Entry> found = new ArrayList<>();
        for (String name : names(folder)) {
            found.add(read(name, folder.resolve(name + SUFFIX)));
        }
        return found;
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failed("the vault " + folder + " cannot be read", e);
        }
    }

    private Entry read(String name, Path file) {
        byte[] stored;
        try {
            stored = Files.readAllBytes(file);
        } catch (IOException e) {
            throw failed("the source " + name + " cannot be read", e);
        }
        byte[] plain = values.open(FAMILY, utf8(name), stored);
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

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
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

    @Override
    public void close() {
        values.close();
        Arrays.fill(marks, (byte) 0);
    }

    private static PoyangException failed(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                HostErrors.VAULT_FAILED, wrong, "a healthy disk and the folder of this executor are needed", cause);
    }
}
