package poyang.chain.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditLog;
import poyang.sdk.ChainForms;
import poyang.sdk.MissingAnchors;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.EquivocationReport;
import poyang.wire.schema.StoredAnchor;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// The node's own audit log: written before an answer leaves, anchored by the validator's own transactions;
/// and its watch over the anchors of all other processes. A node that cannot write it stops.
final class NodeAudit implements AutoCloseable {
    /// The contract that records who lied.
    private static final String CONSENSUS = "poyang.v1.Consensus";

    private static final int ACCUSATIONS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(NodeAudit.class);
    private static final String PROCESS = "node";
    private static final int NONCE_BYTES = 16;
    private static final long BLOCKS_TO_LIVE = 100;
    private static final long FINAL_MILLIS = 15_000;
    private static final long FAREWELL_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 5_000;
    private static final int PAGE = 256;

    private final String account;
    private final AuditLog log;
    private final AuditAnchors anchors;
    private final Ledger ledger;
    private final Pool pool;
    private final Finality finality;
    private final SigningKey key;
    private final RandomSource random;
    private final InstantSource clock;
    private final Consumer<Throwable> lost;
    private final Contracts contracts;
    private final Set<String> accused = new TreeSet<>();
    private final boolean anchored;
    private final MissingAnchors missing;

    /// @param lost told when the log cannot be written any more: stop serving
    NodeAudit(Path directory, Parts parts, RandomSource random, InstantSource clock, Consumer<Throwable> lost) {
        this.random = random;
        this.clock = clock;
        this.lost = lost;
        account = Account.VALIDATORS + "/" + parts.name();
        ledger = parts.ledger();
        pool = parts.pool();
        finality = parts.finality();
        key = parts.key();
        contracts = parts.contracts();
        anchored = parts.contracts().find(AuditAnchors.CONTRACT).isPresent();
        log = AuditLog.open(directory.resolve("audit.log"), clock);
        anchors = new AuditAnchors(
                log, PROCESS, this::anchor, e -> LOG.warn("the audit log's head is not on chain yet: {}", e.wrong()));
        missing = new MissingAnchors(clock.millis());
        record(account, "start", "", AuditLog.DONE);
    }

    /// Whose log it is, and what it needs of the node.
    record Parts(String name, Ledger ledger, Contracts contracts, Pool pool, Finality finality, SigningKey key) {}

    /// Durable when it returns.
    ///
    /// @param result {@link AuditLog#DONE}, or why not
    void record(String actor, String action, String subject, String result) {
        try {
            log.record(actor, action, subject, "", result);
        } catch (PoyangException e) {
            lost.accept(e);
            throw e;
        }
    }

    /// Anchors the log until interrupted.
    void anchorNowAndThen() throws InterruptedException {
        if (anchored) {
            anchors.run();
        }
    }

    /// Watches the others' anchors until interrupted.
    void watch() throws InterruptedException {
        while (anchored) {
            look();
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void look() {
        StateView state = ledger.at(finality.height());
        List<StoredAnchor> last = new ArrayList<>();
        String after = "";
        List<StateView.Entry> page;
        do {
            page = state.scan(AuditAnchors.CONTRACT, "last/", after, PAGE);
            for (StateView.Entry entry : page) {
                last.add(stored(entry.value()));
                after = entry.key();
            }
        } while (page.size() == PAGE);
        List<String> expected = ledger.genesis().epoch().validators().stream()
                .map(Validator::id)
                .map(id -> Account.VALIDATORS + "/" + id.name() + "/" + PROCESS)
                .toList();
        MissingAnchors.Change change = missing.look(last, expected, clock.millis());
        for (String log : change.raised()) {
            LOG.warn("ALARM: the audit log {} is not anchored any more", log);
            record(account, "alarm", log, "anchor missing");
        }
        for (String log : change.over()) {
            LOG.warn("the audit log {} is anchored again", log);
            record(account, "alarm", log, "anchored again");
        }
    }

    private static StoredAnchor stored(Bytes value) {
        try {
            return StoredAnchor.parseFrom(value.toArray());
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("the state holds an anchor that is none", e);
        }
    }

    /// The logs that are missing on chain.
    Set<String> missing() {
        return missing.missing();
    }

    private void anchor(AuditAnchor head) {
        try {
            Bytes id = pool.submit(signed(AuditAnchors.CONTRACT, "Anchor", head.toByteString()));
            awaitReceipt(id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notFinal(e);
        }
    }

    /// Another validator contradicted itself: the proof goes on chain, once for each liar. Returns at once.
    void lied(Equivocation proof) {
        String liar = Account.VALIDATORS + "/" + proof.culprit().name();
        LOG.error("ALARM: {} lied in round {}: {}", liar, proof.round(), proof);
        if (!accused.add(liar + "/" + proof.epoch())) {
            return;
        }
        record(account, "alarm", liar, "lied in round " + proof.round());
        if (contracts.find(CONSENSUS).isPresent()) {
            Thread _ = Thread.ofVirtual().name("accusation").start(() -> accuse(proof));
        }
    }

    private void accuse(Equivocation proof) {
        EquivocationReport report = EquivocationReport.newBuilder()
                .setProof(ChainForms.byteString(proof.encoded()))
                .build();
        for (int i = 0; i < ACCUSATIONS; i++) {
            try {
                awaitReceipt(pool.submit(signed(CONSENSUS, "ReportEquivocation", report.toByteString())));
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (PoyangException e) {
                LOG.warn("that {} lied is not on chain yet: {}", proof.culprit(), e.wrong());
            }
        }
    }

    private TransactionLeaf signed(String contract, String method, ByteString arguments) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(ledger.chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(NONCE_BYTES)))
                .setBlockLimit(ledger.height() + BLOCKS_TO_LIVE)
                .setSender(account)
                .setContract(contract)
                .setMethod(method)
                .setArguments(arguments)
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity());
    }

    private void awaitReceipt(Bytes id) throws InterruptedException {
        long deadline = System.nanoTime() + FINAL_MILLIS * 1_000_000;
        while (true) {
            long height = finality.height();
            Optional<ReceiptProof> proof = ledger.receiptProof(id);
            if (proof.isPresent()) {
                accepted(proof.get());
                return;
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0 || !finality.await(height + 1, left)) {
                throw notFinal(null);
            }
        }
    }

    private static void accepted(ReceiptProof proof) {
        try {
            TransactionReceipt receipt =
                    TransactionReceipt.parseFrom(proof.receipt().toArray());
            if (receipt.getCode() != 0) {
                throw new PoyangException(
                        new ErrorCode(receipt.getErrorName(), receipt.getCode(), ErrorCode.Category.BAD_INPUT),
                        receipt.getWrong(),
                        receipt.getRight());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("the ledger holds a receipt that is none", e);
        }
    }

    private static PoyangException notFinal(@Nullable Throwable cause) {
        return new PoyangException(
                NodeErrors.NOT_FINAL_YET,
                "the anchor is in no final block yet",
                "a quorum of validators is needed",
                cause);
    }

    /// Says that the node stops, and gives the chain a moment to hear it.
    void farewell() {
        try {
            record(account, "stop", "", AuditLog.DONE);
            if (!anchored) {
                return;
            }
            Thread last = Thread.ofVirtual().start(() -> {
                try {
                    anchors.farewell();
                } catch (PoyangException e) {
                    LOG.warn("the chain does not know that this node stopped: {}", e.wrong());
                }
            });
            boolean _ = last.join(Duration.ofMillis(FAREWELL_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PoyangException e) {
            LOG.error("the last record of the audit log could not be written: {}", e.wrong());
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
