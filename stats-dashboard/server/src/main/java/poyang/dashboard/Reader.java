package poyang.dashboard;

import java.util.List;
import java.util.Optional;
import poyang.dashboard.ChainIndex.Kind;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditAnchorList;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.DatasetList;
import poyang.wire.schema.EvidenceList;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.FrozenNodes;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobList;
import poyang.wire.schema.LevelList;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupList;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.OrganisationList;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.ProposalList;
import poyang.wire.schema.Role;
import poyang.wire.schema.RuleKind;
import poyang.wire.schema.RuleList;
import poyang.wire.schema.StoredAnchor;
import poyang.wire.schema.StoredReceipt;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewList;

/// The index through one account's eyes; the rules are those that the contracts state for reads.
final class Reader {
    private static final int LOOKUPS_SHOWN = 200;
    static final int ANCHORS_SHOWN = 100;

    private final ChainIndex index;
    private final AccountRecord account;

    Reader(ChainIndex index, AccountRecord account) {
        this.index = index;
        this.account = account;
    }

    AccountRecord account() {
        return account;
    }

    boolean supervises() {
        return account.getRolesList().contains(Role.SUPERVISOR);
    }

    void requireSupervisor() {
        if (!supervises()) {
            throw new PoyangException(
                    ConsoleErrors.NOT_YOURS, "this page is for supervisors", "log in as an account with that role");
        }
    }

    OrganisationList organisations() {
        return OrganisationList.newBuilder()
                .addAllOrganisations(index.all(Kind.ORGANISATION, Organisation.parser()))
                .build();
    }

    AccountList accounts() {
        return AccountList.newBuilder()
                .addAllAccounts(index.all(Kind.ACCOUNT, AccountRecord.parser()))
                .build();
    }

    DatasetList datasets() {
        return DatasetList.newBuilder()
                .addAllDatasets(index.all(Kind.DATASET, Dataset.parser()))
                .build();
    }

    JobList jobs() {
        return JobList.newBuilder()
                .addAllJobs(index.all(Kind.JOB, Job.parser()).stream()
                        .filter(this::sees)
                        .sorted((a, b) -> Long.compare(b.getSubmittedMillis(), a.getSubmittedMillis()))
                        .toList())
                .build();
    }

    /// A job that may not be seen is as if it were not there.
    Job job(String id) {
        return index.find(Kind.JOB, id, Job.parser())
                .filter(this::sees)
                .orElseThrow(() -> new PoyangException(
                        ConsoleErrors.NOT_FOUND,
                        "there is no such job, or your department has no part in it",
                        "choose a job from the list"));
    }

    List<StoredReceipt> receipts(String jobId) {
        Job job = job(jobId);
        return job.getPartiesList().stream()
                .map(party -> index.find(
                        Kind.RECEIPT,
                        job.getId() + ":" + job.getAttempt() + ":" + party.getOrganisation(),
                        StoredReceipt.parser()))
                .flatMap(Optional::stream)
                .toList();
    }

    EvidenceList evidence() {
        return EvidenceList.newBuilder()
                .addAllRecords(index.all(Kind.EVIDENCE, EvidenceRecord.parser()).stream()
                        .filter(record -> supervises() || ofOwnOrganisation(record.getAccount()))
                        .sorted((a, b) -> Long.compare(b.getHeight(), a.getHeight()))
                        .toList())
                .build();
    }

    /// A page of the anchors of audit logs, the newest first.
    ///
    /// @param page from 0 on
    AuditAnchorList anchors(int page) {
        if (page < 0) {
            throw new PoyangException(
                    ConsoleErrors.BAD_REQUEST, "there is no page " + page, "a page from 0 on is needed");
        }
        String whose = supervises() ? "" : account.getOrganisation() + "/";
        return AuditAnchorList.newBuilder()
                .addAllAnchors(index.latest(
                        Kind.ANCHOR, whose, (long) page * ANCHORS_SHOWN, ANCHORS_SHOWN, StoredAnchor.parser()))
                .build();
    }

    /// The last anchor of each audit log.
    AuditAnchorList lastAnchors() {
        requireSupervisor();
        return AuditAnchorList.newBuilder()
                .addAllAnchors(index.all(Kind.LAST_ANCHOR, StoredAnchor.parser()))
                .build();
    }

    /// What the chain says of who may do what is for every account; a dropped rule has no kind.
    RuleList rules() {
        return RuleList.newBuilder()
                .addAllRules(index.all(Kind.RULE, PermissionRule.parser()).stream()
                        .filter(rule -> rule.getKind() != RuleKind.RULE_UNSPECIFIED)
                        .toList())
                .build();
    }

    LevelList levels() {
        return LevelList.newBuilder()
                .addAllLevels(index.all(Kind.LEVEL, PermissionLevel.parser()).stream()
                        .filter(level -> level.getAccountsCount() > 0)
                        .toList())
                .build();
    }

    ProposalList proposals() {
        return ProposalList.newBuilder()
                .addAllProposals(index.all(Kind.PROPOSAL, Proposal.parser()))
                .build();
    }

    FrozenNodes frozenNodes() {
        return FrozenNodes.newBuilder()
                .addAllNodes(index.all(Kind.FROZEN_NODE, FrozenNode.parser()).stream()
                        .filter(node -> node.getHeight() > 0)
                        .toList())
                .build();
    }

    ViewList views() {
        return ViewList.newBuilder()
                .addAllViews(index.all(Kind.VIEW, View.parser()))
                .build();
    }

    /// The latest look-ups: the own, for an owner those of the department's views, for supervisors all.
    LookupList lookups() {
        return LookupList.newBuilder()
                .addAllLookups(index.all(Kind.LOOKUP, Lookup.parser()).stream()
                        .filter(this::sees)
                        .sorted((a, b) -> Long.compare(b.getAskedMillis(), a.getAskedMillis()))
                        .limit(LOOKUPS_SHOWN)
                        .toList())
                .build();
    }

    private boolean sees(Lookup lookup) {
        return supervises()
                || lookup.getAccount().equals(account.getId())
                || account.getRolesList().contains(Role.OWNER)
                        && lookup.getView().startsWith(account.getOrganisation() + "/");
    }

    /// Proofs and their keys are for every account.
    ProofDesk proofs() {
        return new ProofDesk(index);
    }

    /// The outcome of a transaction of the own account, or of any for supervisors.
    Optional<ChainIndex.Outcome> outcome(String transactionId) {
        return index.outcome(transactionId)
                .filter(outcome -> supervises() || outcome.sender().equals(account.getId()));
    }

    private boolean sees(Job job) {
        return supervises()
                || job.getPartiesList().stream()
                        .anyMatch(party -> party.getOrganisation().equals(account.getOrganisation()));
    }

    private boolean ofOwnOrganisation(String accountId) {
        return accountId.startsWith(account.getOrganisation() + "/");
    }
}
