package poyang.chain.node;

import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditLog;
import poyang.sdk.ChainForms;
import poyang.wire.schema.EpochReadiness;

/// Says on chain that this validator is ready for a proposed epoch of which it is one: it has the proposal's
/// block, final, it can reach all validators, and the epoch's engine ran on trial with its key.
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 200;

    private final PartyId self;
    private final Predicate<PartyId> reached;
    private final OwnCalls own;
    private final Contracts contracts;
    private final NodeAudit audit;
    private Optional<Epoch> noted = Optional.empty();
    private Optional<PartyId> missed = Optional.empty();

    /// @param reached has this node a link with that one, or knows where it is?
    Readiness(PartyId self, Predicate<PartyId> reached, OwnCalls own, Contracts contracts, NodeAudit audit) {
        this.self = self;
        this.reached = reached;
        this.own = own;
        this.contracts = contracts;
        this.audit = audit;
    }

    /// Until interrupted.
    void run() throws InterruptedException {
        Finality finality = own.finality();
        long known = own.ledger().epochs().last().number();
        while (true) {
            long height;
            Optional<Epoch> mine;
            try (Finality.Reading _ = finality.reading()) {
                height = finality.height();
                StateView state = own.ledger().at(height);
                long begun = own.ledger().epochs().last().number();
                while (known < begun) {
                    known++;
                    audit.record(own.account(), "begin", "epoch " + known, AuditLog.DONE);
                }
                Optional<Epoch> proposed = contracts.proposed(state).filter(next -> next.number() == begun + 1);
                note(proposed, state);
                mine = proposed.filter(next -> names(next) && !contracts.ready(self.name(), state));
            }
            boolean said = mine.isEmpty() || say(mine.get(), height);
            if (!said || !finality.await(height + 1, LOOK_MILLIS)) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /// Has the audit log say what is proposed, and what is so no longer.
    private void note(Optional<Epoch> proposed, StateView state) {
        if (proposed.equals(noted)) {
            return;
        }
        noted.filter(gone -> contracts.due(gone.number(), state).isEmpty())
                .ifPresent(gone -> audit.record(own.account(), "withdrawn", "epoch " + gone.number(), AuditLog.DONE));
        proposed.ifPresent(next -> audit.record(
                own.account(), "proposed", "epoch " + next.number() + ", " + next.engine(), AuditLog.DONE));
        noted = proposed;
    }

    private boolean names(Epoch next) {
        return own.signer().votesIn(next);
    }

    private boolean say(Epoch next, long height) throws InterruptedException {
        try {
            Optional<PartyId> nowhere = next.validators().stream()
                    .map(Validator::id)
                    .filter(id -> !id.equals(self) && !reached.test(id))
                    .findFirst();
            if (!nowhere.equals(missed)) {
                missed = nowhere;
                nowhere.ifPresent(id -> LOG.warn("{} of epoch {} is not to be reached yet", id, next.number()));
            }
            if (nowhere.isPresent()) {
                return false;
            }
            SigningKey key = own.signer().keyIn(next).orElseThrow();
            long micros = EngineTrial.run(next, self, key);
            LOG.info("epoch {} with the engine {}: its trial took {} us", next.number(), next.engine(), micros);
            SigningKey known = own.signer().keyIn(own.ledger().epochs().last()).orElse(key);
            audit.record(own.account(), "ready", "epoch " + next.number(), AuditLog.DONE);
            own.call(known, EpochLink.CONTRACT, "Attest", word(own.ledger(), key, next, height, micros));
            return true;
        } catch (PoyangException e) {
            LOG.info("that this node is ready for epoch {} is not on chain: {}", next.number(), e.wrong());
            return false;
        }
    }

    private EpochReadiness word(Ledger ledger, SigningKey key, Epoch next, long height, long micros) {
        CryptoSuite suite = ledger.genesis().suite();
        Bytes hash = suite.hash(next.encoded().toArray());
        Bytes message = EpochLink.readiness(ledger.chainId(), hash, self.name(), height);
        return EpochReadiness.newBuilder()
                .setEpochHash(ChainForms.byteString(hash))
                .setHeight(height)
                .setTrialMicros(micros)
                .setSignature(ChainForms.byteString(key.sign(message.toArray()).encoded()))
                .build();
    }
}
