package poyang.network;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import poyang.tools.Report;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobStep;
import poyang.wire.schema.Leakage;

/// A job in words, and as fields.
final class JobWords {
    private JobWords() {}

    static Report say(Report report, Job job) {
        report.say("job", job.getId())
                .say("title", job.getTitle())
                .say("purpose", job.getPurpose())
                .say("state", job.getState().name())
                .say("attempt", job.getAttempt())
                .say("receiver", job.getReceiver());
        if (job.hasFailure()) {
            report.say(
                    "failure",
                    job.getFailure().getOrganisation() + " "
                            + job.getFailure().getCode() + ": "
                            + job.getFailure().getDetail());
        }
        if (job.getProofsCount() > 0) {
            report.list("proofs").hint("proofs, which every node has verified; proof get writes their files");
            job.getProofsList().forEach(proof -> report.item("proofs", Map.of("proof", proof), "  " + proof));
        }
        report.list("parties").hint("parties");
        job.getPartiesList().forEach(party -> party(report, job, party));
        report.list("history").hint("history");
        for (JobStep step : job.getHistoryList()) {
            String at = Instant.ofEpochMilli(step.getMillis()).toString();
            report.item(
                    "history",
                    Map.of("at", at, "state", step.getState().name(), "by", step.getAccount()),
                    "  " + at + "  " + step.getState() + "  by " + step.getAccount());
        }
        return report;
    }

    private static void party(Report report, Job job, JobParty party) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("organisation", party.getOrganisation());
        fields.put("dataset", party.getDataset());
        fields.put("roundedRows", party.getRoundedRows());
        fields.put("consent", party.getConsent().name());
        fields.put("learns", learns(job, party));
        String brings = party.getDataset().isEmpty()
                ? "no data set"
                : String.format(Locale.ROOT, "%s, about %,d rows", party.getDataset(), party.getRoundedRows());
        report.item(
                "parties",
                fields,
                String.format(
                        Locale.ROOT,
                        "  %s: %s; consent %s%n    learns %s",
                        party.getOrganisation(),
                        brings,
                        party.getConsent(),
                        learns(job, party)));
    }

    private static String learns(Job job, JobParty party) {
        return job.getLeakageList().stream()
                .filter(leakage -> leakage.getOrganisation().equals(party.getOrganisation()))
                .findFirst()
                .map(Leakage::getLearnsEnglish)
                .orElse("");
    }
}
