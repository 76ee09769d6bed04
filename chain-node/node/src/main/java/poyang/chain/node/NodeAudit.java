package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.Validator;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.Alarms;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditLog;
import poyang.sdk.ChainForms;
import poyang.sdk.MissingAnchors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.EquivocationReport;
import poyang.wire.schema.StoredAnchor;

/// The node's own audit log: written before an answer leaves, anchored by the validator's own transactions;
/// and its watch over the anchors of all other processes. A node that cannot write it stops.
final class NodeAudit implements AutoCloseable {
    /// The contract that records who lied.
    private static final String CONSENSUS = "poyang.v1.Consensus";

    private static final int ACCUSATIONS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(NodeAudit.class);
    private static final String PROCESS = "node";
    private static final long FAREWELL_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final int PAGE = 256;

    private final String account;
    private final AuditLog log;
    private final AuditAnchors anchors;
    private final Ledger ledger;
    private final Finality finality;
    private final OwnCalls own;
    private final InstantSource clock;
    private final Consumer<Throwable> lost;
    private final Contracts contracts;
    private final Set<String> accused = new TreeSet<>();
    private final boolean anchored;
    private final MissingAnchors missing;

    /// @param log belongs to the result, which closes it
    /// @param lost told when the log cannot be written any more: stop serving
    NodeAudit(AuditLog log, Parts parts, InstantSource clock, Consumer<Throwable> lost) {
        this.clock = clock;
        this.lost = lost;
        own = parts.own();
        account = own.account();
        ledger = own.ledger();
        finality = own.finality();
        contracts = parts.contracts();
        anchored = parts.contracts().find(AuditAnchors.CONTRACT).isPresent();
        this.log = log;
        anchors = new AuditAnchors(
                log, PROCESS, this::anchor, e -> LOG.warn("the audit log's head is not on chain yet: {}", e.wrong()));
        missing = new MissingAnchors(clock.millis());
        record(account, "start", "", AuditLog.DONE);
    }

    /// Shows the log to supervisors.
    AuditFeed feed() {
        return new AuditFeed(
                account + "/" + PROCESS,
                log,
                new SignedQueries(ledger.chainId(), clock),
                new NodeFacts(ledger, contracts, finality),
                this::record,
                clock);
    }

    /// Whose log it is, and what it needs of the node.
    record Parts(OwnCalls own, Contracts contracts) {}

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
            try (Finality.Reading _ = finality.reading()) {
                look();
            }
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
        List<String> expected = ledger.epochs().last().validators().stream()
                .map(Validator::id)
                .map(id -> Account.VALIDATORS + "/" + id.name() + "/" + PROCESS)
                .toList();
        Alarms.Change<String> change = missing.look(last, expected, clock.millis());
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
            own.call(AuditAnchors.CONTRACT, "Anchor", head);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OwnCalls.notFinal(e);
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

    /// A peer brought a write set that does not lead to what a quorum attests. Nobody signed it, so it proves nothing
    /// to others.
    void misled(PartyId peer, long height) {
        LOG.error("ALARM: {} brought a write set of block {} that leads to another state", peer, height);
        record(account, "alarm", Account.VALIDATORS + "/" + peer.name(), "a false write set of block " + height);
    }

    private void accuse(Equivocation proof) {
        EquivocationReport report = EquivocationReport.newBuilder()
                .setProof(ChainForms.byteString(proof.encoded()))
                .build();
        for (int i = 0; i < ACCUSATIONS; i++) {
            try {
                own.call(CONSENSUS, "ReportEquivocation", report);
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (PoyangException e) {
                LOG.warn("that {} lied is not on chain yet: {}", proof.culprit(), e.wrong());
            }
        }
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
