package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.kernel.Bytes;
import poyang.wire.schema.Empty;
import poyang.wire.schema.InputCommitment;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.ReceiptKey;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.StoredReceipt;

/// Receipts of computations; the last one that comes ends the job. State: `receipt/JOB/ATTEMPT/ORGANISATION`
/// (attempt in 8 decimal digits) → StoredReceipt. Emits `receipts.submitted` (key: the state's key,
/// payload: StoredReceipt) and `jobs.changed` to all departments of the job.
public final class ReceiptsContract extends ServiceContract {
    static final String NAME = "poyang.v1.Receipts";
    private static final int SEALED_BYTES_MAX = 4096;
    private static final int SEALED_MAX = 8;

    public ReceiptsContract() {
        super(NAME);
        call("Submit", JobReceipt.parser(), ReceiptsContract::submit);
        read("Get", ReceiptKey.parser(), (key, reader, state) -> {
            boolean sees = JobBook.find(state, key.getJob())
                    .filter(job -> JobsContract.sees(reader, job))
                    .isPresent();
            if (!sees) {
                throw notFound("receipt");
            }
            return need(
                    state,
                    stateKey(key.getJob(), key.getAttempt(), key.getOrganisation()),
                    StoredReceipt.parser(),
                    "receipt");
        });
    }

    private static String stateKey(String job, int attempt, String organisation) {
        return String.format(Locale.ROOT, "receipt/%s/%08d/%s", job, attempt, organisation);
    }

    private static Empty submit(JobReceipt receipt, CallContext context, ContractState state) {
        JobBook book = new JobBook(context, state);
        Job before = book.ofParty(receipt.getJob());
        int side = JobsContract.executorSide(before, context);
        book.needState(before, JobState.RUNNING);
        book.needTime(before);
        book.needAttempt(before, receipt.getAttempt());
        AuditContract.needAnchored(context, state);
        JobParty party = before.getParties(side);
        Rules.need(
                party.getReceiptTransaction().isEmpty(),
                NotarizationErrors.EXISTS,
                "this party's receipt of this attempt is there",
                "one receipt for each attempt is needed");
        fits(receipt, before, side);
        sealed(receipt, before, side, state);
        if (!receipt.getProof().isEmpty()) {
            var _ = ZeroKnowledgeContract.needProof(receipt.getProof(), receipt.getOrganisation(), state);
        }
        List<String> proofs = ProofRules.proven(receipt, before, side, state);
        ByteString transaction = ChainBytes.of(context.transactionId());
        StoredReceipt kept = StoredReceipt.newBuilder()
                .setReceipt(receipt)
                .setTransactionId(transaction)
                .build();
        String key = stateKey(receipt.getJob(), receipt.getAttempt(), receipt.getOrganisation());
        state.put(key, kept.toByteArray());
        context.emit(new ContractEvent(
                "receipts.submitted",
                key,
                Bytes.wrap(kept.toByteArray()),
                before.getPartiesList().stream().map(JobParty::getOrganisation).toList()));
        Job.Builder after = before.toBuilder().addAllProofs(proofs);
        after.getPartiesBuilder(side).setReceiptTransaction(transaction);
        if (after.getPartiesList().stream()
                .anyMatch(each -> each.getReceiptTransaction().isEmpty())) {
            book.keep(after.build());
            return Empty.getDefaultInstance();
        }
        List<JobReceipt> all = after.getPartiesList().stream()
                .map(each -> need(
                                state,
                                stateKey(receipt.getJob(), receipt.getAttempt(), each.getOrganisation()),
                                StoredReceipt.parser(),
                                "receipt")
                        .getReceipt())
                .toList();
        book.enter(after, ReceiptLinks.agree(all) ? JobState.COMPLETED : JobState.RECEIPTS_DISAGREE, "");
        return Empty.getDefaultInstance();
    }

    /// What the chain knows of the job, the receipt must repeat.
    private static void fits(JobReceipt receipt, Job job, int side) {
        InputCommitment own = job.getParties(side).getCommitment();
        String organisation = job.getParties(side).getOrganisation();
        differs("organisation", receipt.getOrganisation(), organisation);
        differs("plan_hash", receipt.getPlanHash(), job.getPlanHash());
        JobRules.Stated plan = JobRules.stated(job);
        ProtocolRegistry.Protocol protocol = JobRules.protocol(job.toBuilder(), plan.protocol());
        differs("protocol_id", receipt.getProtocolId(), protocol.id());
        differs("protocol_version", receipt.getProtocolVersion(), protocol.version());
        differs("protocol_name", receipt.getProtocolName(), protocol.name());
        differs("reveal", receipt.getReveal(), plan.reveal());
        differs("at_least", receipt.getAtLeast(), plan.atLeast());
        differs("input_root", receipt.getInputRoot(), own.getInputRoot());
        boolean two = job.getPartiesCount() == 2;
        ByteString peerRoot = two ? job.getParties(1 - side).getCommitment().getInputRoot() : ByteString.EMPTY;
        differs("peer_input_root", receipt.getPeerInputRoot(), peerRoot);
        differs(
                "peers",
                receipt.getPeersList().stream()
                        .map(ReceiptLinks::withoutTranscript)
                        .toList(),
                two ? List.of() : ReceiptLinks.others(job, side));
        differs("seed_commitment", receipt.getSeedCommitment(), own.getSeedCommitment());
        differs("sandbox", receipt.getSandbox(), own.getSandbox());
        Rules.hash("transcript_digest", receipt.getTranscriptDigest());
        if (!two) {
            ReceiptLinks.whole(receipt);
        }
        Rules.rounded("rounded_bytes", receipt.getRoundedBytes());
        Rules.arguments(receipt.getProtocolMillis() >= 0, "protocol_millis is negative", "a duration is needed");
        if (JobRules.receives(job.getReceiver(), organisation)) {
            Rules.hash("output_commitment", receipt.getOutputCommitment());
        } else {
            Rules.arguments(
                    receipt.getOutputCommitment().isEmpty(),
                    "this side gets no result, yet commits to one",
                    "output_commitment is empty here");
        }
    }

    private static void differs(String field, Object said, Object known) {
        Rules.need(
                Objects.equals(said, known),
                NotarizationErrors.RECEIPT_DIFFERS,
                "the receipt's " + field + " differs from the job's",
                "the values that are on chain are needed");
    }

    private static void sealed(JobReceipt receipt, Job job, int side, ReadableState state) {
        Rules.arguments(
                receipt.getSealedCountsCount() <= SEALED_MAX,
                receipt.getSealedCountsCount() + " sealed counts",
                "at most " + SEALED_MAX + " are needed");
        String own = job.getParties(side).getOrganisation() + "/";
        for (SealedCounts counts : receipt.getSealedCountsList()) {
            boolean mine = counts.getAccount().startsWith(own);
            Rules.arguments(
                    counts.getSealed().size() <= SEALED_BYTES_MAX
                            && mine
                            && AccountsContract.record(state.of(AccountsContract.NAME), counts.getAccount())
                                    .isPresent(),
                    "counts are sealed to " + Rules.quoted(counts.getAccount()) + " in "
                            + counts.getSealed().size() + " bytes",
                    "accounts of the own department, and at most " + SEALED_BYTES_MAX + " bytes, are needed");
        }
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        List<String> parts = List.of(key.split("/", 4));
        return seesAll(reader)
                || parts.size() == 4
                        && JobBook.find(state, parts.get(1))
                                .filter(job -> JobsContract.sees(reader, job))
                                .isPresent();
    }
}
