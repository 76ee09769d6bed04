package poyang.chain.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.query.Kind;
import poyang.chain.ledger.query.Row;
import poyang.chain.ledger.query.Value;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.wire.schema.Event;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// What a final block says, as rows of the index: the block, its transactions with their receipts, and
/// the evidence and jobs that contracts announced. Whoever sent a transaction may have written anything
/// into it, so texts are cut and what cannot be read makes no row.
final class IndexRows {
    private static final int TEXT_MAX = 1000;
    private static final int SEEN_BY_MAX = 200;
    private static final String JOBS = "poyang.v1.Jobs";
    private static final String EVIDENCE = "poyang.v1.Evidence";

    private IndexRows() {}

    static List<Row> of(Ledger ledger, BlockHeader header) {
        CryptoSuite suite = ledger.genesis().suite();
        List<TransactionLeaf> transactions = ledger.transactions(header.height());
        List<Bytes> receipts = ledger.receipts(header.height());
        Value time = Value.of(header.timestampMillis());
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                Kind.BLOCK,
                header.height(),
                0,
                List.of(
                        time,
                        Value.of(header.hash(suite).hex()),
                        text(header.proposer().name()),
                        Value.of(header.transactionCount()),
                        Value.of(header.round()))));
        for (int i = 0; i < transactions.size(); i++) {
            TransactionLeaf leaf = transactions.get(i);
            Optional<TransactionReceipt> receipt = receipt(receipts.get(i));
            Optional<TransactionPayload> payload = payload(leaf);
            if (receipt.isPresent() && payload.isPresent()) {
                rows.add(call(leaf, payload.get(), receipt.get(), header, i));
                for (Event event : receipt.get().getEventsList()) {
                    announced(event, header, i).ifPresent(rows::add);
                }
            }
        }
        return rows;
    }

    private static Row call(
            TransactionLeaf leaf,
            TransactionPayload payload,
            TransactionReceipt receipt,
            BlockHeader header,
            int index) {
        TreeSet<String> seenBy = new TreeSet<>();
        receipt.getEventsList().forEach(event -> seenBy.addAll(event.getVisibleToList()));
        return new Row(
                Kind.CALL,
                header.height(),
                index,
                List.of(
                        Value.of(header.timestampMillis()),
                        Value.of(hex(receipt.getTransactionId())),
                        text(payload.getSender()),
                        text(organisation(payload.getSender())),
                        text(payload.getContract()),
                        text(payload.getMethod()),
                        Value.of(leaf.payload().length()),
                        Value.of(Integer.toUnsignedLong(receipt.getCode())),
                        text(receipt.getErrorName()),
                        Value.of(receipt.getEventsCount()),
                        texts(seenBy.stream().toList())));
    }

    /// Contracts announce evidence and jobs with their whole record.
    private static Optional<Row> announced(Event event, BlockHeader header, int index) {
        try {
            return switch (event.getContract() + " " + event.getTopic()) {
                case EVIDENCE + " evidence.recorded" ->
                    Optional.of(evidence(EvidenceRecord.parseFrom(event.getPayload()), event, header, index));
                case JOBS + " jobs.changed" ->
                    Optional.of(job(Job.parseFrom(event.getPayload()), event, header, index));
                default -> Optional.empty();
            };
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static Row evidence(EvidenceRecord record, Event event, BlockHeader header, int index) {
        return new Row(
                Kind.EVIDENCE,
                header.height(),
                index,
                List.of(
                        Value.of(header.timestampMillis()),
                        text(record.getId()),
                        text(record.getAccount()),
                        text(organisation(record.getAccount())),
                        text(record.getSubject()),
                        Value.of(hex(record.getDigest())),
                        texts(event.getVisibleToList())));
    }

    private static Row job(Job job, Event event, BlockHeader header, int index) {
        return new Row(
                Kind.JOB,
                header.height(),
                index,
                List.of(
                        Value.of(header.timestampMillis()),
                        text(job.getId()),
                        text(job.getTitle()),
                        text(job.getSubmitter()),
                        text(job.getReceiver()),
                        texts(job.getPartiesList().stream()
                                .map(JobParty::getOrganisation)
                                .toList()),
                        text(job.getState().name()),
                        Value.of(job.getAttempt()),
                        Value.of(header.height()),
                        Value.of(job.getDeadlineMillis()),
                        texts(event.getVisibleToList())));
    }

    private static Value texts(List<String> texts) {
        return Value.of(texts.stream().limit(SEEN_BY_MAX).map(each -> cut(each)).toList());
    }

    private static Value text(String text) {
        return Value.of(cut(text));
    }

    private static String cut(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
    }

    private static String hex(ByteString bytes) {
        return Bytes.wrap(
                        bytes.substring(0, Math.min(bytes.size(), TEXT_MAX / 2)).toByteArray())
                .hex();
    }

    private static String organisation(String account) {
        int slash = account.indexOf('/');
        return slash < 0 ? account : account.substring(0, slash);
    }

    private static Optional<TransactionReceipt> receipt(Bytes encoded) {
        try {
            return Optional.of(TransactionReceipt.parseFrom(encoded.toArray()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static Optional<TransactionPayload> payload(TransactionLeaf leaf) {
        try {
            return Optional.of(TransactionPayload.parseFrom(leaf.payload().toArray()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
