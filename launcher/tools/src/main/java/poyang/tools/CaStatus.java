package poyang.tools;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.Certificates;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.CertificateEntry;
import poyang.crypto.pki.Inspection;

/// Where one certificate stands in its authority's books.
@Command(name = "status", description = "Says where a certificate stands. Exit code 1: it was revoked.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaStatus implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FOLDER", description = "the authority's folder")
    private Path folder;

    @Parameters(index = "1", paramLabel = "SERIAL", description = "its serial, or its file")
    private String serial;

    @Option(names = "--out", description = "write its chain here")
    private @Nullable Path out;

    @Option(names = "--envelope", description = "write the encryption key that was made with it here, sealed as it was")
    private @Nullable Path envelope;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        CertificateAuthority authority = ca.open(folder);
        CertificateEntry entry = authority
                .certificate(PublicFiles.serial(serial))
                .orElseThrow(() -> PublicFiles.badOption("the serial " + serial, "this authority issued none such"));
        Report report = ca.report()
                .say("state", entry.state().word())
                .say("level", entry.level().word())
                .say("usage", entry.usage().word())
                .say("request", entry.request());
        entry.revocation()
                .ifPresent(why -> report.say("revoked since", why.since())
                        .say("because", why.reason().words()));
        Inspection.lines(entry.certificate(), ca.now()).forEach(line -> {
            int colon = line.indexOf(": ");
            report.say(line.substring(0, colon), line.substring(colon + 2));
        });
        if (out != null) {
            PublicFiles.write(out, Certificates.toPem(authority.issuedChain(entry.certificate())));
            report.say("file", out);
        }
        if (envelope != null) {
            PublicFiles.write(
                    envelope,
                    authority
                            .envelope(entry.request())
                            .orElseThrow(() -> PublicFiles.badOption(
                                    "--envelope", "the authority made no key on request " + entry.request()))
                            .toPem());
            report.say("envelope", envelope);
        }
        return report.done(entry.revocation().isPresent() ? 1 : 0);
    }
}
