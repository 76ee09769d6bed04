package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.Payloads.Verdict;
import poyang.chain.consensus.raft.RaftEvent.CaughtUp;
import poyang.chain.consensus.raft.RaftEvent.PayloadArrived;
import poyang.chain.consensus.raft.RaftEvent.PayloadAvailable;
import poyang.chain.consensus.raft.RaftEvent.Received;
import poyang.chain.consensus.raft.RaftEvent.Started;
import poyang.chain.consensus.raft.RaftEvent.TimerFired;
import poyang.chain.consensus.raft.RaftMessage.Append;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAsk;
import poyang.chain.consensus.raft.RaftMessage.Refused;
import poyang.chain.consensus.raft.RaftMessage.Taken;
import poyang.chain.consensus.raft.RaftMessage.VoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.VoteAsk;
import poyang.chain.consensus.raft.RaftRecord.Kept;
import poyang.chain.consensus.raft.RaftRecord.Promise;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// One replica of Raft: a leader elected by a majority appends to its log, a majority's copies make an
/// entry final. **It bears crashes of fewer than half of the replicas, and no lie of any.**
///
/// Sources: Ongaro, Ousterhout, USENIX ATC 2014, figure 2; Ongaro's dissertation, sections 9.6 (a vote is
/// sounded out before a term is opened), 4.2.3 and 6.2 (who hears a leader votes for nobody else; a leader
/// that hears no majority steps down) and 10.2.1. Departures: entries are chained by hash, so a log that
/// fits nowhere is seen; entries far behind come through the ledger's sync with finality proofs, not as a
/// snapshot of the leader; an entry of the leader's own copy counts in the same step that persists it,
/// since what the step says is applied only once that is durable.
///
/// **Safety.** Two majorities meet. A vote goes only to a log that ends at the voter's last position or
/// above, and only an entry of the leader's own term makes what is before it final; so a later leader has
/// all final entries (ATC 2014, section 5.4.3). Vote and term are durable before the answer leaves, entries
/// before they are acknowledged.
///
/// **Liveness.** Waiting times spread over a factor of two. A replica that cannot reach a majority opens no
/// term, so it disturbs nobody when it comes back.
public final class RaftReplica implements Machine<RaftEvent, Ready<RaftRecord, RaftMessage, RaftEffect>> {
    static final String ELECTION_TIMER = "election";
    static final String BEAT_TIMER = "beat";
    static final int MOST_UNDER_WAY = 8;
    private static final int WINDOW = 32;
    private static final int MOST_HELD = 64;

    private final RaftConfig config;
    private final Payloads payloads;
    private final RaftLog log;
    private final SplittableRandom spread;
    private final Map<Long, Held> held = new LinkedHashMap<>();
    private final TreeMap<PartyId, Follower> followers = new TreeMap<>();
    private final TreeSet<PartyId> granted = new TreeSet<>();
    private Set<Bytes> payload = new LinkedHashSet<>();
    private Role role = Role.FOLLOWER;
    private Optional<PartyId> leader = Optional.empty();
    private Optional<PartyId> votedFor = Optional.empty();
    private long term;
    private long commit;
    private long beats;

    private List<RaftRecord> persist = new ArrayList<>();
    private List<Outbound<RaftMessage>> send = new ArrayList<>();
    private List<RaftEffect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    /// A message of which something is to be fetched first.
    private record Held(PartyId from, Append append) {}

    private enum Role {
        FOLLOWER,
        ASKING,
        CANDIDATE,
        LEADER
    }

    /// @param records what was persisted, oldest first; none for a new replica
    /// @param applied where the entry stands that the ledger applied last; the genesis at first
    /// @param appliedId its id; the chain's id when none
    public RaftReplica(
            RaftConfig config, Payloads payloads, List<RaftRecord> records, Position applied, Bytes appliedId) {
        this.config = config;
        this.payloads = payloads;
        spread = new SplittableRandom(config.seed());
        List<LogEntry> kept = new ArrayList<>();
        for (RaftRecord found : records) {
            switch (found) {
                case Kept(LogEntry entry) -> kept.add(entry);
                case Promise(long promisedTerm, Optional<PartyId> promised) -> {
                    term = promisedTerm;
                    votedFor = promised;
                }
            }
        }
        log = new RaftLog(config.suite(), kept, applied, appliedId);
        commit = applied.index();
        if (log.last().term() > term) {
            term = log.last().term();
            votedFor = Optional.empty();
        }
    }

    public long term() {
        return term;
    }

    /// Who leads, as far as this replica knows.
    public Optional<PartyId> leader() {
        return leader;
    }

    @Override
    public Ready<RaftRecord, RaftMessage, RaftEffect> step(RaftEvent event) {
        switch (event) {
            case Started(long now) -> {
                if (config.majority() == 1) {
                    stand(now);
                } else {
                    waitForLeader();
                }
            }
            case PayloadAvailable(List<Bytes> available, long now) -> {
                payload = new LinkedHashSet<>(available);
                propose(now);
            }
            case PayloadArrived(long now) -> {
                List<Held> again = List.copyOf(held.values());
                held.clear();
                again.forEach(each -> onMessage(each.from(), each.append(), now));
            }
            case TimerFired(String timer, long now) -> onTimer(timer, now);
            case Received(PartyId from, RaftMessage message, long now) -> onMessage(from, message, now);
            case CaughtUp(Bytes entryId, Position position, long now) -> resume(entryId, position, now);
        }
        Ready<RaftRecord, RaftMessage, RaftEffect> ready = new Ready<>(persist, send, apply, timers, rejected);
        persist = new ArrayList<>();
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    private void onTimer(String timer, long now) {
        if (timer.equals(BEAT_TIMER)) {
            if (role == Role.LEADER) {
                beat();
            }
        } else if (role != Role.LEADER) {
            leader = Optional.empty();
            soundOut(now);
        }
    }

    private void onMessage(PartyId from, RaftMessage message, long now) {
        if (config.epoch().indexOf(from) < 0 || from.equals(config.self())) {
            reject(from, "a message from a stranger or from oneself");
            return;
        }
        switch (message) {
            case PreVoteAsk ask -> onPreVoteAsk(from, ask);
            case PreVoteAnswer answer -> onPreVoteAnswer(from, answer, now);
            case VoteAsk ask -> onVoteAsk(from, ask);
            case VoteAnswer answer -> onVoteAnswer(from, answer, now);
            case Append append -> onAppend(from, append);
            case Taken(long at, long index) -> {
                if (speaksToLeader(at)) {
                    onTaken(from, index, now);
                }
            }
            case Refused(long at, long previous, long hint) -> {
                if (speaksToLeader(at)) {
                    onRefused(from, previous, hint);
                }
            }
        }
    }

    // ---- elections ------------------------------------------------------------------------------

    private void waitForLeader() {
        timers.add(new TimerChange(ELECTION_TIMER, config.electionMillis() + spread.nextLong(config.electionMillis())));
    }

    /// Asks whether a majority would vote for this replica; nothing is promised yet.
    private void soundOut(long now) {
        role = Role.ASKING;
        granted.clear();
        granted.add(config.self());
        waitForLeader();
        broadcast(new PreVoteAsk(term + 1, log.last()));
        if (granted.size() >= config.majority()) {
            stand(now);
        }
    }

    private void onPreVoteAsk(PartyId from, PreVoteAsk ask) {
        boolean would = leader.isEmpty() && ask.term() > term && ask.last().compareTo(log.last()) >= 0;
        send.add(new Outbound<>(from, new PreVoteAnswer(would ? ask.term() : term, would)));
    }

    private void onPreVoteAnswer(PartyId from, PreVoteAnswer answer, long now) {
        if (!answer.granted()) {
            catchUpTerm(answer.term());
        } else if (role == Role.ASKING && answer.term() == term + 1) {
            granted.add(from);
            if (granted.size() >= config.majority()) {
                stand(now);
            }
        }
    }

    private void stand(long now) {
        enter(term + 1, Optional.of(config.self()));
        role = Role.CANDIDATE;
        leader = Optional.empty();
        granted.clear();
        granted.add(config.self());
        waitForLeader();
        broadcast(new VoteAsk(term, log.last()));
        if (granted.size() >= config.majority()) {
            lead(now);
        }
    }

    private void onVoteAsk(PartyId from, VoteAsk ask) {
        if (leader.isPresent() && ask.term() > term) {
            // Its own leader is heard: whoever opens a term now heard a majority that was wrong.
            return;
        }
        if (ask.term() > term) {
            follow(ask.term(), Optional.empty());
        }
        boolean yes = ask.term() == term
                && votedFor.filter(v -> !v.equals(from)).isEmpty()
                && ask.last().compareTo(log.last()) >= 0;
        if (yes && votedFor.isEmpty()) {
            enter(term, Optional.of(from));
            waitForLeader();
        }
        send.add(new Outbound<>(from, new VoteAnswer(term, yes)));
    }

    private void onVoteAnswer(PartyId from, VoteAnswer answer, long now) {
        if (answer.term() > term) {
            catchUpTerm(answer.term());
        } else if (role == Role.CANDIDATE && answer.granted() && answer.term() == term) {
            granted.add(from);
            if (granted.size() >= config.majority()) {
                lead(now);
            }
        }
    }

    private void lead(long now) {
        role = Role.LEADER;
        led(config.self());
        beats = 0;
        followers.clear();
        config.peers()
                .forEach(peer -> followers.put(peer, new Follower(log.last().index() + 1)));
        timers.add(new TimerChange(ELECTION_TIMER, -1));
        timers.add(new TimerChange(BEAT_TIMER, config.beatMillis()));
        append(fitting(), now);
        tellAll();
        commitWhatAMajorityHas();
    }

    private void led(PartyId by) {
        if (!leader.equals(Optional.of(by))) {
            leader = Optional.of(by);
            apply.add(new RaftEffect.Led(term, by));
        }
    }

    /// Another replica speaks of a later term.
    private void catchUpTerm(long later) {
        if (later > term) {
            follow(later, Optional.empty());
        }
    }

    private void follow(long inTerm, Optional<PartyId> by) {
        boolean led = role == Role.LEADER;
        role = Role.FOLLOWER;
        if (inTerm > term) {
            enter(inTerm, Optional.empty());
            leader = Optional.empty();
        }
        if (led) {
            leader = Optional.empty();
            followers.clear();
            timers.add(new TimerChange(BEAT_TIMER, -1));
            waitForLeader();
        }
        by.ifPresent(this::led);
    }

    private void enter(long newTerm, Optional<PartyId> vote) {
        term = newTerm;
        votedFor = vote;
        persist.add(new Promise(term, votedFor));
    }

    // ---- following ------------------------------------------------------------------------------

    private void onAppend(PartyId from, Append append) {
        if (append.term() < term) {
            send.add(new Outbound<>(
                    from,
                    new Refused(term, append.previous().index(), log.applied().index())));
            return;
        }
        boolean twoLeaders = append.term() == term
                && (role == Role.LEADER || leader.filter(l -> !l.equals(from)).isPresent());
        if (twoLeaders || !wellFormed(append)) {
            reject(from, twoLeaders ? "a second leader of one term" : "entries that do not follow each other");
            return;
        }
        follow(append.term(), Optional.of(from));
        waitForLeader();
        long reached = append.previous().index() + append.entries().size();
        long applied = log.applied().index();
        if (reached <= applied) {
            // All of it is final here already.
            send.add(new Outbound<>(from, new Taken(term, reached)));
            return;
        }
        if (append.previous().index() >= applied && !agrees(append.previous())) {
            send.add(new Outbound<>(from, new Refused(term, append.previous().index(), hint(append.previous()))));
            return;
        }
        reached = takeIn(from, append);
        if (reached < append.previous().index()) {
            return;
        }
        send.add(new Outbound<>(from, new Taken(term, reached)));
        commit = Math.max(commit, Math.min(append.commit(), reached));
        applyCommitted();
    }

    private boolean wellFormed(Append append) {
        Position previous = append.previous();
        for (LogEntry entry : append.entries()) {
            if (entry.index() != previous.index() + 1
                    || entry.position().term() < previous.term()
                    || entry.position().term() > append.term()
                    || entry.payloadBytes() > OrderedBlock.MOST_BYTES) {
                return false;
            }
            previous = entry.position();
        }
        return previous.term() <= append.term();
    }

    private boolean agrees(Position previous) {
        return log.at(previous.index()).filter(previous::equals).isPresent();
    }

    /// From where the leader should try: below the term that does not agree, never below what is final.
    private long hint(Position previous) {
        long index = Math.min(previous.index() - 1, log.last().index());
        long applied = log.applied().index();
        long wrong = log.at(previous.index()).map(Position::term).orElse(-1L);
        while (index > applied && log.at(index).map(Position::term).orElse(-1L) == wrong) {
            index--;
        }
        return Math.max(index, applied);
    }

    /// Up to where the log agrees with the message then; before the message when it is wrong. What is
    /// acknowledged must be executable after a crash of everybody, so an entry whose payload is not here waits.
    private long takeIn(PartyId from, Append append) {
        for (LogEntry entry : append.entries()) {
            if (entry.index() <= log.applied().index() || agrees(entry.position())) {
                continue;
            }
            if (entry.index() <= log.last().index()) {
                if (entry.index() <= commit) {
                    reject(from, "it would take back what is final");
                    return -1;
                }
                log.cut(entry.index());
            }
            if (!log.follows(entry)) {
                reject(from, "an entry that does not continue the log");
                return -1;
            }
            Verdict verdict = payloads.judge(entry.payload());
            if (verdict != Verdict.HERE) {
                if (verdict == Verdict.WRONG) {
                    reject(from, "an entry whose payload is not certified");
                } else if (held.size() < MOST_HELD || held.containsKey(entry.index())) {
                    held.put(entry.index(), new Held(from, append));
                    apply.add(new RaftEffect.Missing(entry.payload(), entry.author()));
                }
                return entry.index() - 1;
            }
            log.append(entry);
            persist.add(new Kept(entry));
        }
        return append.previous().index() + append.entries().size();
    }

    private void applyCommitted() {
        while (log.applied().index() < Math.min(commit, log.last().index())) {
            RaftEffect.Ordered ordered = log.apply();
            ordered.entry().payload().forEach(payload::remove);
            apply.add(ordered);
        }
    }

    // ---- leading --------------------------------------------------------------------------------

    private void propose(long now) {
        if (role != Role.LEADER || log.last().index() - log.applied().index() >= MOST_UNDER_WAY) {
            return;
        }
        List<Bytes> fitting = fitting();
        if (!fitting.isEmpty()) {
            append(fitting, now);
            tellAll();
            commitWhatAMajorityHas();
        }
    }

    private List<Bytes> fitting() {
        return LogEntry.fitting(payloads.fitting(log.fresh(List.copyOf(payload))));
    }

    private void append(List<Bytes> transactions, long now) {
        LogEntry entry = new LogEntry(
                new Position(term, log.last().index() + 1),
                log.lastId(),
                config.self(),
                Math.max(now, log.lastMillis()),
                transactions);
        log.append(entry);
        persist.add(new Kept(entry));
    }

    private void tellAll() {
        followers.forEach((peer, follower) -> tell(peer, follower, false));
    }

    /// Sends what the follower lacks; nothing while it owes an answer, unless it is to hear at least that
    /// there is a leader.
    private void tell(PartyId to, Follower follower, boolean always) {
        boolean full = follower.waiting || follower.next - follower.match > WINDOW;
        if (full && !always) {
            return;
        }
        long previous = Math.max(follower.next - 1, log.lowest());
        Position position = log.at(previous).orElseThrow();
        List<LogEntry> entries = full || previous != follower.next - 1
                ? List.of()
                : log.from(follower.next, OrderedBlock.MOST_BYTES, Append.MOST_ENTRIES);
        send.add(new Outbound<>(to, new Append(term, position, entries, commit)));
        if (follower.streaming) {
            follower.next += entries.size();
        } else {
            follower.waiting = true;
        }
    }

    private void beat() {
        beats++;
        long every = config.electionMillis() / config.beatMillis();
        if (beats % every == 0) {
            long heard = 1 + followers.values().stream().filter(f -> f.heard).count();
            if (heard < config.majority()) {
                follow(term, Optional.empty());
                return;
            }
            followers.values().forEach(f -> f.heard = false);
        }
        followers.forEach((peer, follower) -> tell(peer, follower, true));
        timers.add(new TimerChange(BEAT_TIMER, config.beatMillis()));
    }

    /// Whether an answer is for this leader in this term; steps down when it is of a later one.
    private boolean speaksToLeader(long at) {
        catchUpTerm(at);
        return role == Role.LEADER && at == term;
    }

    private void onTaken(PartyId from, long index, long now) {
        Follower follower = followers.get(from);
        if (follower == null || index > log.last().index()) {
            reject(from, "an answer about entries that nobody sent");
            return;
        }
        follower.heard = true;
        follower.waiting = false;
        follower.streaming = true;
        follower.match = Math.max(follower.match, index);
        follower.next = Math.max(follower.next, follower.match + 1);
        long before = commit;
        commitWhatAMajorityHas();
        propose(now);
        if (commit > before) {
            tellAll();
        } else if (follower.next <= log.last().index()) {
            tell(from, follower, false);
        }
    }

    private void onRefused(PartyId from, long previous, long hint) {
        Follower follower = followers.get(from);
        if (follower == null) {
            return;
        }
        follower.heard = true;
        if (previous <= follower.match) {
            return;
        }
        follower.waiting = false;
        follower.streaming = false;
        follower.next = Math.max(follower.match, Math.min(hint, log.last().index())) + 1;
        if (follower.next > log.lowest()) {
            tell(from, follower, false);
        }
    }

    private void commitWhatAMajorityHas() {
        List<Long> copies =
                new ArrayList<>(followers.values().stream().map(f -> f.match).toList());
        copies.add(log.last().index());
        copies.sort((a, b) -> Long.compare(b, a));
        long index = copies.get(config.majority() - 1);
        if (index > commit && log.at(index).filter(p -> p.term() == term).isPresent()) {
            commit = index;
            applyCommitted();
        }
    }

    // ---- coming back ----------------------------------------------------------------------------

    private void resume(Bytes entryId, Position position, long now) {
        if (position.index() <= log.applied().index()) {
            return;
        }
        if (!log.holds(position.index(), entryId) && role == Role.LEADER) {
            follow(term, Optional.empty());
        }
        log.skipTo(position, entryId);
        commit = Math.max(commit, position.index());
        if (position.term() > term) {
            follow(position.term(), Optional.empty());
        }
        applyCommitted();
        propose(now);
    }

    // ---- small things ---------------------------------------------------------------------------

    private void broadcast(RaftMessage message) {
        config.peers().forEach(peer -> send.add(new Outbound<>(peer, message)));
    }

    private void reject(PartyId from, String reason) {
        rejected.add(new Rejected(from.name(), reason));
    }

    /// The replicas that the leader knows to hold its whole log; empty for others.
    Map<PartyId, Long> matches() {
        TreeMap<PartyId, Long> found = new TreeMap<>();
        followers.forEach((peer, follower) -> found.put(peer, follower.match));
        return found;
    }
}
