package poyang.notarization;

import java.util.List;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.wire.schema.AbortRequest;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.ConsentState;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Failure;
import poyang.wire.schema.InputCommitment;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.SubmitJob;

/// Joint computations: the state machine that docs/contracts.md draws.
public final class JobsContract extends ServiceContract {
    static final List<String> SANDBOXES = List.of("bubblewrap", "none (unsafe)");
    static final List<String> FAILURES = List.of(
            "SOURCE_LOST",
            "PEER_LOST",
            "EXECUTOR_LOST",
            "CHILD_LOST",
            "TIME_LIMIT",
            "MEMORY_LIMIT",
            "LIMIT_EXCEEDED",
            "SANDBOX",
            "INPUT_REFUSED",
            "PEER_MISBEHAVED",
            "PROVING_KEY_MISSING",
            "COMMITMENT_DIFFERS",
            "STATEMENT_FALSE",
            "POLICY",
            "CANCELLED",
            "INTERNAL");
    /// Nobody's doing and likely gone next time.
    private static final List<String> LOSSES = List.of("PEER_LOST", "EXECUTOR_LOST", "CHILD_LOST");

    /// Another party's doing.
    private static final List<String> BREACHES = List.of("PEER_MISBEHAVED", "LIMIT_EXCEEDED");

    private static final int MINUTES_MAX = 10_080;
    private static final int FURTHER_ATTEMPTS_MAX = 5;

    public JobsContract() {
        super(JobBook.JOBS);
        call("Submit", SubmitJob.parser(), JobsContract::submit);
        call("Consent", ConsentRequest.parser(), JobsContract::consent);
        call("Commit", CommitRequest.parser(), JobsContract::commit);
        call("Abort", AbortRequest.parser(), JobsContract::abort);
        call("Retry", JobKey.parser(), JobsContract::retry);
        call("Cancel", JobKey.parser(), JobsContract::cancel);
        call("Expire", JobKey.parser(), JobsContract::expire);
        read(
                "Get",
                JobKey.parser(),
                (key, reader, state) -> JobBook.find(state, key.getId())
                        .filter(job -> sees(reader, job))
                        .orElseThrow(() -> notFound("job")));
        read("List", JobPage.parser(), (page, reader, state) -> JobBook.list(page, reader, state));
    }

    static boolean sees(Account reader, Job job) {
        return seesAll(reader) || JobBook.side(job, reader.organisation()) >= 0;
    }

    private static JobKey submit(SubmitJob request, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Account sender = context.sender();
        Rules.text("title", request.getTitle(), 1, 200);
        Rules.prose("purpose", request.getPurpose(), 1, 2000);
        int minutes = request.getMinutesToLive();
        Rules.arguments(
                minutes >= 1 && minutes <= MINUTES_MAX,
                "the job lives for " + minutes + " minutes",
                "1 to " + MINUTES_MAX + " minutes are needed");
        Rules.arguments(
                request.getFurtherAttempts() >= 0 && request.getFurtherAttempts() <= FURTHER_ATTEMPTS_MAX,
                "the job asks for " + Integer.toUnsignedString(request.getFurtherAttempts()) + " further attempts",
                "0 to " + FURTHER_ATTEMPTS_MAX + " are possible");
        Planned plan = JobRules.parse(request.getPlan(), state.of(DatasetsContract.NAME));
        Rules.allowed(
                sender.has(Role.ANALYST) && JobRules.party(plan, sender),
                sender,
                "an analyst of one of its departments submits the job");
        JobRules.receiver(request.getReceiver(), plan, state.of(AccountsContract.NAME));
        Job.Builder job = Job.newBuilder()
                .setId(context.transactionId().slice(0, 16).hex())
                .setTitle(request.getTitle())
                .setPurpose(request.getPurpose())
                .setSubmitter(sender.id())
                .setReceiver(request.getReceiver())
                .setPlan(request.getPlan())
                .setPlanHash(ChainBytes.sm3(request.getPlan()))
                .setAttempt(1)
                .setSubmittedMillis(context.timestampMillis())
                .setDeadlineMillis(deadline(context, minutes))
                .setMinutesToLive(minutes)
                .setFurtherAttempts(request.getFurtherAttempts())
                .setEarlierRuns(book.runs(plan.together()));
        parties(job, plan, new DatasetUses(context, state), book);
        book.needNew(job.getId());
        book.enter(job, JobState.AWAITING_CONSENT, "");
        return JobKey.newBuilder().setId(job.getId()).build();
    }

    /// Chooses the protocol, holds the job against both policies, and writes down who takes part and learns what.
    private static void parties(Job.Builder job, Planned plan, DatasetUses uses, JobBook book) {
        plan.choice(job.getReceiver()).ifPresent(job::setChoice);
        ProtocolRegistry.Protocol protocol = JobRules.protocol(job, plan.protocol());
        JobRules.policies(plan, job.getReceiver(), protocol, book.runs(plan.together()), uses);
        for (Planned.Side side : plan.sides()) {
            String organisation = side.organisation();
            job.addParties(JobParty.newBuilder()
                    .setOrganisation(organisation)
                    .setDataset(side.dataset().getId())
                    .setColumn(side.columns().isEmpty() ? "" : side.columns().getFirst())
                    .addAllMoreColumns(side.columns().stream().skip(1).toList())
                    .setRoundedRows(side.dataset().getRoundedRows())
                    .setPeriodRuns(mostRuns(plan, side, uses))
                    .setConsent(ConsentState.PENDING));
            job.addLeakage(
                    JobRules.leakage(plan, protocol, organisation, JobRules.receives(job.getReceiver(), organisation)));
        }
    }

    /// Runs of late by the other department that had the most.
    private static int mostRuns(Planned plan, Planned.Side side, DatasetUses uses) {
        return plan.others(side).stream()
                .mapToInt(other -> uses.runs(side.dataset(), other.organisation()))
                .max()
                .orElse(0);
    }

    private static long deadline(CallContext context, int minutes) {
        return context.timestampMillis() + minutes * 60_000L;
    }

    private static Empty consent(ConsentRequest request, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = book.ofParty(request.getJob());
        int side = JobBook.side(before, context.sender().organisation());
        Account sender = context.sender();
        Rules.allowed(
                side >= 0 && sender.has(Role.OWNER) && !sender.id().equals(before.getSubmitter()),
                sender,
                "an owner of a party consents, and never the job's submitter");
        book.needState(before, JobState.AWAITING_CONSENT);
        book.needTime(before);
        Rules.prose("reason", request.getReason(), 0, 500);
        Job.Builder after = before.toBuilder();
        Rules.need(
                after.getParties(side).getConsent() == ConsentState.PENDING,
                NotarizationErrors.WRONG_STATE,
                sender.organisation() + " has answered already",
                "one answer for each party is needed");
        after.getPartiesBuilder(side)
                .setConsent(request.getGiven() ? ConsentState.GIVEN : ConsentState.DENIED)
                .setConsentAccount(sender.id())
                .setConsentReason(request.getReason())
                .setConsentHeight(context.height());
        if (!request.getGiven()) {
            book.enter(after, JobState.REFUSED, request.getReason());
        } else {
            proceed(after, book, context, state);
        }
        return Empty.getDefaultInstance();
    }

    /// READY when all have consented, which counts as a run.
    private static void proceed(Job.Builder job, JobBook book, CallContext context, ContractState state) {
        if (!consented(job)) {
            book.keep(job.build());
            return;
        }
        Planned plan = JobRules.parse(job.getPlan(), state.of(DatasetsContract.NAME));
        DatasetUses uses = new DatasetUses(context, state);
        JobRules.policies(
                plan, job.getReceiver(), JobRules.protocol(job, plan.protocol()), book.runs(plan.together()), uses);
        book.countRun(plan.together());
        for (Planned.Side side : plan.sides()) {
            plan.others(side).forEach(other -> uses.count(job, side.dataset(), other.organisation()));
        }
        book.enter(job, JobState.READY, "");
    }

    private static boolean consented(Job.Builder job) {
        return job.getPartiesList().stream().allMatch(p -> p.getConsent() == ConsentState.GIVEN);
    }

    private static Empty commit(CommitRequest request, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = book.ofParty(request.getJob());
        int side = executorSide(before, context);
        book.needState(before, JobState.READY);
        book.needTime(before);
        book.needAttempt(before, request.getAttempt());
        AuditContract.needAnchored(context, state);
        Rules.hash("input_root", request.getInputRoot());
        Rules.hash("seed_commitment", request.getSeedCommitment());
        Rules.rounded("rounded_rows", request.getRoundedRows());
        if (!request.getVersionMark().isEmpty()) {
            Rules.hash("version_mark", request.getVersionMark());
        }
        Rules.arguments(
                SANDBOXES.contains(request.getSandbox()),
                "the sandbox is " + Rules.quoted(request.getSandbox()),
                "one of " + SANDBOXES + " is needed");
        Job.Builder after = before.toBuilder();
        Rules.need(
                !after.getParties(side).hasCommitment(),
                NotarizationErrors.WRONG_STATE,
                "this party has committed to its input",
                "one commitment for each attempt is needed");
        book.fresh(request.getInputRoot(), request.getSeedCommitment(), before);
        after.getPartiesBuilder(side)
                .setCommitment(InputCommitment.newBuilder()
                        .setInputRoot(request.getInputRoot())
                        .setSeedCommitment(request.getSeedCommitment())
                        .setRoundedRows(request.getRoundedRows())
                        .setSandbox(request.getSandbox())
                        .setHeight(context.height())
                        .setVersionMark(request.getVersionMark()));
        Optional<String> breach = JobRules.breach(
                        after,
                        state.of(DatasetsContract.NAME),
                        after.getPartiesList().stream()
                                .map(JobsContract::committed)
                                .toList())
                .or(() -> newContent(after, side, context, state));
        if (breach.isPresent()) {
            book.fail(
                    after,
                    Failure.newBuilder()
                            .setOrganisation(context.sender().organisation())
                            .setCode("POLICY")
                            .setDetail(breach.get()));
        } else if (after.getPartiesList().stream().allMatch(JobParty::hasCommitment)) {
            book.enter(after, JobState.RUNNING, "");
        } else {
            book.keep(after.build());
        }
        return Empty.getDefaultInstance();
    }

    /// What the other data sets' policies have against one more content of the party that commits.
    private static Optional<String> newContent(Job.Builder job, int side, CallContext context, ContractState state) {
        JobParty own = job.getParties(side);
        Optional<String> breach = Optional.empty();
        for (JobParty other : job.getPartiesList()) {
            boolean counts = !other.getDataset().isEmpty() && !own.getDataset().isEmpty();
            if (counts && !other.getOrganisation().equals(own.getOrganisation())) {
                Optional<String> wrong = new DatasetUses(context, state)
                        .committed(
                                job,
                                dataset(other, state),
                                own.getOrganisation(),
                                own.getCommitment().getVersionMark());
                breach = breach.or(() -> wrong);
            }
        }
        return breach;
    }

    private static Dataset dataset(JobParty party, ContractState state) {
        return DatasetsContract.find(state.of(DatasetsContract.NAME), party.getDataset())
                .orElseThrow();
    }

    private static long committed(JobParty party) {
        return party.hasCommitment() ? party.getCommitment().getRoundedRows() : -1;
    }

    static int executorSide(Job job, CallContext context) {
        int side = JobBook.side(job, context.sender().organisation());
        Rules.allowed(
                side >= 0 && context.sender().has(Role.EXECUTOR),
                context.sender(),
                "the executor of a party does this");
        return side;
    }

    private static Empty abort(AbortRequest request, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = book.ofParty(request.getJob());
        int side = executorSide(before, context);
        book.needState(before, JobState.READY, JobState.RUNNING);
        book.needTime(before);
        book.needAttempt(before, request.getAttempt());
        Rules.arguments(
                FAILURES.contains(request.getCode()),
                "the failure's code is " + Rules.quoted(request.getCode()),
                "one of " + FAILURES + " is needed");
        Rules.prose("detail", request.getDetail(), 0, 500);
        accused(request, before, side);
        Job failed = book.fail(
                before.toBuilder(),
                Failure.newBuilder()
                        .setOrganisation(before.getParties(side).getOrganisation())
                        .setCode(request.getCode())
                        .setDetail(request.getDetail())
                        .setAccused(request.getAccused()));
        if (LOSSES.contains(request.getCode()) && failed.getFurtherAttempts() > 0) {
            goOn(failed, book, context, state);
        }
        return Empty.getDefaultInstance();
    }

    /// Only a breach of the protocol is laid at somebody's door, and at another party's. That is the word of the one
    /// that aborts: receipts and openings, not this field, prove who sent what.
    private static void accused(AbortRequest request, Job job, int side) {
        String accused = request.getAccused();
        Rules.arguments(
                accused.isEmpty()
                        || BREACHES.contains(request.getCode())
                                && JobBook.side(job, accused) >= 0
                                && JobBook.side(job, accused) != side,
                "the abort with " + request.getCode() + " accuses " + Rules.quoted(accused),
                "another party with one of " + BREACHES + ", or nobody, is needed");
    }

    /// Starts the next attempt of a lost one, unless somebody would have to be asked or a policy is against it: then
    /// the job stays FAILED, and its submitter decides.
    private static void goOn(Job failed, JobBook book, CallContext context, ContractState state) {
        Job.Builder next;
        try {
            next = nextAttempt(failed, book, context, state);
        } catch (ContractRejection forbidden) {
            return;
        }
        if (consented(next)) {
            next.setFurtherAttempts(failed.getFurtherAttempts() - 1);
            proceed(next, book, context, state);
        }
    }

    private static Job ofSubmitter(JobKey key, JobBook book, CallContext context) {
        Job before = book.ofParty(key.getId());
        Rules.allowed(
                context.sender().id().equals(before.getSubmitter()), context.sender(), "the job's submitter does this");
        return before;
    }

    private static Empty retry(JobKey key, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = ofSubmitter(key, book, context);
        book.needState(before, JobState.FAILED, JobState.EXPIRED, JobState.RECEIPT_MISSING, JobState.RECEIPTS_DISAGREE);
        Job.Builder after = nextAttempt(before, book, context, state);
        if (consented(after)) {
            proceed(after, book, context, state);
        } else {
            book.enter(after, JobState.AWAITING_CONSENT, "");
        }
        return Empty.getDefaultInstance();
    }

    /// The next attempt's job, not written down yet, with the consents that still stand; throws before anything
    /// has changed where a policy or the length of the history is against it.
    private static Job.Builder nextAttempt(Job before, JobBook book, CallContext context, ContractState state) {
        Planned plan = JobRules.parse(before.getPlan(), state.of(DatasetsContract.NAME));
        book.needSteps(before);
        Job.Builder after = before.toBuilder()
                .setAttempt(before.getAttempt() + 1)
                .setDeadlineMillis(deadline(context, before.getMinutesToLive()))
                .clearFailure()
                .clearProofs();
        DatasetUses uses = new DatasetUses(context, state);
        JobRules.policies(
                plan, after.getReceiver(), JobRules.protocol(after, plan.protocol()), book.runs(plan.together()), uses);
        for (int i = 0; i < plan.sides().size(); i++) {
            JobParty.Builder party = after.getPartiesBuilder(i);
            party.clearCommitment().clearReceiptTransaction();
            Planned.Side own = plan.sides().get(i);
            party.setRoundedRows(own.dataset().getRoundedRows());
            party.setPeriodRuns(mostRuns(plan, own, uses));
            // In one block the order of consent and policy is not kept: the consent counts as the older one.
            if (own.dataset().getPolicyHeight() >= party.getConsentHeight()) {
                party.setConsent(ConsentState.PENDING)
                        .clearConsentAccount()
                        .clearConsentReason()
                        .clearConsentHeight();
            }
        }
        return after;
    }

    private static Empty cancel(JobKey key, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = ofSubmitter(key, book, context);
        book.needState(before, JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);
        book.needTime(before);
        book.enter(before.toBuilder(), JobState.CANCELLED, "");
        return Empty.getDefaultInstance();
    }

    private static Empty expire(JobKey key, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = book.ofParty(key.getId());
        book.needState(before, JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING);
        Rules.need(
                context.timestampMillis() > before.getDeadlineMillis(),
                NotarizationErrors.WRONG_STATE,
                "the job has time until " + before.getDeadlineMillis(),
                "wait, or cancel it");
        boolean ran = before.getState() == JobState.RUNNING;
        book.enter(before.toBuilder(), ran ? JobState.RECEIPT_MISSING : JobState.EXPIRED, "");
        return Empty.getDefaultInstance();
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return seesAll(reader)
                || key.startsWith("job/")
                        && JobBook.find(state, key.substring("job/".length()))
                                .filter(job -> sees(reader, job))
                                .isPresent();
    }
}
