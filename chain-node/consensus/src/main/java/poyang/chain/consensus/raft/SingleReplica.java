package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.consensus.raft.RaftEvent.CaughtUp;
import poyang.chain.consensus.raft.RaftEvent.PayloadArrived;
import poyang.chain.consensus.raft.RaftEvent.PayloadAvailable;
import poyang.chain.consensus.raft.RaftEvent.Received;
import poyang.chain.consensus.raft.RaftEvent.Started;
import poyang.chain.consensus.raft.RaftEvent.TimerFired;
import poyang.chain.consensus.raft.RaftRecord.Kept;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Rejected;

/// The log of one validator, for development: what comes in is final once it is durable. Nobody else has a
/// say, so it bears no fault at all.
public final class SingleReplica implements Machine<RaftEvent, Ready<RaftRecord, RaftMessage, RaftEffect>> {
    private static final long TERM = 1;

    private final PartyId self;
    private final RaftLog log;

    /// @param epoch has one validator
    /// @param records what was persisted; none for a new replica
    /// @param applied where the entry stands that the ledger applied last; the genesis at first
    /// @param appliedId its id; the chain's id when none
    public SingleReplica(Epoch epoch, List<RaftRecord> records, Position applied, Bytes appliedId) {
        Bug.unless(epoch.validators().size() == 1, "one validator alone");
        self = epoch.validators().getFirst().id();
        List<LogEntry> kept = new ArrayList<>();
        for (RaftRecord found : records) {
            if (found instanceof Kept(LogEntry entry)) {
                kept.add(entry);
            }
        }
        log = new RaftLog(epoch.suite(), kept, applied, appliedId);
    }

    @Override
    public Ready<RaftRecord, RaftMessage, RaftEffect> step(RaftEvent event) {
        List<RaftRecord> persist = new ArrayList<>();
        List<RaftEffect> apply = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        switch (event) {
            case Started _ -> {
                apply.add(new RaftEffect.Led(TERM, self));
                // What was durable and not yet applied when the process ended.
                applyAll(apply);
            }
            case PayloadAvailable(List<Bytes> payload, long now) -> {
                List<Bytes> left = payload;
                while (!left.isEmpty()) {
                    List<Bytes> fitting = LogEntry.fitting(left);
                    Bug.unless(!fitting.isEmpty(), "a transaction larger than a block");
                    append(fitting, now, persist);
                    left = left.subList(fitting.size(), left.size());
                }
                applyAll(apply);
            }
            case Received(PartyId from, RaftMessage _, long _) ->
                rejected.add(new Rejected(from.name(), "a message to a validator that has no peers"));
            case CaughtUp(Bytes _, Position _, long _) -> throw new Bug("there is nobody to catch up with");
            case TimerFired _, PayloadArrived _ -> {}
        }
        return new Ready<>(persist, List.of(), apply, List.of(), rejected);
    }

    /// Nobody else leads.
    public Optional<PartyId> leader() {
        return Optional.of(self);
    }

    private void append(List<Bytes> payload, long now, List<RaftRecord> persist) {
        LogEntry entry = new LogEntry(
                new Position(TERM, log.last().index() + 1),
                log.lastId(),
                self,
                Math.max(now, log.lastMillis()),
                payload);
        log.append(entry);
        persist.add(new Kept(entry));
    }

    private void applyAll(List<RaftEffect> apply) {
        while (log.applied().index() < log.last().index()) {
            apply.add(log.apply());
        }
    }
}
