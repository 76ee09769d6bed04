package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.tools.Report;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.SubmitJob;

/// What analysts and owners do with jobs of any kind. Exit codes: 0 done; 1 the job ended otherwise than well, or no
/// node or executor was reached; 2 wrong use, or the chain refuses.
@Command(name = "job", description = "Submits, consents to and follows jobs; fetches results and receipts.")
final class JobCommands extends CommandGroup {
    private static final String JOBS = "poyang.v1.Jobs";
    private static final List<JobState> OPEN = List.of(JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);
    private static final long POLL_MILLIS = 500;

    JobCommands() {
        super("job");
    }

    /// A plan becomes a job.
    @Command(description = "Submits a job from a plan in JSON; says what each party will learn.")
    int submit(
            @Parameters(paramLabel = "PLAN.json", description = "a plan (docs/jobs.md shows each kind)") Path file,
            @Option(names = "--title", required = true, description = "for people") String title,
            @Option(names = "--purpose", required = true, description = "what the owners consent to") String purpose,
            @Option(names = "--receiver", description = "the analyst account that gets the result (default: this one)")
                    @Nullable
                    String receiver,
            @Option(names = "--minutes", defaultValue = "60", description = "until it expires (default: 60)")
                    int minutes,
            @Option(
                            names = "--further-attempts",
                            defaultValue = "0",
                            description = "that follow by themselves when one is lost (default: 0)")
                    int further,
            @Mixin AccountOptions by) {
        Plan plan = ChainForms.readPlan(file);
        return by.with(random, clock, account -> {
            SubmitJob request = SubmitJob.newBuilder()
                    .setTitle(title)
                    .setPurpose(purpose)
                    .setPlan(plan.toByteString())
                    .setReceiver(receiver == null ? account.name() : receiver)
                    .setMinutesToLive(minutes)
                    .setFurtherAttempts(further)
                    .build();
            try {
                JobKey made =
                        JobKey.parseFrom(account.call(JOBS, "Submit", request).getResult());
                return said(job(account, made.getId()), 0);
            } catch (InvalidProtocolBufferException e) {
                throw malformed(e);
            }
        });
    }

    /// The jobs of the account's department.
    @Command(description = "Lists the jobs that the account may see.")
    int list(
            @Option(names = "--open", description = "only those that have not ended") boolean open,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("jobs");
            String after = "";
            do {
                JobList page = page(
                        account,
                        JobPage.newBuilder().setOpen(open).setAfter(after).build());
                for (Job job : page.getJobsList()) {
                    report.item(
                            "jobs",
                            Map.of(
                                    "job", job.getId(),
                                    "state", job.getState().name(),
                                    "title", job.getTitle()),
                            "%s  %-18s %s".formatted(job.getId(), job.getState(), job.getTitle()));
                }
                after = page.getNext();
            } while (!after.isEmpty());
            return report.done(0);
        });
    }

    private static JobList page(ChainAccount account, JobPage page) {
        try {
            return JobList.parseFrom(account.read(JOBS, "List", page));
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /// A job as it is.
    @Command(description = "Shows a job: parties, sizes, what each learns, state, failure, history; proven.")
    int show(
            @Parameters(paramLabel = "JOB", description = "its id") String id,
            @Option(names = "--wait", description = "until it has ended, with its progress") boolean wait,
            @Mixin AccountOptions by) {
        return by.withExecutors(random, clock, (account, executors) -> {
            Job job = job(account, id);
            try (JobFollowing following = new JobFollowing(account, executors, meanwhile())) {
                while (wait && OPEN.contains(job.getState())) {
                    following.at(job);
                    pause();
                    job = job(account, id);
                }
            }
            boolean well = OPEN.contains(job.getState()) || job.getState() == JobState.COMPLETED;
            return said(job, well ? 0 : 1);
        });
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw new PoyangException(NetworkErrors.JOB_FAILED, "interrupted", "call it again", e);
        }
    }

    /// An owner agrees.
    @Command(description = "Consents for the department whose owner the account is.")
    int consent(
            @Parameters(paramLabel = "JOB", description = "its id") String id,
            @Option(names = "--reason", defaultValue = "", description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return answer(id, true, reason, by);
    }

    /// An owner does not agree.
    @Command(description = "Refuses for the department whose owner the account is, which ends the job.")
    int refuse(
            @Parameters(paramLabel = "JOB", description = "its id") String id,
            @Option(names = "--reason", defaultValue = "", description = "kept on chain") String reason,
            @Mixin AccountOptions by) {
        return answer(id, false, reason, by);
    }

    private int answer(String id, boolean given, String reason, AccountOptions by) {
        ConsentRequest request = ConsentRequest.newBuilder()
                .setJob(id)
                .setGiven(given)
                .setReason(reason)
                .build();
        return called("Consent", request, id, by);
    }

    /// A further attempt.
    @Command(description = "Starts a new attempt of a job that failed or expired.")
    int retry(@Parameters(paramLabel = "JOB", description = "its id") String id, @Mixin AccountOptions by) {
        return called("Retry", JobKey.newBuilder().setId(id).build(), id, by);
    }

    /// The end, by its submitter.
    @Command(description = "Ends a job before it has ended by itself.")
    int cancel(@Parameters(paramLabel = "JOB", description = "its id") String id, @Mixin AccountOptions by) {
        return called("Cancel", JobKey.newBuilder().setId(id).build(), id, by);
    }

    private int called(String method, Message arguments, String id, AccountOptions by) {
        return by.with(random, clock, account -> {
            var _ = account.call(JOBS, method, arguments);
            return said(job(account, id), 0);
        });
    }

    /// The result, by its receiver.
    @Command(description = "Fetches the result, opens it with the account's key and holds it against the receipt.")
    int result(
            @Parameters(paramLabel = "JOB", description = "its id") String id,
            @Option(names = "--out", required = true, paramLabel = "RESULT.csv", description = "where to") Path out,
            @Mixin AccountOptions by) {
        return by.withKey(random, clock, (account, executors, key) -> {
            byte[] csv = JobResult.fetch(completed(account, id), account, executors, key, out);
            return report().say("result", out)
                    .say(
                            "lines",
                            new String(csv, StandardCharsets.UTF_8).lines().count() - 1)
                    .hint("It is what the receipt of the receiver's department commits to.")
                    .done(0);
        });
    }

    private static Job completed(ChainAccount account, String id) {
        Job job = job(account, id);
        if (job.getState() != JobState.COMPLETED) {
            throw new PoyangException(
                    NetworkErrors.JOB_FAILED,
                    "the job is in state " + job.getState() + " "
                            + job.getFailure().getCode(),
                    "wait for it with: job show " + id + " --wait");
        }
        return job;
    }

    /// The receipts, as files for `verify`.
    @Command(description = "Writes every party's receipt with its proof, for ./poyang verify.")
    int receipts(
            @Parameters(paramLabel = "JOB", description = "its id") String id,
            @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "where to") Path folder,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("receipts");
            for (JobParty party : completed(account, id).getPartiesList()) {
                Path file = folder.resolve("receipt-" + party.getOrganisation() + ".json");
                try {
                    Files.createDirectories(folder);
                    Files.writeString(
                            file,
                            ChainForms.json(account.receiptFile(ChainForms.bytes(party.getReceiptTransaction()))));
                } catch (IOException e) {
                    throw new PoyangException(
                            NetworkErrors.UNREADABLE, file + " cannot be written", "name a folder with room", e);
                }
                report.item(
                        "receipts",
                        Map.of("organisation", party.getOrganisation(), "file", file.toString()),
                        file.toString());
            }
            return report.done(0);
        });
    }

    /// The job as it is now, proven.
    private static Job job(ChainAccount account, String id) {
        byte[] value = account.state(JOBS, "job/" + id, 0)
                .value()
                .orElseThrow(() -> new PoyangException(
                        NetworkErrors.BAD_OPTION, "this account sees no job " + id, "job list names those it sees"))
                .toArray();
        try {
            return Job.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    private static PoyangException malformed(Exception cause) {
        return new PoyangException(
                NetworkErrors.JOB_FAILED, "a node's answer is malformed", "one release on all sides is needed", cause);
    }

    private int said(Job job, int code) {
        return JobWords.say(report(), job).done(code);
    }
}
