package poyang.sdk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A process's own log of what it did for whom: one line a record, each chained to the one before by SM3,
/// on disk before {@link #record} returns. Anchoring the head on chain keeps the operator from rewriting
/// it. A process that cannot write it stops serving.
///
/// A line: sequence, time (ISO-8601), actor (initiator), action (type), subject and detail (description),
/// result, and the chain value in hexadecimal, separated by tabs; tabs, line breaks and backslashes within
/// a field are escaped. Chain value = SM3 of the canonical form `poyang.audit-record.v2` of (previous
/// value, sequence, time, the five fields); before the first record it is 32 zero bytes.
///
/// On disk each line is sealed ({@link AuditSeal}); a log in clear, as {@link #read} gives it, is checked the same
/// way. Records of several threads share one write to the disk where they meet.
public final class AuditLog implements AutoCloseable {
    /// The result of what was done as it was asked for.
    public static final String DONE = "done";

    private static final Head NOWHERE = new Head(0, Bytes.empty());

    private final Path file;
    private final FileChannel channel;
    private final AuditSeal seal;
    private final InstantSource clock;
    private final Object disk = new Object();
    private long sequence;
    private Bytes head;
    private volatile boolean lost;
    private final LineMarks marks;
    private long durable;

    private AuditLog(Path file, FileChannel channel, AuditSeal seal, InstantSource clock, Tail tail, LineMarks marks) {
        this.marks = marks;
        this.file = file;
        this.channel = channel;
        this.seal = seal;
        this.clock = clock;
        sequence = tail.sequence();
        head = tail.head();
        durable = sequence;
    }

    /// Where a log stands.
    ///
    /// @param bytes length of the whole records
    private record Tail(long sequence, Bytes head, long bytes) {}

    /// Opens or makes the log, and checks all of it. What a crash tore off at its end is taken off: a last line
    /// that was cut short, and lines from the first one on in which octets were never written (a file system has
    /// zeros for them, no log has), since no record from there on was told to be on disk. A log in clear, as
    /// earlier releases wrote it, is sealed.
    ///
    /// @param seal belongs to the log, which closes it
    /// @throws PoyangException `AUDIT_LOG_DAMAGED`, `AUDIT_LOG_LOST`
    public static AuditLog open(Path file, AuditSeal seal, InstantSource clock) {
        try {
            if (Files.exists(file) && Files.size(file) > 0 && !AuditSeal.sealed(file)) {
                sealAll(file, seal);
            }
            LineMarks marks = new LineMarks();
            Tail tail = Files.exists(file)
                    ? check(
                            file,
                            Optional.of(seal),
                            NOWHERE,
                            true,
                            (record, at, _) -> marks.line(record.sequence(), at))
                    : new Tail(0, AuditRecord.BEFORE_ALL, 0);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(tail.bytes());
            channel.position(tail.bytes());
            return new AuditLog(file, channel, seal, clock, tail, marks);
        } catch (IOException e) {
            seal.close();
            throw lost(file, e);
        } catch (RuntimeException e) {
            seal.close();
            throw e;
        }
    }

    private static void sealAll(Path file, AuditSeal seal) throws IOException {
        Path sealed = file.resolveSibling(file.getFileName() + ".sealed");
        try (FileChannel out = FileChannel.open(
                sealed, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            long[] number = new long[1];
            Tail _ = check(file, Optional.empty(), NOWHERE, false, (_, _, line) -> {
                String text = seal.seal(++number[0], line) + "\n";
                write(out, text);
            });
            out.force(true);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Path _ = Files.move(sealed, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(FileChannel out, String text) {
        try {
            ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (octets.hasRemaining()) {
                out.write(octets);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes one record durably, of something that was done. Fields hold names and numbers, never
    /// personal data.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST`, from then on for every record: stop serving
    public void record(String actor, String action, String subject, String detail) {
        record(actor, action, subject, detail, DONE);
    }

    /// Writes one record durably.
    ///
    /// @param result {@link #DONE}, or why it was not, for example `refused PY-4309`
    /// @throws PoyangException `AUDIT_LOG_LOST`, from then on for every record: stop serving
    public void record(String actor, String action, String subject, String detail, String result) {
        needDurable(append(List.of(actor, action, subject, detail, result)));
    }

    private synchronized long append(List<String> fields) {
        if (lost) {
            throw lost(file, null);
        }
        String time = Instant.ofEpochMilli(clock.millis()).toString();
        AuditRecord next = AuditRecord.after(head, sequence + 1, time, fields);
        try {
            if (!channel.isOpen()) {
                throw new IOException("it is closed");
            }
            marks.line(sequence + 1, channel.position());
            write(channel, seal.seal(sequence + 1, next.line()) + "\n");
        } catch (IOException e) {
            lost = true;
            throw lost(file, e);
        } catch (UncheckedIOException e) {
            lost = true;
            throw lost(file, e.getCause());
        }
        sequence++;
        head = next.value();
        return sequence;
    }

    /// Whoever comes first writes for all who have appended by then.
    private void needDurable(long wanted) {
        synchronized (disk) {
            if (durable >= wanted) {
                return;
            }
            if (lost) {
                throw lost(file, null);
            }
            long reached = sequence();
            try {
                channel.force(false);
            } catch (IOException e) {
                lost = true;
                throw lost(file, e);
            }
            durable = reached;
            disk.notifyAll();
        }
    }

    /// Number of the last record that is on disk for good; waits up to `millis` for one above `known`.
    long awaitAbove(long known, long millis) throws InterruptedException {
        synchronized (disk) {
            long deadline = System.nanoTime() + millis * 1_000_000;
            long left = millis;
            while (durable <= known && left > 0) {
                disk.wait(left);
                left = (deadline - System.nanoTime()) / 1_000_000;
            }
            return durable;
        }
    }

    /// The records from `number` on, of which the caller knows that they are on disk.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST` when the file cannot be read
    AuditTail from(long number) {
        return AuditTail.open(file, seal, marks.before(number), number);
    }

    /// Number of the last record, from 1; 0 when there is none.
    public synchronized long sequence() {
        return sequence;
    }

    /// Chain value after the last record.
    public synchronized Bytes head() {
        return head;
    }

    /// Head and sequence of one moment, durable.
    ///
    /// @throws PoyangException `AUDIT_LOG_LOST`
    public Head anchor() {
        Head now = present();
        needDurable(now.sequence());
        return now;
    }

    private synchronized Head present() {
        return new Head(sequence, head);
    }

    /// What an anchor on chain holds.
    public record Head(long sequence, Bytes value) {}

    /// Checks every record; gives where the log stands.
    ///
    /// @param seal of a log whose lines are sealed
    /// @throws PoyangException `AUDIT_LOG_DAMAGED` names the first line that does not fit; `AUDIT_LOG_LOST`
    ///     when it cannot be read
    public static Head verify(Path file, Optional<AuditSeal> seal) {
        return verify(file, seal, new Head(0, AuditRecord.BEFORE_ALL));
    }

    /// The same, and that the log goes at least as far as an anchor on chain, and is the log that was anchored.
    public static Head verify(Path file, Optional<AuditSeal> seal, Head anchored) {
        return read(file, seal, anchored, _ -> {});
    }

    /// The same, and hands over each line, opened and checked, without its line break.
    public static Head read(Path file, Optional<AuditSeal> seal, Consumer<String> lines) {
        return read(file, seal, new Head(0, AuditRecord.BEFORE_ALL), lines);
    }

    private static Head read(Path file, Optional<AuditSeal> seal, Head anchored, Consumer<String> lines) {
        try {
            Tail tail = check(file, seal, anchored, false, (_, _, line) -> lines.accept(line));
            if (tail.sequence() < anchored.sequence()) {
                throw new PoyangException(
                        SdkErrors.AUDIT_LOG_DAMAGED,
                        "the audit log " + file + " ends with record " + tail.sequence()
                                + ", and the chain has an anchor of record " + anchored.sequence(),
                        "the log as this process wrote it is needed: records were taken off its end");
            }
            return new Head(tail.sequence(), tail.head());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static PoyangException unreadable(Path file, IOException cause) {
        return new PoyangException(
                SdkErrors.AUDIT_LOG_LOST,
                "the audit log " + file + " cannot be read (" + cause.getMessage() + ")",
                "give the path of a log, as somebody who may read it",
                cause);
    }

    /// Hears of each record that was checked.
    private interface Checked {
        void line(AuditRecord record, long offset, String line);
    }

    /// @param torn does the log end before a line with octets that were never written?
    private static Tail check(Path file, Optional<AuditSeal> seal, Head anchored, boolean torn, Checked checked)
            throws IOException {
        long sequence = 0;
        long bytes = 0;
        Bytes head = AuditRecord.BEFORE_ALL;
        long whole = wholeLines(file);
        // What is sealed is ASCII, and what follows the last whole line may be anything.
        Charset charset = seal.isPresent() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        try (BufferedReader in = Files.newBufferedReader(file, charset)) {
            while (bytes < whole) {
                String line = in.readLine();
                long number = sequence + 1;
                Optional<String> opened =
                        seal.isPresent() && line != null ? seal.get().open(number, line) : Optional.ofNullable(line);
                if (torn && opened.isEmpty() && line != null && line.indexOf('\0') >= 0) {
                    return new Tail(sequence, head, bytes);
                }
                Bytes before = head;
                AuditRecord record = opened.flatMap(AuditRecord::parse)
                        .filter(found -> found.sequence() == number && found.follows(before))
                        .orElseThrow(() -> damaged(file, number));
                head = record.value();
                sequence++;
                if (sequence == anchored.sequence() && !head.equals(anchored.value())) {
                    throw new PoyangException(
                            SdkErrors.AUDIT_LOG_DAMAGED,
                            "the audit log " + file + " was written anew: its record " + sequence
                                    + " is not the one that the chain has an anchor of",
                            "the log as this process wrote it is needed");
                }
                checked.line(record, bytes, opened.orElseThrow());
                bytes += (line + "\n").getBytes(charset).length;
            }
        } catch (CharacterCodingException e) {
            throw damaged(file, sequence + 1);
        }
        return new Tail(sequence, head, whole);
    }

    /// Bytes up to and with the last line break.
    private static long wholeLines(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            for (long at = in.size() - 1; at >= 0; at--) {
                in.read(one.clear(), at);
                if (one.get(0) == '\n') {
                    return at + 1;
                }
            }
            return 0;
        }
    }

    static PoyangException damaged(Path file, long record) {
        return new PoyangException(
                SdkErrors.AUDIT_LOG_DAMAGED,
                "the audit log " + file + " was changed at record " + record,
                "the log as this process wrote it is needed; compare it with the anchors on chain");
    }

    private static PoyangException lost(Path file, @Nullable IOException cause) {
        return new PoyangException(
                SdkErrors.AUDIT_LOG_LOST,
                "the audit log " + file + " cannot be written" + (cause == null ? "" : " (" + cause.getMessage() + ")"),
                "a process without its audit log serves nobody: give it a disk with room and start it again",
                cause);
    }

    @Override
    public synchronized void close() {
        try (seal) {
            channel.close();
        } catch (IOException e) {
            throw lost(file, e);
        }
    }
}
