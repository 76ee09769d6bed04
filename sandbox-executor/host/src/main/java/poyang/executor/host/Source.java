package poyang.executor.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.SourceSettings;
import poyang.crypto.Sm3;
import poyang.executor.jail.Confinement.Mount;
import poyang.executor.jail.Jail;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// One source of a department and what of it its reader gets to see: a file alone, or the relay to a
/// database. Holds secrets: it never prints values.
public final class Source {
    private static final String PATH = "path";
    private static final String RELAY_SOCKET = "relay.socket";
    private static final String STAMP_DOMAIN = "poyang.source-stamp.v1";
    private static final String EDITION_DOMAIN = "poyang.source-edition.v1";
    private static final String EDITION = "edition";
    /// What says which rows a database gives; the password does not.
    private static final List<String> PLACE = List.of("host", "port", "database", "schema", "table", "user", EDITION);

    private static final long TICK_MILLIS = 1_000;
    private static final String INSIDE = "/source/";

    private final String connector;
    private final SourceSettings settings;

    public Source(String connector, SourceSettings settings) {
        this.connector = connector;
        this.settings = settings;
    }

    public String connector() {
        return connector;
    }

    boolean isFile() {
        return !settings.value(PATH).isEmpty();
    }

    /// The database's host and port; empty where the source is a file.
    Optional<String[]> address() {
        return isFile() || settings.value("host").isEmpty()
                ? Optional.empty()
                : Optional.of(new String[] {settings.value("host"), settings.value("port")});
    }

    /// The file alone.
    ///
    /// @throws PoyangException `SOURCE_MISSING` when there is no such file or a child may not read it
    List<Mount> mounts(Jail jail) {
        if (!isFile()) {
            return List.of();
        }
        Path file = Path.of(settings.value(PATH)).toAbsolutePath();
        if (!Files.isRegularFile(file)) {
            throw new PoyangException(
                    ConnectorErrors.SOURCE_MISSING, "there is no file " + file, "give the path of a file that exists");
        }
        if (!jail.lets(file)) {
            throw new PoyangException(
                    ConnectorErrors.SOURCE_MISSING,
                    "the file " + file + " is not readable by jailed readers, which run as user 65534",
                    "let others read it (chmod o+r), or run the executor as a user of its own that owns it");
        }
        return List.of(new Mount(file, INSIDE + file.getFileName(), false));
    }

    /// Another one whenever the source has changed. Of a file: its place, size and times; empty where it
    /// changed within the last second, because another change may still fall into the same tick of the file
    /// system's clock. Of a database: its place and the edition that its owner states; empty where none is.
    Optional<Bytes> stamp() {
        if (!isFile()) {
            CanonicalWriter out = new CanonicalWriter(EDITION_DOMAIN).text(connector);
            PLACE.forEach(name -> out.text(settings.value(name)));
            return settings.value(EDITION).isEmpty() ? Optional.empty() : Optional.of(Sm3.hash(out.toArray()));
        }
        Path file = Path.of(settings.value(PATH)).toAbsolutePath();
        try {
            Map<String, Object> now = Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
            FileTime changed = (FileTime) Objects.requireNonNull(now.get("ctime"));
            if (changed.toInstant().isAfter(Instant.now().minusMillis(TICK_MILLIS))) {
                return Optional.empty();
            }
            CanonicalWriter out = new CanonicalWriter(STAMP_DOMAIN).text(connector);
            out.list(
                    List.copyOf(settings.values().entrySet()),
                    (w, each) -> w.text(each.getKey()).text(each.getValue()));
            new TreeMap<>(now).forEach((name, value) -> out.text(name + " " + value));
            return Optional.of(Sm3.hash(out.toArray()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The settings as the jailed reader must have them.
    SourceSettings inside(Jail jail, Optional<String> relaySocket) {
        Map<String, String> values = new TreeMap<>(settings.values());
        if (isFile()) {
            values.put(PATH, jail.inside(mounts(jail).getFirst()));
        }
        relaySocket.ifPresent(socket -> values.put(RELAY_SOCKET, socket));
        return new SourceSettings(values);
    }

    /// A message of the reader with the paths that people know.
    String outside(String message) {
        if (!isFile()) {
            return message;
        }
        Path folder = Path.of(settings.value(PATH)).toAbsolutePath().getParent();
        return message.replace(INSIDE, folder + "/");
    }

    @Override
    public String toString() {
        return "Source[" + connector + "]";
    }
}
