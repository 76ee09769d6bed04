package poyang.sdk;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import poyang.kernel.PoyangException;

/// Reads a log that its process goes on writing, record by record, no further than its caller knows that it is
/// on disk. What it gives is opened and has its number; whether the chain holds is for whoever gets it.
final class AuditTail implements AutoCloseable {
    private final Path file;
    private final AuditSeal seal;
    private final InputStream in;
    private long next;

    private AuditTail(Path file, AuditSeal seal, InputStream in, long next) {
        this.file = file;
        this.seal = seal;
        this.in = in;
        this.next = next;
    }

    static AuditTail open(Path file, AuditSeal seal, LineMarks.Mark mark, long number) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            channel.position(mark.offset());
            AuditTail tail = new AuditTail(
                    file, seal, new BufferedInputStream(Channels.newInputStream(channel), 1 << 16), mark.number());
            while (tail.next < number) {
                String _ = tail.line();
            }
            return tail;
        } catch (IOException e) {
            throw AuditLog.unreadable(file, e);
        }
    }

    /// @throws PoyangException `AUDIT_LOG_DAMAGED` when the line on disk is not what was written there
    AuditRecord next() {
        long number = next;
        try {
            return seal.open(number, line())
                    .flatMap(AuditRecord::parse)
                    .filter(record -> record.sequence() == number)
                    .orElseThrow(() -> AuditLog.damaged(file, number));
        } catch (IOException e) {
            throw AuditLog.unreadable(file, e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        int octet = in.read();
        while (octet >= 0 && octet != '\n') {
            line.write(octet);
            octet = in.read();
        }
        if (octet < 0) {
            // The record was on disk, and is there no more.
            throw AuditLog.damaged(file, next);
        }
        next++;
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw AuditLog.unreadable(file, e);
        }
    }
}
