package poyang.executor.host;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.LinkDigest;
import poyang.executor.job.ShownProof;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.ProofPlan;
import poyang.wire.schema.ReceiptPeer;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.VerifyRequest;

/// This department's part in one attempt of one job, from READY to its receipt.
///
/// ```
/// reader → compute child           commitment      RUNNING         frames          receipt
///   reading ─────────▶ committing ───────▶ waiting ──────▶ masking … ──▶ sealing ──▶ done
/// ```
/// {@link #run} is the body of the attempt's own thread. The chain's word comes by {@link #running} and
/// {@link #stop}; after the first failure nothing of the attempt is used again.
final class JobAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(JobAttempt.class);

    /// A party without a data set has no content to mark.
    private static final Bytes NO_SECRET = Bytes.wrap(new byte[32]);

    /// The most that the chain lets a verification cost.
    private static final int VERIFICATION_UNITS_MAX = 1000;

    private final Desk desk;
    private final Job job;
    private final int side;
    private final CompletableFuture<Job> running = new CompletableFuture<>();
    private final AtomicReference<Optional<PartyRun>> children = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Meters>> meters = new AtomicReference<>(Optional.empty());
    private final CountDownLatch stopped = new CountDownLatch(1);

    /// @param lines one for each other party
    private record Meters(List<PartyRun.Line> lines, Pace pace) {
        long sent() {
            return lines.stream().mapToLong(line -> line.own().bytes()).sum();
        }

        long received() {
            return lines.stream().mapToLong(line -> line.peer().bytes()).sum();
        }

        long most() {
            return lines.stream()
                    .mapToLong(line -> line.own().mostBytes() + line.peer().mostBytes())
                    .sum();
        }
    }

    /// What all attempts of this executor share.
    ///
    /// @param peerMillis how long another party's executor may take to be there
    record Desk(
            String organisation,
            ExecutorSetup setup,
            SourceVault vault,
            ChainFacts facts,
            ChainCalls calls,
            PeerLinks links,
            ResultStore results,
            ProvingKeys provingKeys,
            ProgressBoard board,
            InstantSource clock,
            long peerMillis) {}

    /// What an attempt has executed on chain; each call returns when it is final.
    interface ChainCalls {
        void commit(CommitRequest request);

        void submit(JobReceipt receipt);

        /// Has all nodes verify a proof.
        ///
        /// @return what the chain keeps it under
        /// @throws PoyangException `INTERNAL` when it does not hold there
        String prove(VerifyRequest request);
    }

    JobAttempt(Desk desk, Job job, int side) {
        this.desk = desk;
        this.job = job;
        this.side = side;
    }

    Job job() {
        return job;
    }

    /// All commitments are on chain.
    void running(Job now) {
        running.complete(now);
    }

    /// Ends the attempt because the chain, or the executor's own stop, says so.
    void stop(PoyangException because) {
        stopped.countDown();
        running.completeExceptionally(because);
        children.get().ifPresent(run -> run.fail(because));
    }

    /// The attempt was ended from outside, which therefore needs not be told.
    boolean stopped() {
        return stopped.getCount() == 0;
    }

    /// The same, when the chain may be about to say so.
    boolean stoppedWithin(long millis) throws InterruptedException {
        return stopped.await(millis, TimeUnit.MILLISECONDS);
    }

    /// Runs to the receipt.
    ///
    /// @throws PoyangException the attempt's first failure
    void run() throws InterruptedException {
        JobParty own = job.getParties(side);
        post("reading", 0, 0);
        Optional<SourceVault.Entry> source =
                own.getDataset().isEmpty() ? Optional.empty() : Optional.of(source(own.getDataset()));
        boolean receives = job.getReceiver().startsWith(desk.organisation() + "/");
        JobPlan plan = JobPlans.of(job, desk.facts()::proofKey);
        long rows = job.getPartiesList().stream()
                .mapToLong(JobParty::getRoundedRows)
                .max()
                .orElseThrow();
        JobFacts facts = new JobFacts(
                        job.getId(),
                        job.getAttempt(),
                        new PartyId(desk.organisation()),
                        others().stream().map(this::party).toList(),
                        receives,
                        plan)
                .in(JobKind.of(plan)
                        .buckets(
                                plan,
                                rows,
                                desk.setup().compute().processors(),
                                desk.setup().compute().heapMebibytes()));
        PartyRun.Party party = new PartyRun.Party(
                facts,
                side,
                source.map(SourceVault.Entry::source),
                receives ? Optional.of(desk.facts().needKey(job.getReceiver())) : Optional.empty(),
                desk.facts().needKey(own.getConsentAccount()),
                source.map(entry -> desk.vault().markSecret(entry.name())).orElse(NO_SECRET),
                rows,
                kept(facts),
                proving());
        try (PartyRun run = PartyRun.start(desk.setup(), party, this::post)) {
            children.set(Optional.of(run));
            if (stopped()) {
                throw cancelled();
            }
            compute(run, facts);
        } finally {
            children.set(Optional.empty());
        }
    }

    /// What this side proves with, where it is the one that proves.
    private Optional<ProvingKeys.Held> proving() {
        return JobPlans.proof(job)
                .filter(_ -> side == 0)
                .map(plan -> desk.provingKeys()
                        .need(plan.getKey(), plan.getVersion(), desk.setup().jail()));
    }

    /// Where the run's child keeps things for later ones.
    private Optional<Path> kept(JobFacts facts) {
        ResultStore store = desk.results();
        return switch (JobKind.of(facts.plan()).keeps(facts)) {
            case NOTHING -> Optional.empty();
            case OF_THE_JOB -> Optional.of(store.run(job.getId(), desk.setup().jail()));
            case OF_THE_DATA ->
                Optional.of(store.prepared(
                        job.getParties(side).getDataset(),
                        facts.receives() ? job.getParties(1 - side).getDataset() : "",
                        desk.setup().jail()));
        };
    }

    /// The other parties' places in the job.
    private List<Integer> others() {
        return IntStream.range(0, job.getPartiesCount())
                .filter(i -> i != side)
                .boxed()
                .toList();
    }

    private PartyId party(int index) {
        return new PartyId(job.getParties(index).getOrganisation());
    }

    private void compute(PartyRun run, JobFacts facts) throws InterruptedException {
        ChildMessage.Committed committed = run.commit();
        post("committing", 0, 0);
        desk.calls()
                .commit(CommitRequest.newBuilder()
                        .setJob(job.getId())
                        .setAttempt(job.getAttempt())
                        .setInputRoot(bytes(committed.inputRoot()))
                        .setSeedCommitment(bytes(committed.seedCommitment()))
                        .setRoundedRows(committed.roundedRows())
                        .setSandbox(desk.setup().jail().name())
                        .setVersionMark(
                                job.getParties(side).getDataset().isEmpty()
                                        ? ByteString.EMPTY
                                        : bytes(committed.versionMark()))
                        .build());
        post("waiting", 0, 0);
        Job now = awaitRunning();
        JobKind kind = JobKind.of(facts.plan());
        long start = System.nanoTime();
        ChildMessage.Output output;
        Map<PartyId, PeerStream> links = new TreeMap<>();
        try {
            Map<PartyId, PartyRun.Line> lines = new TreeMap<>();
            for (int other : others()) {
                PeerStream link = other > side
                        ? desk.links().dial(facts, party(other), desk.peerMillis())
                        : desk.links().await(facts, party(other), desk.peerMillis());
                links.put(party(other), link);
                lines.put(party(other), line(kind, facts, now, other, link));
            }
            meters.set(Optional.of(new Meters(List.copyOf(lines.values()), new Pace(kind.phases(facts), start))));
            output = run.exchange(lines);
        } finally {
            links.values().forEach(PeerStream::close);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        if (facts.receives()) {
            run.keepResult(desk.results().result(job.getId(), job.getAttempt()));
        }
        run.keepOpening(desk.results().opening(job.getId(), job.getAttempt()));
        post("receipt", 0, 0);
        List<String> proofs = output.proofs().stream()
                .map(this::request)
                .map(desk.calls()::prove)
                .toList();
        desk.calls().submit(proven(receipt(now, kind.protocol(facts.plan()), output, millis), proofs));
        post("done", 1, 1);
    }

    private PartyRun.Line line(JobKind kind, JobFacts facts, Job now, int other, PeerStream link) {
        PartyId peer = party(other);
        Map<PartyId, Long> rows = new TreeMap<>();
        for (int i = 0; i < now.getPartiesCount(); i++) {
            rows.put(party(i), now.getParties(i).getCommitment().getRoundedRows());
        }
        JobFacts peerFacts = new JobFacts(
                facts.job(),
                facts.attempt(),
                peer,
                IntStream.range(0, now.getPartiesCount())
                        .filter(i -> i != other)
                        .mapToObj(this::party)
                        .toList(),
                job.getReceiver().startsWith(peer + "/"),
                facts.plan(),
                facts.buckets());
        return new PartyRun.Line(
                link,
                FrameMeter.sent(facts.self(), kind.bounds(facts, peer, rows)),
                FrameMeter.sent(peer, kind.bounds(peerFacts, facts.self(), rows)));
    }

    private Job awaitRunning() throws InterruptedException {
        long left = Math.max(0, job.getDeadlineMillis() - desk.clock().millis());
        try {
            return running.get(left, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PoyangException stop ? stop : cancelled();
        } catch (TimeoutException e) {
            throw new PoyangException(
                    ExecutorErrors.TIME_LIMIT,
                    "another party did not commit to its input in time",
                    "run the job again",
                    e);
        }
    }

    private SourceVault.Entry source(String dataset) {
        String name = dataset.substring(dataset.indexOf('/') + 1);
        return desk.vault()
                .find(name)
                .orElseThrow(() -> new PoyangException(
                        HostErrors.NO_SUCH_SOURCE,
                        "this executor has no source \"" + name + "\"",
                        "add the source under the data set's name"));
    }

    private VerifyRequest request(ShownProof proof) {
        ProofPlan plan = JobPlans.proof(job).orElseThrow(() -> new Bug("a job that asks for no proof made one"));
        return VerifyRequest.newBuilder()
                .setKey(plan.getKey())
                .setVersion(plan.getVersion())
                .setProof(proof.proof())
                .addAllPublicValues(proof.publicValues())
                .setCostLimit(VERIFICATION_UNITS_MAX)
                .build();
    }

    private static JobReceipt proven(JobReceipt receipt, List<String> proofs) {
        return proofs.isEmpty()
                ? receipt
                : receipt.toBuilder()
                        .setProof(proofs.getFirst())
                        .addAllMoreProofs(proofs.subList(1, proofs.size()))
                        .build();
    }

    private JobReceipt receipt(
            Job now, JobKind.ProtocolFacts protocol, ChildMessage.Output output, long protocolMillis) {
        JobParty own = now.getParties(side);
        JobReceipt.Builder receipt = JobReceipt.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setOrganisation(desk.organisation())
                .setPlanHash(job.getPlanHash())
                .setProtocolId(protocol.id())
                .setProtocolVersion(protocol.version())
                .setProtocolName(protocol.name())
                .setInputRoot(own.getCommitment().getInputRoot())
                .setSeedCommitment(own.getCommitment().getSeedCommitment())
                .setTranscriptDigest(bytes(output.transcript()))
                .setOutputCommitment(bytes(output.outputCommitment()))
                .setRounds(output.rounds())
                .setRoundedBytes(output.roundedBytes())
                .setProtocolMillis(protocolMillis)
                .setSandbox(own.getCommitment().getSandbox())
                .addSealedCounts(SealedCounts.newBuilder()
                        .setAccount(own.getConsentAccount())
                        .setSealed(bytes(output.countsToDepartment())));
        if (job.getPartiesCount() == 2) {
            receipt.setPeerInputRoot(now.getParties(1 - side).getCommitment().getInputRoot());
        } else {
            for (int other : others()) {
                receipt.addPeers(peerOf(now.getParties(other), output.links()));
            }
        }
        JobPlans.state(job, receipt);
        if (output.countsToReceiver().length() > 0) {
            receipt.addSealedCounts(SealedCounts.newBuilder()
                    .setAccount(job.getReceiver())
                    .setSealed(bytes(output.countsToReceiver())));
        }
        return receipt.build();
    }

    private static ReceiptPeer peerOf(JobParty party, List<LinkDigest> links) {
        Bytes transcript = links.stream()
                .filter(link -> link.peer().name().equals(party.getOrganisation()))
                .findFirst()
                .orElseThrow(() -> new Bug("a run of several parties digests each link"))
                .transcript();
        return ReceiptPeer.newBuilder()
                .setOrganisation(party.getOrganisation())
                .setInputRoot(party.getCommitment().getInputRoot())
                .setTranscriptDigest(bytes(transcript))
                .build();
    }

    void failed(PoyangException failure) {
        LOG.warn("attempt {} of job {} failed: {}", job.getAttempt(), job.getId(), failure.getMessage());
        desk.board()
                .post(progress("failed", 0, 0)
                        .setDetail(FailureCode.of(failure).name())
                        .build());
    }

    private void post(String phase, long done, long total) {
        desk.board().post(progress(phase, done, total).build());
    }

    private JobProgress.Builder progress(String phase, long done, long total) {
        JobProgress.Builder progress = JobProgress.newBuilder()
                .setJob(job.getId())
                .setAttempt(job.getAttempt())
                .setPhase(phase)
                .setDone(done)
                .setTotal(total);
        meters.get()
                .ifPresent(m -> progress.setBytesSent(m.sent())
                        .setBytesReceived(m.received())
                        .setTotalBytes(m.most())
                        .setSecondsLeft(m.pace().secondsLeft(phase, done, total, System.nanoTime())));
        return progress;
    }

    private static PoyangException cancelled() {
        return new PoyangException(ExecutorErrors.CANCELLED, "the attempt was ended", "submit the job again");
    }

    private static ByteString bytes(Bytes value) {
        return ByteString.copyFrom(value.toArray());
    }
}
