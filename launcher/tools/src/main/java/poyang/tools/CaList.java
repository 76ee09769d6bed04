package poyang.tools;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.Certificates;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.CertificateEntry;
import poyang.crypto.pki.Operator;
import poyang.crypto.pki.RequestEntry;

/// All that an authority's books hold.
@Command(name = "list", description = "Lists operators, requests and certificates.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaList implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "the authority's folder")
    private Path folder;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        CertificateAuthority authority = ca.open(folder);
        Report report = ca.report()
                .say("authority", authority.subject())
                .say("level", authority.level().word())
                .say(
                        "operators",
                        authority.operators().stream().map(Operator::name).toList())
                .say("log head", authority.logHead().hex())
                .list("requests")
                .list("certificates");
        authority.requests().forEach(entry -> show(report, entry));
        for (CertificateEntry entry : authority.certificates()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("serial", entry.serial().toString(16));
            fields.put("state", entry.state().word());
            fields.put("request", entry.request());
            fields.put("level", entry.level().word());
            fields.put("usage", entry.usage().word());
            fields.put("name", Certificates.name(entry.certificate()));
            fields.put("until", entry.certificate().getNotAfter().toInstant());
            report.item(
                    "certificates",
                    fields,
                    String.format(
                            "certificate    %s  %-8s  request %d  %s, %s  %s  until %s",
                            entry.serial().toString(16),
                            entry.state().word(),
                            entry.request(),
                            entry.level().word(),
                            entry.usage().word(),
                            Certificates.name(entry.certificate()),
                            entry.certificate().getNotAfter().toInstant()));
        }
        return report.done(0);
    }

    static void show(Report report, RequestEntry entry) {
        RequestEntry.Decision decision = entry.decision();
        String decided = decision.decidedBy().isEmpty()
                ? ""
                : ", decided by " + decision.decidedBy()
                        + (decision.remark().isEmpty() ? "" : ": " + decision.remark());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("number", entry.number());
        fields.put("state", entry.state().word());
        fields.put("level", entry.application().level().word());
        fields.put("name", entry.application().request().subject().commonName());
        fields.put("requestedBy", entry.requestedBy());
        fields.put("requestedAt", entry.requestedAt());
        fields.put("decidedBy", decision.decidedBy());
        fields.put("remark", decision.remark());
        report.item(
                "requests",
                fields,
                String.format(
                        "request        %-3d %-9s  %s  %s  (requested by %s on %s%s)",
                        entry.number(),
                        entry.state().word(),
                        entry.application().level().word(),
                        entry.application().request().subject().commonName(),
                        entry.requestedBy(),
                        entry.requestedAt(),
                        decided));
    }
}
