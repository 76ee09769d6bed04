package poyang.dashboard;

import com.google.protobuf.ByteString;
import poyang.dashboard.ChainIndex.Kind;
import poyang.kernel.Bytes;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Event;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.FrozenNode;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.PermissionLevel;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.Proposal;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SetRowsRequest;
import poyang.wire.schema.StoredAnchor;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.StoredReceipt;
import poyang.wire.schema.View;

/// What each successful call and each event changes in the index. Where a contract emits what it keeps,
/// that replaces what was folded from the call's arguments: the contract's word stands. The genesis has
/// calls only. Calls and events that the console has no pages for change nothing.
final class IndexFold {
    private final ChainIndex index;

    IndexFold(ChainIndex index) {
        this.index = index;
    }

    /// @param transactionId hexadecimal; empty in the genesis
    record Call(
            String contract,
            String method,
            ByteString arguments,
            String sender,
            String transactionId,
            long height,
            long millis) {}

    void call(Call call) {
        switch (call.contract + "/" + call.method) {
            case "poyang.v1.Organisations/Register" -> {
                Organisation made = ChainIndex.parse(Organisation.parser(), call.arguments);
                index.put(Kind.ORGANISATION, made.getId(), made, call.height);
            }
            case "poyang.v1.Accounts/Register" -> {
                AccountRecord made = ChainIndex.parse(AccountRecord.parser(), call.arguments);
                index.put(Kind.ACCOUNT, made.getId(), made, call.height);
            }
            case "poyang.v1.Datasets/Register" -> {
                Dataset made = ChainIndex.parse(Dataset.parser(), call.arguments);
                index.put(
                        Kind.DATASET,
                        made.getId(),
                        made.toBuilder()
                                .setRegisteredHeight(call.height)
                                .setRegisteredMillis(call.millis)
                                .setPolicyHeight(call.height)
                                .build(),
                        call.height);
            }
            case "poyang.v1.Permissions/SetRule" -> {
                // A later one is replaced by what the contract emits.
                PermissionRule made = ChainIndex.parse(PermissionRule.parser(), call.arguments);
                index.put(Kind.RULE, made.getResource(), made, call.height);
            }
            case "poyang.v1.Permissions/SetLevel" -> {
                PermissionLevel made = ChainIndex.parse(PermissionLevel.parser(), call.arguments);
                index.put(Kind.LEVEL, made.getName(), made, call.height);
            }
            case "poyang.v1.Datasets/SetPolicy" -> setPolicy(call);
            case "poyang.v1.Datasets/SetRows" -> setRows(call);
            case "poyang.v1.Receipts/Submit" -> {
                JobReceipt made = ChainIndex.parse(JobReceipt.parser(), call.arguments);
                StoredReceipt stored = StoredReceipt.newBuilder()
                        .setReceipt(made)
                        .setTransactionId(ByteString.copyFrom(
                                Bytes.fromHex(call.transactionId).toArray()))
                        .build();
                putReceipt(stored, call.height);
            }
            case "poyang.v1.Evidence/Record" -> addEvidence(call);
            case "poyang.v1.Audit/Anchor" -> addAnchor(call);
            default -> {
                // no page shows it
            }
        }
    }

    void event(Event event, long height) {
        switch (event.getContract() + "/" + event.getTopic()) {
            case "poyang.v1.Accounts/accounts.changed" -> {
                AccountRecord kept = ChainIndex.parse(AccountRecord.parser(), event.getPayload());
                index.put(Kind.ACCOUNT, kept.getId(), kept, height);
            }
            case "poyang.v1.Datasets/datasets.changed" -> {
                Dataset kept = ChainIndex.parse(Dataset.parser(), event.getPayload());
                index.put(Kind.DATASET, kept.getId(), kept, height);
            }
            case "poyang.v1.Jobs/jobs.changed", "poyang.v1.Receipts/jobs.changed" -> {
                Job kept = ChainIndex.parse(Job.parser(), event.getPayload());
                index.put(Kind.JOB, kept.getId(), kept, height);
            }
            case "poyang.v1.Receipts/receipts.submitted" ->
                putReceipt(ChainIndex.parse(StoredReceipt.parser(), event.getPayload()), height);
            case "poyang.v1.Evidence/evidence.recorded" -> {
                EvidenceRecord kept = ChainIndex.parse(EvidenceRecord.parser(), event.getPayload());
                index.put(Kind.EVIDENCE, kept.getId(), kept, height);
            }
            case "poyang.v1.Views/views.changed" -> {
                View kept = ChainIndex.parse(View.parser(), event.getPayload());
                index.put(Kind.VIEW, kept.getId(), kept, height);
            }
            case "poyang.v1.Views/lookups.changed" -> {
                Lookup kept = ChainIndex.parse(Lookup.parser(), event.getPayload());
                index.put(Kind.LOOKUP, kept.getId(), kept, height);
            }
            case "poyang.v1.ZeroKnowledge/proof-keys.changed" -> {
                ProofKey kept = ChainIndex.parse(ProofKey.parser(), event.getPayload());
                index.put(Kind.PROOF_KEY, ProofDesk.keyId(kept.getId(), kept.getVersion()), kept, height);
            }
            case "poyang.v1.ZeroKnowledge/proofs.verified" -> {
                StoredProof kept = ChainIndex.parse(StoredProof.parser(), event.getPayload());
                index.put(Kind.PROOF, kept.getId(), kept, height);
            }
            case "poyang.v1.Permissions/permissions.changed" -> putPermission(event, height);
            case "poyang.v1.Nodes/nodes.changed" -> {
                FrozenNode kept = ChainIndex.parse(FrozenNode.parser(), event.getPayload());
                index.put(Kind.FROZEN_NODE, kept.getNode(), kept, height);
            }
            case "poyang.v1.Audit/audit.anchored" ->
                putAnchor(ChainIndex.parse(StoredAnchor.parser(), event.getPayload()), height);
            default -> {
                // no page shows it
            }
        }
    }

    private void putReceipt(StoredReceipt stored, long height) {
        JobReceipt receipt = stored.getReceipt();
        String id = receipt.getJob() + ":" + receipt.getAttempt() + ":" + receipt.getOrganisation();
        index.put(Kind.RECEIPT, id, stored, height);
    }

    private void putAnchor(StoredAnchor stored, long height) {
        AuditAnchor anchor = stored.getAnchor();
        String id = stored.getAccount() + ":" + anchor.getProcess() + ":" + anchor.getSequence();
        index.put(Kind.ANCHOR, id, stored, height);
        index.put(Kind.LAST_ANCHOR, stored.getAccount() + "/" + anchor.getProcess(), stored, height);
    }

    private void putPermission(Event event, long height) {
        if (event.getKey().startsWith("level/")) {
            PermissionLevel kept = ChainIndex.parse(PermissionLevel.parser(), event.getPayload());
            index.put(Kind.LEVEL, kept.getName(), kept, height);
        } else if (event.getKey().startsWith("proposal/")) {
            Proposal kept = ChainIndex.parse(Proposal.parser(), event.getPayload());
            index.put(Kind.PROPOSAL, kept.getId(), kept, height);
        } else {
            PermissionRule kept = ChainIndex.parse(PermissionRule.parser(), event.getPayload());
            index.put(Kind.RULE, kept.getResource(), kept, height);
        }
    }

    private void setPolicy(Call call) {
        SetPolicyRequest request = ChainIndex.parse(SetPolicyRequest.parser(), call.arguments);
        index.find(Kind.DATASET, request.getId(), Dataset.parser())
                .ifPresent(before -> index.put(
                        Kind.DATASET,
                        before.getId(),
                        before.toBuilder()
                                .clearColumns()
                                .addAllColumns(request.getColumnsList())
                                .setPolicy(request.getPolicy())
                                .setPolicyHeight(call.height)
                                .build(),
                        call.height));
    }

    private void setRows(Call call) {
        SetRowsRequest request = ChainIndex.parse(SetRowsRequest.parser(), call.arguments);
        index.find(Kind.DATASET, request.getId(), Dataset.parser())
                .ifPresent(before -> index.put(
                        Kind.DATASET,
                        before.getId(),
                        before.toBuilder()
                                .setRoundedRows(request.getRoundedRows())
                                .build(),
                        call.height));
    }

    private void addEvidence(Call call) {
        EvidenceRecord made = ChainIndex.parse(EvidenceRecord.parser(), call.arguments);
        String id = call.transactionId.substring(0, 32);
        index.put(
                Kind.EVIDENCE,
                id,
                made.toBuilder()
                        .setId(id)
                        .setAccount(call.sender)
                        .setHeight(call.height)
                        .setMillis(call.millis)
                        .build(),
                call.height);
    }

    private void addAnchor(Call call) {
        AuditAnchor made = ChainIndex.parse(AuditAnchor.parser(), call.arguments);
        StoredAnchor stored = StoredAnchor.newBuilder()
                .setAnchor(made)
                .setAccount(call.sender)
                .setHeight(call.height)
                .setMillis(call.millis)
                .build();
        putAnchor(stored, call.height);
    }
}
