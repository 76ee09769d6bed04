package poyang.notarization;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.ReadableState;
import poyang.kernel.PoyangException;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofPlan;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.StoredProof;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// When a department may be asked to prove something of its committed data, and what its receipt must then point at.
final class ProofRules {
    private static final int PURPOSE_MAX = 200;
    private static final int PROVER = 0;
    /// Where a statement about a list has the tag of whom it is about.
    private static final int TAG = 2;

    private ProofRules() {}

    /// @param statement what is to be proven of the key's commitment
    /// @param prover the party whose rows are committed to
    /// @param asker brings those whom it asks about, where the commitment is to a list; otherwise no data set
    record Parsed(ProofPlan plan, Statement statement, Side prover, Side asker) implements Planned {
        @Override
        public List<Side> sides() {
            return List.of(prover, asker);
        }

        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        @Override
        public Reveal reveal() {
            return Reveal.PROOF;
        }

        @Override
        public boolean canReceive(String organisation) {
            return organisation.equals(asker.organisation());
        }

        /// Who asks for many statements narrows single values down; policies bound runs, and owners consent to each.
        @Override
        public Optional<String> breach(Side own, String receiver) {
            return Optional.empty();
        }

        @Override
        public String filled(String words) {
            boolean chinese = words.codePoints().anyMatch(c -> c > 0x7f);
            boolean persons = asker.brings();
            String asked = chinese ? persons ? "所问的是哪些人" : "所问的是什么" : persons ? "who is asked about" : "what is asked";
            return words.replace("{statement}", chinese ? chinese() : english()).replace("{asked}", asked);
        }

        private String chinese() {
            return switch (statement) {
                case Statement.Qualified _, Statement.Attested _ ->
                    "已承诺的表中有一条记录满足 " + String.join("、", plan.getConditionsList());
                case Statement.Described of ->
                    "已承诺的列 " + of.commitment().columns().getFirst().name() + " 的个数、合计、平均值"
                            + (plan.getLimitsCount() == 0 ? "" : "和 " + (plan.getLimitsCount() + 1) + " 段分布");
                case Statement.Listed _ -> "所问的每个人是否在已承诺的名单中";
            };
        }

        private String english() {
            return switch (statement) {
                case Statement.Qualified _, Statement.Attested _ ->
                    "that a record of the committed table has " + String.join(" and ", plan.getConditionsList());
                case Statement.Described of ->
                    "count, sum and average"
                            + (plan.getLimitsCount() == 0 ? "" : " and the " + (plan.getLimitsCount() + 1) + " classes")
                            + " of the committed column "
                            + of.commitment().columns().getFirst().name();
                case Statement.Listed _ -> "whether each of those it asks about is in the committed list";
            };
        }
    }

    static Parsed parse(ProofPlan plan, ReadableState datasets) {
        JobRules.protocolKnown(plan.getProtocol(), ProtocolRegistry.Form.PROOF);
        Rules.text("purpose", plan.getPurpose(), 0, PURPOSE_MAX);
        ProofKey key = ZeroKnowledgeContract.standing(plan.getKey(), plan.getVersion(), datasets);
        Statement statement = statement(plan, key);
        Dataset dataset = JobRules.dataset(plan.getDataset(), datasets);
        Rules.arguments(
                key.getOrganisation().equals(dataset.getOrganisation()),
                "the key is " + key.getOrganisation() + "'s, the data set " + dataset.getOrganisation() + "'s",
                "a key that the data set's department published is needed");
        Rules.arguments(
                statement.publicNames().equals(key.getPublicNamesList()),
                "the statement is of another form than the key",
                "the same columns and comparisons, or as many limits, as the key's are needed");
        List<String> columns =
                statement.commitment().columns().stream().map(Column::name).toList();
        columns.forEach(column -> JobRules.computable(dataset, column));
        return new Parsed(plan, statement, new Side(dataset, columns), asker(plan, statement, datasets));
    }

    private static Statement statement(ProofPlan plan, ProofKey key) {
        try {
            return ProofOnRequest.statement(
                    key.getCommitment(), plan.getConditionsList(), plan.getLimitsList(), plan.getPurpose());
        } catch (PoyangException impossible) {
            throw Rules.rejection(NotarizationErrors.BAD_ARGUMENTS, impossible.wrong(), impossible.right());
        }
    }

    private static Side asker(ProofPlan plan, Statement statement, ReadableState datasets) {
        boolean ofPersons = statement.commitment().kind() == Commitment.Kind.LIST;
        Rules.arguments(
                ofPersons != plan.getPersonsDataset().isEmpty()
                        && ofPersons != plan.getPersonColumn().isEmpty(),
                ofPersons
                        ? "the plan does not say whom the question is about"
                        : "the plan names those whom the question is about",
                "a data set and its column are needed with a list, and only then");
        if (!ofPersons) {
            Rules.name("asker", plan.getAsker());
            return new Side(plan.getAsker(), Dataset.getDefaultInstance(), List.of());
        }
        Dataset dataset = JobRules.dataset(plan.getPersonsDataset(), datasets);
        var _ = JobRules.column(dataset, plan.getPersonColumn());
        Rules.arguments(
                dataset.getOrganisation().equals(plan.getAsker())
                        && dataset.getRoundedRows() <= ProofOnRequest.PERSONS_MAX,
                "the data set of those whom the question is about is of " + dataset.getOrganisation() + " and has "
                        + dataset.getRoundedRows() + " rows",
                "one of the asking department with at most " + ProofOnRequest.PERSONS_MAX + " rows is needed");
        return new Side(dataset, List.of(plan.getPersonColumn()));
    }

    /// Holds a receipt's proofs against the plan; gives them where the receipt is that of the party which proves.
    ///
    /// @return what the job then shows
    static List<String> proven(JobReceipt receipt, Job job, int side, ReadableState any) {
        List<String> named = new ArrayList<>();
        if (!receipt.getProof().isEmpty()) {
            named.add(receipt.getProof());
        }
        named.addAll(receipt.getMoreProofsList());
        Plan plan = ServiceContract.stored(Plan.parser(), job.getPlan().toByteArray());
        if (!plan.hasProof()) {
            Rules.arguments(
                    receipt.getMoreProofsCount() == 0,
                    "the receipt points at " + named.size() + " proofs",
                    "one at most is needed where the plan asks for none");
            return List.of();
        }
        ProofPlan asked = plan.getProof();
        Statement statement = statement(asked, ZeroKnowledgeContract.key(any, asked.getKey(), asked.getVersion()));
        long wanted = side != PROVER
                ? 0
                : asked.getPersonsDataset().isEmpty()
                        ? 1
                        : job.getParties(1 - PROVER).getCommitment().getRoundedRows();
        Rules.need(
                named.size() == wanted,
                NotarizationErrors.RECEIPT_DIFFERS,
                "the receipt points at " + named.size() + " proofs",
                wanted + " are needed from this party");
        TreeSet<String> different = new TreeSet<>();
        for (String id : named) {
            StoredProof proof = ZeroKnowledgeContract.needProof(id, receipt.getOrganisation(), any);
            Optional<String> wrong = statement.contradiction(
                    proof.getPublicValuesList().stream().map(BigInteger::new).toList());
            boolean sameKey = proof.getKey().equals(asked.getKey()) && proof.getVersion() == asked.getVersion();
            Rules.need(
                    sameKey && wrong.isEmpty(),
                    NotarizationErrors.RECEIPT_DIFFERS,
                    "the proof " + id + " is not of what the plan asks: " + wrong.orElse("it is under another key"),
                    "a proof of the plan's statement is needed");
            Rules.need(
                    different.add(proof.getPublicValuesCount() > TAG && wanted > 1 ? proof.getPublicValues(TAG) : id),
                    NotarizationErrors.RECEIPT_DIFFERS,
                    "two proofs are about the same tag",
                    "a proof for each of those asked about is needed");
        }
        return named;
    }
}
