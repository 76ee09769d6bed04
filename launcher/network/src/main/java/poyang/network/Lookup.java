package poyang.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.lookup.LookupResult;
import poyang.sdk.lookup.PrivateLookup;
import poyang.sdk.lookup.PrivateRange;
import poyang.sdk.lookup.RangeResult;
import poyang.tools.Report;

/// Reads records of another department's view by key. The department learns that there was a look-up, by
/// whom, for what and of how many keys; not which. Exit codes: 0 answered, found or not; 1 the holder did not
/// answer from its committed table, or was not reached; 2 wrong use, or the chain refuses.
@Command(
        name = "lookup",
        description = "Reads records of another department's view by key, without telling it which key.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Lookup implements Callable<Integer> {
    private static final int KEYS_MAX = 64;

    @Parameters(index = "0", paramLabel = "VIEW", description = "DEPARTMENT/NAME, as ./poyang view list says")
    private String view;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY",
            description = "for example a citizen's number; others on this machine may see a command's words, so"
                    + " prefer --keys")
    private List<String> words = new ArrayList<>();

    @Option(names = "--keys", paramLabel = "FILE", description = "a file with a key in each line; - is standard input")
    private @Nullable String keysFile;

    @Option(names = "--from", paramLabel = "KEY", description = "of a view by ranges: the first key of the range")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "KEY", description = "the last key of the range, which belongs to it")
    private @Nullable String to;

    @Option(names = "--prefix", paramLabel = "KEY", description = "of a view by ranges: how the keys begin")
    private @Nullable String prefix;

    @Option(names = "--most", defaultValue = "10", description = "entries of a range that are read (default: 10)")
    private int most;

    @Option(names = "--purpose", defaultValue = "", description = "why; the holder reads it")
    private String purpose;

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            description = "writes the receipt: that there was a look-up and under which permission (./poyang verify)")
    private @Nullable Path receipt;

    @Option(names = "--json", description = "say it as one JSON object")
    private boolean json;

    @Mixin
    private AccountOptions by;

    @Spec
    private CommandSpec command;

    private final RandomSource random = ProcessRandom.open("lookup");

    @Override
    public Integer call() throws IOException {
        if (prefix != null || from != null || to != null) {
            return by.withExecutors(random, InstantSource.system(), this::range);
        }
        List<String> keys = keys();
        return by.withExecutors(random, InstantSource.system(), (account, executors) -> run(account, executors, keys));
    }

    private List<String> keys() throws IOException {
        List<String> keys = new ArrayList<>(words);
        if (keysFile != null) {
            List<String> lines;
            if (keysFile.equals("-")) {
                lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                        .lines()
                        .toList();
            } else {
                lines = Files.readAllLines(Path.of(keysFile));
            }
            lines.stream().filter(line -> !line.isBlank()).forEach(keys::add);
        }
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new PoyangException(
                    NetworkErrors.BAD_OPTION,
                    keys.size() + " keys are given",
                    "1 to " + KEYS_MAX + " keys, as words or in the file of --keys, are needed");
        }
        return keys;
    }

    private int range(ChainAccount account, ExecutorClient executors) {
        if (!words.isEmpty() || keysFile != null || (prefix == null) != (from != null && to != null)) {
            throw new PoyangException(
                    NetworkErrors.BAD_OPTION,
                    "keys, --prefix and --from with --to are three ways to ask",
                    "one of them is needed");
        }
        RangeResult result;
        try {
            PrivateRange asker = new PrivateRange(account, executors, random);
            result = prefix != null
                    ? asker.prefix(view, prefix, most, purpose)
                    : asker.range(view, Objects.requireNonNull(from), Objects.requireNonNull(to), most, purpose);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
        Report report = new Report(command.commandLine().getOut(), json);
        report.list("entries");
        for (RangeResult.Entry entry : result.entries()) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("key", entry.key());
            for (int c = 0; c < entry.fields().size(); c++) {
                String column = result.columns().get(c);
                entry.fields().get(c).ifPresent(value -> fields.put(column, value));
            }
            StringBuilder lines = new StringBuilder(entry.key());
            fields.forEach((column, value) -> {
                if (!column.equals("key")) {
                    lines.append(String.format("%n  %-20s %s", column, value));
                }
            });
            report.item("entries", fields, lines.toString());
        }
        report.say("more", result.more())
                .say("lookup", result.lookup())
                .say("version", result.version())
                .say("bytes", result.bytes());
        write(report, account, result.receipt());
        result.complaint()
                .ifPresent(reason -> report.hint("NO ANSWER TO TRUST: " + reason + ". The supervisors have"
                        + " been told, sealed to their keys; the holder cannot see it."));
        return report.say("good", result.good()).done(result.good() ? 0 : 1);
    }

    private int run(ChainAccount account, ExecutorClient executors, List<String> keys) {
        long start = System.nanoTime();
        LookupResult result;
        try {
            result = new PrivateLookup(account, executors, random).lookup(view, keys, purpose);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
        Report report = new Report(command.commandLine().getOut(), json);
        report.list("answers");
        for (int i = 0; i < result.answers().size(); i++) {
            say(report, result, i);
        }
        report.say("lookup", result.lookup())
                .say("version", result.version())
                .say("bytes", result.bytes())
                .say("millis", (System.nanoTime() - start) / 1_000_000);
        write(report, account, result.receipt());
        if (!result.good()) {
            report.hint("The supervisors have been told, sealed to their keys; the holder cannot see it.");
        }
        return report.say("good", result.good()).done(result.good() ? 0 : 1);
    }

    /// Keys are the asker's own, but a screen may be looked at: answers say their number only.
    private static void say(Report report, LookupResult result, int at) {
        int number = at + 1;
        switch (result.answers().get(at)) {
            case LookupResult.Answer.Found(List<List<Optional<String>>> records) -> {
                List<Map<String, String>> found = new ArrayList<>();
                StringBuilder lines = new StringBuilder(
                        "key " + number + ": " + records.size() + " record" + (records.size() == 1 ? "" : "s"));
                for (List<Optional<String>> record : records) {
                    Map<String, String> fields = new LinkedHashMap<>();
                    for (int c = 0; c < record.size(); c++) {
                        String column = result.columns().get(c);
                        record.get(c).ifPresent(value -> fields.put(column, value));
                    }
                    found.add(fields);
                    fields.forEach((column, value) -> lines.append(String.format("%n  %-20s %s", column, value)));
                }
                report.item("answers", Map.of("key", number, "outcome", "found", "records", found), lines.toString());
            }
            case LookupResult.Answer.Absent() ->
                report.item("answers", Map.of("key", number, "outcome", "absent"), "key " + number + ": no record");
            case LookupResult.Answer.Complaint(String reason) ->
                report.item(
                        "answers",
                        Map.of("key", number, "outcome", "complaint", "reason", reason),
                        "key " + number + ": NO ANSWER TO TRUST: " + reason);
        }
    }

    private void write(Report report, ChainAccount account, Bytes transaction) {
        if (receipt == null) {
            return;
        }
        try {
            Files.writeString(receipt, ChainForms.json(account.receiptFile(transaction)));
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "the receipt could not be written to " + receipt + " (" + e.getMessage() + ")",
                    "give --receipt a place that this user may write",
                    e);
        }
        report.say("receipt", receipt);
    }
}
