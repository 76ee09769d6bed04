package poyang.tools;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.pki.AuthorityAudit;
import poyang.kernel.Bytes;

/// The books, read by somebody who does not trust them.
@Command(
        name = "audit",
        description = "Reads an authority's log from its first line: hashes, signatures, who approved, what the files"
                + " repeat. Exit code 0: nothing speaks against it, 1: something does.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaAudit implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "the authority's folder")
    private Path folder;

    @Option(
            names = "--head",
            paramLabel = "HASH",
            description = "the log's head as it was noted elsewhere; shows that nothing before it went missing")
    private @Nullable String head;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        AuthorityAudit audit =
                AuthorityAudit.of(folder, Optional.ofNullable(head).map(Bytes::fromHex));
        Report report = ca.report().list("steps");
        for (AuthorityAudit.Step step : audit.steps()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("number", step.number());
            fields.put("at", step.at());
            fields.put("event", step.event());
            fields.put("operator", step.operator());
            fields.put("what", step.what());
            fields.put("hash", step.hash().hex());
            report.item(
                    "steps",
                    fields,
                    String.format(
                            "%4d  %s  %-10s %-12s %s",
                            step.number(), step.at(), step.event(), step.operator(), step.what()));
        }
        report.say("log head", audit.head().hex());
        audit.notedLine().ifPresent(line -> report.say("noted line", line));
        report.list("faults");
        audit.faults().forEach(fault -> report.item("faults", Map.of("words", fault), "refused: " + fault));
        if (audit.faults().isEmpty()) {
            report.hint("good: " + audit.steps().size()
                    + " lines, each follows from the one before and is signed by who acted");
        }
        return report.done(audit.faults().isEmpty() ? 0 : 1);
    }
}
