package poyang.network;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditChain;
import poyang.sdk.AuditFinding;
import poyang.sdk.AuditFollower;
import poyang.sdk.AuditRecord;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;

/// A supervisor's live feed of all audit records.
@Command(
        name = "watch",
        description = "Prints each record of all audit logs as it is written, checked against the record before and"
                + " against the anchors on chain, and an alarm for whatever does not fit. Exit code 1 when there was"
                + " an alarm.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class AuditWatch implements Callable<Integer> {
    @Mixin
    private AccountOptions by;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "keeps where the look ended in each log; the next one goes on from there")
    private @Nullable Path state;

    @Option(
            names = "--latest",
            paramLabel = "N",
            description = "of logs that are not in FILE: the latest N records and what follows; all when absent")
    private int latest;

    @Option(names = "--seconds", paramLabel = "N", description = "ends after so long; without end when absent")
    private long seconds = Long.MAX_VALUE / 1_000;

    @Option(names = "--quiet", description = "prints alarms and how far logs are anchored, no records")
    private boolean quiet;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        return by.withAudits(ProcessRandom.open("audit-watch"), InstantSource.system(), this::follow);
    }

    private int follow(ChainAccount supervisor, AuditSources sources) {
        AuditFollower.begin(supervisor);
        Printer printer = new Printer(command.commandLine().getOut());
        AuditFollower follower = new AuditFollower(supervisor, sources, read(), printer);
        Thread watch = Thread.currentThread();
        Thread end = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(seconds * 1_000);
                watch.interrupt();
            } catch (InterruptedException e) {
                // ended before
            }
        });
        try {
            follower.run(latest);
        } catch (InterruptedException e) {
            // all was printed
        } finally {
            end.interrupt();
            write(follower.positions());
        }
        printer.out.flush();
        return printer.alarms == 0 ? 0 : 1;
    }

    private final class Printer implements AuditFollower.Sink {
        private final PrintWriter out;
        private int alarms;

        Printer(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void record(String log, AuditRecord record) {
            if (!quiet) {
                out.printf(
                        "%s #%d  %s  %s  %s  %s%s  %s%n",
                        log,
                        record.sequence(),
                        record.time(),
                        record.initiator(),
                        record.type(),
                        record.subject(),
                        record.detail().isEmpty() ? "" : " " + record.detail(),
                        record.result());
                out.flush();
            }
        }

        @Override
        public void anchored(String log, long sequence, long height) {
            out.printf("%s #%d  anchored in block %d, and so is all before it%n", log, sequence, height);
            out.flush();
        }

        @Override
        public void found(AuditFinding finding) {
            alarms += finding.kind().alarm() ? 1 : 0;
            out.printf(
                    "%s %s  %s%s: %s%n",
                    finding.kind().alarm() ? "ALARM" : "OVER",
                    Instant.now(),
                    finding.log(),
                    finding.sequence() == 0 ? "" : " #" + finding.sequence(),
                    finding.kind().name().toLowerCase(Locale.ROOT) + ", " + finding.words());
            out.flush();
        }
    }

    // ---- where the look ended -------------------------------------------------------------------

    private Map<String, AuditChain.Position> read() {
        Map<String, AuditChain.Position> known = new TreeMap<>();
        if (state == null || !Files.exists(state)) {
            return known;
        }
        try {
            for (String line : Files.readAllLines(state)) {
                String[] words = line.split(" ", -1);
                if (words.length != 3 || !words[1].matches("[0-9]{1,18}") || !words[2].matches("[0-9a-f]{64}")) {
                    throw unreadable(state, null);
                }
                known.put(words[0], new AuditChain.Position(Long.parseLong(words[1]), Bytes.fromHex(words[2])));
            }
            return known;
        } catch (IOException e) {
            throw unreadable(state, e);
        }
    }

    private void write(Map<String, AuditChain.Position> positions) {
        if (state == null) {
            return;
        }
        Map<String, AuditChain.Position> all = read();
        all.putAll(positions);
        Path fresh = state.resolveSibling(state.getFileName() + ".new");
        try {
            Files.writeString(
                    fresh,
                    all.entrySet().stream()
                            .map(each -> each.getKey() + " " + each.getValue().sequence() + " "
                                    + each.getValue().value().hex() + "\n")
                            .collect(Collectors.joining()));
            Path _ = Files.move(fresh, state, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unreadable(state, e);
        }
    }

    private static PoyangException unreadable(Path file, @Nullable IOException cause) {
        return new PoyangException(
                NetworkErrors.UNREADABLE,
                "the file " + file + " is not one that audit watch wrote",
                "give its path, or that of a file that is not there yet",
                cause);
    }
}
