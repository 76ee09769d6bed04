package poyang.network;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;
import poyang.sdk.AuthorityReport;
import poyang.tools.Report;

/// What a certificate authority has a chain know: itself, what it issued, what it took back. Exit codes: 0
/// the chain knows it all; 1 no node could be reached, or proved what it said; 2 wrong use, or the chain refuses.
@Command(name = "ca", description = "Reports a certificate authority's books to a chain.")
final class AuthorityOnChain {
    private final RandomSource random = ProcessRandom.open("ca");
    private final InstantSource clock = InstantSource.system();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "say it as one JSON object")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Command(description = "Has a chain know an authority, or its renewed certificate; exit code 0, also when it does.")
    int register(
            @Parameters(paramLabel = "FOLDER", description = "the authority's folder") Path folder,
            @Option(
                            names = "--reporter",
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "the account of the role AUTHORITY that will report; a supervisor names it"
                                    + " (default: the account that acts)")
                    String reporter,
            @Mixin AccountOptions by) {
        return by.with(
                random,
                clock,
                account -> said(new AuthorityReport(open(folder), account)
                        .register(reporter).stream().toList()));
    }

    @Command(
            description = "Brings a chain up to an authority's books: its renewed certificate, what it issued and"
                    + " revoked, its latest list. What the chain has is left alone; run it after each step.")
    int report(
            @Parameters(paramLabel = "FOLDER", description = "the authority's folder") Path folder,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> said(new AuthorityReport(open(folder), account).bringUpToDate()));
    }

    private CertificateAuthority open(Path folder) {
        return CertificateAuthority.open(folder, clock);
    }

    private int said(List<AuthorityReport.Line> lines) {
        Report report = new Report(command.commandLine().getOut(), json).list("reported");
        for (AuthorityReport.Line line : lines) {
            String kind = line.kind().name().toLowerCase(Locale.ROOT);
            report.item(
                    "reported",
                    Map.of("kind", kind, "subject", line.subject(), "height", line.height()),
                    String.format("%-14s %s in block %d", kind, line.subject(), line.height()));
        }
        if (lines.isEmpty()) {
            report.hint("The chain has it all.");
        }
        return report.done(0);
    }
}
