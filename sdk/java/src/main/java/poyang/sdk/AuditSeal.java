package poyang.sdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Optional;
import poyang.crypto.storage.SealedValues;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Seals the lines of an audit log, each to its number: what lies on disk is `*` and the sealed line in Base64.
/// How many records there are and how long they are shows. Thread-safe.
public final class AuditSeal implements AutoCloseable {
    private static final char SEALED = '*';
    private static final String FAMILY = "audit";

    private final SealedValues values;

    private AuditSeal(SealedValues values) {
        this.values = values;
    }

    /// Opens the data key in a file, wrapped under the storage key, or makes it.
    ///
    /// @param storage needed no longer when this returns
    public static AuditSeal openOrCreate(Path keyFile, StorageKey storage, RandomSource random) {
        return new AuditSeal(SealedValues.open(storage.dataKey(keyFile, FAMILY, random), random));
    }

    /// The same for a log that exists.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST` when there is no such file
    public static AuditSeal open(Path keyFile, StorageKey storage, RandomSource random) {
        if (!Files.exists(keyFile)) {
            throw new PoyangException(
                    SdkErrors.AUDIT_LOG_LOST,
                    "the key " + keyFile + " of the audit log is not there",
                    "the directory of the process that wrote the log is needed, with audit.key and storage.key");
        }
        return openOrCreate(keyFile, storage, random);
    }

    /// Wraps a log's data key under another storage key as well, in a file of its own: the log stays readable
    /// when the first one is destroyed.
    public static void handOver(Path keyFile, StorageKey from, StorageKey to, Path copy, RandomSource random) {
        from.handOver(keyFile, FAMILY, to, copy, random);
    }

    /// Are the lines of this log sealed? One without lines is not.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST` when it cannot be read
    public static boolean sealed(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer first = ByteBuffer.allocate(1);
            return in.size() > 0 && in.read(first) == 1 && first.get(0) != '1';
        } catch (IOException e) {
            throw AuditLog.unreadable(file, e);
        }
    }

    String seal(long number, String line) {
        byte[] sealed = values.seal(FAMILY, at(number), line.getBytes(StandardCharsets.UTF_8));
        return SEALED + Base64.getEncoder().withoutPadding().encodeToString(sealed);
    }

    /// Empty for what was not sealed to this number.
    Optional<String> open(long number, String line) {
        if (line.isEmpty() || line.charAt(0) != SEALED) {
            return Optional.empty();
        }
        try {
            byte[] sealed = Base64.getDecoder().decode(line.substring(1));
            if (!Base64.getEncoder().withoutPadding().encodeToString(sealed).equals(line.substring(1))) {
                return Optional.empty();
            }
            return Optional.of(new String(values.open(FAMILY, at(number), sealed), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | PoyangException e) {
            return Optional.empty();
        }
    }

    private static byte[] at(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    @Override
    public void close() {
        values.close();
    }
}
