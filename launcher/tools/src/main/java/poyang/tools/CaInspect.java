package poyang.tools;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.pki.Inspection;

/// What a file holds, whole.
@Command(
        name = "inspect",
        description = "Says in words what a file holds: certificate, request, list, message, key."
                + " Exit code 0: nothing speaks against it, 1: refused, 2: unreadable.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaInspect implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "PEM or DER")
    private Path file;

    @Mixin
    private JudgeOptions judged;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        return judge(ca, Inspection.inspect(PublicFiles.read(file), judged.question(ca.now())), true);
    }

    /// @param whole also what is good is described in full
    static int judge(Ca ca, List<Inspection.Finding> findings, boolean whole) {
        Report report = ca.report().list("found");
        int code = 0;
        for (Inspection.Finding finding : findings) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("kind", finding.title());
            fields.put("lines", finding.lines());
            finding.refusal().ifPresent(why -> fields.put("refused", why));
            Stream<String> lines = finding.lines().stream()
                    .filter(line -> whole || line.startsWith("subject: ") || line.startsWith("issuer: "));
            Stream<String> verdict = finding.refusal()
                    .map(why -> Stream.of("refused: " + why))
                    .orElseGet(() -> whole ? Stream.empty() : Stream.of("good"));
            report.item(
                    "found",
                    fields,
                    Stream.concat(
                                    Stream.of(finding.title()),
                                    Stream.concat(lines, verdict).map(line -> "  " + line))
                            .collect(Collectors.joining(System.lineSeparator())));
            code = finding.refusal().isPresent() ? 1 : code;
        }
        return report.done(code);
    }
}
