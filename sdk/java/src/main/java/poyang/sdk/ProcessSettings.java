package poyang.sdk;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A process's configuration file: Java properties in UTF-8 of which every key must be known. Relative
/// paths count from the file's folder.
///
/// Read every key, then call {@link #end}: it refuses what nobody asked for.
public final class ProcessSettings {
    private final Path file;
    private final Properties properties;
    private final Set<String> asked = new TreeSet<>();

    private ProcessSettings(Path file, Properties properties) {
        this.file = file;
        this.properties = properties;
    }

    /// The file that a process is told of by `--config FILE`, its only arguments.
    ///
    /// @throws PoyangException `BAD_SETTINGS`
    public static ProcessSettings of(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS, "the arguments are " + List.of(arguments), "--config FILE is needed");
        }
        return read(Path.of(arguments[1]));
    }

    /// @throws PoyangException `BAD_SETTINGS`
    public static ProcessSettings read(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS,
                    "the configuration " + file + " cannot be read (" + e.getMessage() + ")",
                    "a readable file of Java properties in UTF-8 is needed",
                    e);
        }
        return new ProcessSettings(file, properties);
    }

    /// The value of a key that must be there.
    public String text(String key) {
        String value = text(key, "");
        if (value.isEmpty()) {
            throw bad("the key \"" + key + "\" is missing", "give it a value");
        }
        return value;
    }

    public String text(String key, String otherwise) {
        asked.add(key);
        return properties.getProperty(key, otherwise).strip();
    }

    public long number(String key, long least, long most, long otherwise) {
        String value = text(key, Long.toString(otherwise));
        if (value.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw bad("the key \"" + key + "\" is \"" + value + "\"", "a number from " + least + " to " + most);
    }

    public boolean flag(String key) {
        String value = text(key, "false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad("the key \"" + key + "\" is \"" + value + "\"", "true or false");
        };
    }

    public Path path(String key) {
        return file.toAbsolutePath().resolveSibling(text(key)).normalize();
    }

    /// `host:port`, where port 0 lets the system choose.
    public InetSocketAddress listen(String key) {
        String value = text(key);
        int colon = value.lastIndexOf(':');
        String port = value.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw bad("the key \"" + key + "\" is \"" + value + "\"", "host:port");
        }
        return new InetSocketAddress(value.substring(0, colon), Integer.parseInt(port));
    }

    /// The password in the file that `password.file` names, which only its owner may read.
    public char[] password() {
        Path secret = path("password.file");
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(secret);
            permissions.removeAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
            if (!permissions.isEmpty()) {
                throw bad("the password file " + secret + " is open to others", "mode 600 (chmod 600)");
            }
            return Files.readString(secret).stripTrailing().toCharArray();
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS,
                    "the password file " + secret + " cannot be read (" + e.getMessage() + ")",
                    "a file with the password of this process's keys is needed",
                    e);
        }
    }

    /// The key for what the process keeps on disk: in the file that `storage.key` names, otherwise in
    /// `storage.key` of the process's folder. Made at the first start, under the password of the
    /// process's other keys.
    public StorageKey storageKey(Path directory, char[] password, RandomSource random) {
        String named = text("storage.key", "");
        Path key = named.isEmpty() ? directory.resolve("storage.key") : path("storage.key");
        PrivateFolder.make(key.toAbsolutePath().resolveSibling("").normalize());
        return StorageKey.openOrCreate(key, password, random);
    }

    /// The process's TLS identity, from `tls.certificate`, `tls.key` and `tls.root`. Changed files are taken up
    /// without a restart. Where `tls.revocations` names a folder, the revocation lists in it are read in
    /// handshakes.
    ///
    /// @param says gets a line for the operator when files were taken up, or why they were not
    public TlsIdentity tlsIdentity(char[] password, InstantSource clock, RandomSource random, Consumer<String> says) {
        TlsIdentity.TlsFiles files =
                new TlsIdentity.TlsFiles(path("tls.certificate"), path("tls.key"), path("tls.root"));
        TlsIdentity identity = TlsIdentity.load(files, password, clock, random);
        identity.follow(
                files,
                this::password,
                failure -> says.accept(failure.map(e -> "the changed certificate of \"" + identity.name()
                                + "\" is not taken up: " + e.wrong() + "; " + e.right())
                        .orElse("the changed certificate of \"" + identity.name() + "\" is taken up")));
        if (!text("tls.revocations", "").isEmpty()) {
            identity.readLists(path("tls.revocations"));
        }
        return identity;
    }

    /// The private key in the file that `key` names.
    public SigningKey privateKey(String key, char[] password) {
        return PrivateKeyFile.readSigningKey(path(key), password);
    }

    /// @throws PoyangException `BAD_SETTINGS` for keys that nothing asked for
    public void end() {
        Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw bad("unknown keys " + unknown, "known are " + asked);
        }
    }

    private PoyangException bad(String wrong, String right) {
        return new PoyangException(
                SdkErrors.BAD_SETTINGS, "in the configuration " + file + ": " + wrong, right + " is needed");
    }
}
