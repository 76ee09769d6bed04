package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import poyang.chain.consensus.BftEntry.Kept;
import poyang.chain.consensus.BftEntry.Safety;
import poyang.chain.consensus.BftEvent.CaughtUp;
import poyang.chain.consensus.BftEvent.PayloadAvailable;
import poyang.chain.consensus.BftEvent.Received;
import poyang.chain.consensus.BftEvent.Started;
import poyang.chain.consensus.BftEvent.TimerFired;
import poyang.chain.consensus.BftMessage.Advance;
import poyang.chain.consensus.BftMessage.Fetch;
import poyang.chain.consensus.BftMessage.Fetched;
import poyang.chain.consensus.BftMessage.Proposal;
import poyang.chain.consensus.BftMessage.Timeout;
import poyang.chain.consensus.BftMessage.Vote;
import poyang.chain.consensus.TimeoutCertificate.GivenUp;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// One replica of the two-chain protocol: rounds with a leader each, votes to everybody, a block is committed
/// when a block of the very next round is certified on top of it. Who leads is told by {@link Standing}.
///
/// Sources: Gelashvili, Kokoris-Kogias, Sonnino, Spiegelman, Xiang, "Jolteon and Ditto", FC 2022,
/// section 3 (steady state and quadratic view change); Yin et al., "HotStuff", PODC 2019.
///
/// **Safety.** A validator votes once in a round, and for block B of round r with certificate qc only
/// when qc.round + 1 = r, or a timeout certificate tc of round r − 1 is there with qc.round ≥ every
/// highest round in tc. Suppose B of round r is committed: a quorum Q voted for B' of round r + 1 that
/// carries B's certificate, so each of Q has a highest certificate of round ≥ r from then on. Take a
/// certified block of the lowest round s > r + 1 that does not extend B. If it came without a timeout
/// certificate, its parent is certified in s − 1 ≥ r + 1, so it extends B or contradicts the choice of s;
/// if with one, that certificate's quorum meets Q in an honest validator that gave up round s − 1 ≥ r + 1
/// after voting in r + 1, so its highest round was ≥ r, the parent is certified in a round ≥ r, and again
/// extends B or contradicts. Two quorums of ⌊2n/3⌋+1 meet in more than ⌊(n−1)/3⌋ validators. Vote, highest
/// certificate and voted block are durable before a vote leaves, so a crash breaks no promise.
///
/// Who leads plays no part in this: two leaders of a round are like one that proposes twice.
///
/// **Liveness.** Timers grow to a cap ({@link RoundPace}). A timeout carries the sender's highest certificate; who
/// is ahead shows a laggard why; so after the network calms down all honest replicas meet in a round of an
/// honest leader for longer than a round takes. A silent leader costs its own round and not the block before.
public final class BftReplica implements Machine<BftEvent, Ready<BftEntry, BftMessage, BftEffect>> {
    static final String ROUND_TIMER = "round";
    static final String IDLE_TIMER = "idle";
    static final String FETCH_TIMER = "fetch";
    private static final long FETCH_MILLIS = 300;
    private static final int MOST_WAITING = 256;
    private static final long ROUNDS_AHEAD = 10_000;

    private final BftConfig config;
    private final Signatures signatures;
    private final Payloads payloads;
    private final BlockTree tree;
    private final RoundPace pace;
    private final Map<Bytes, Proposal> waiting = new LinkedHashMap<>();
    private final Map<Bytes, Integer> fetching = new LinkedHashMap<>();
    private final Witness witness;
    private final TreeMap<Long, TreeMap<PartyId, Vote>> votes = new TreeMap<>();
    private final TreeMap<Long, TreeMap<PartyId, GivenUp>> timeouts = new TreeMap<>();
    private Optional<Proposal> incomplete = Optional.empty();
    private List<Bytes> payload = List.of();
    private QuorumCertificate highest;
    private Optional<TimeoutCertificate> lastTimeout = Optional.empty();
    private Optional<QuorumCertificate> toCommit = Optional.empty();
    private long currentRound;
    private long lastVotedRound;
    private boolean idleOver;
    private boolean gaveUp;

    private List<BftEntry> persist = new ArrayList<>();
    private List<Outbound<BftMessage>> send = new ArrayList<>();
    private List<BftEffect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    /// @param entries what was persisted, oldest first; none for a new replica
    /// @param lastOrdered id of the block that the ledger applied last; the epoch's start when none
    /// @param lastOrderedRound its round; 0 when none
    public BftReplica(
            BftConfig config,
            Signatures signatures,
            Payloads payloads,
            List<BftEntry> entries,
            Bytes lastOrdered,
            long lastOrderedRound) {
        this.config = config;
        this.signatures = signatures;
        this.payloads = payloads;
        witness = new Witness(config.epoch().number());
        tree = new BlockTree(config.epoch(), lastOrdered, lastOrderedRound);
        highest = QuorumCertificate.genesis(config.start());
        for (BftEntry entry : entries) {
            switch (entry) {
                case Kept kept -> tree.put(kept.block().id(config.suite()), kept.block());
                case Safety safety -> {
                    lastVotedRound = safety.lastVotedRound();
                    highest = safety.highest();
                }
            }
        }
        currentRound = highest.round() + 1;
        pace = new RoundPace(config);
    }

    /// The round that this replica is in.
    public long round() {
        return currentRound;
    }

    @Override
    public Ready<BftEntry, BftMessage, BftEffect> step(BftEvent event) {
        switch (event) {
            case Started(long now) -> {
                timers.add(new TimerChange(ROUND_TIMER, pace.start(something())));
                propose(now);
            }
            case PayloadAvailable(List<Bytes> available, long now) -> {
                payload = available;
                if (!payload.isEmpty() && pace.hurry()) {
                    timers.add(new TimerChange(ROUND_TIMER, pace.roundMillis()));
                }
                propose(now);
            }
            case BftEvent.PayloadArrived(long now) -> {
                Optional<Proposal> again = incomplete;
                incomplete = Optional.empty();
                again.ifPresent(
                        p -> consider(p, p.block().id(config.suite()), p.block().author(), now));
            }
            case TimerFired(String timer, long now) -> onTimer(timer, now);
            case Received(PartyId from, BftMessage message, long now) -> onMessage(from, message, now);
            case CaughtUp(Bytes blockId, long round, long now) -> resume(blockId, round, now);
        }
        Ready<BftEntry, BftMessage, BftEffect> ready = new Ready<>(persist, send, apply, timers, rejected);
        persist = new ArrayList<>();
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    private void onMessage(PartyId from, BftMessage message, long now) {
        if (config.epoch().indexOf(from) < 0 || from.equals(config.self())) {
            reject(from, "a message from a stranger or from oneself");
            return;
        }
        switch (message) {
            case Proposal proposal -> onProposal(from, proposal, now);
            case Vote vote -> onVote(from, vote, now);
            case Timeout timeout -> onTimeout(from, timeout, now);
            case Advance(QuorumCertificate certificate, Optional<TimeoutCertificate> timeout) -> {
                if (certify(from, certificate, now) && timeout.isPresent()) {
                    giveUp(from, timeout.get(), now);
                }
            }
            case Fetch(Bytes blockId) -> serve(from, blockId);
            case Fetched(List<OrderedBlock> blocks) -> onFetched(blocks, now);
        }
    }

    private void onTimer(String timer, long now) {
        switch (timer) {
            case ROUND_TIMER -> {
                gaveUp = true;
                sendTimeout(now);
                timers.add(new TimerChange(ROUND_TIMER, pace.miss()));
            }
            case IDLE_TIMER -> {
                idleOver = true;
                propose(now);
            }
            default -> fetchAgain();
        }
    }

    // ---- proposing ------------------------------------------------------------------------------

    private void propose(long now) {
        boolean due = currentRound > lastVotedRound
                && !gaveUp
                && highest.round() >= tree.committedRound()
                && tree.missing(highest.blockId()).isEmpty()
                && tree.leader(highest.blockId(), currentRound).equals(Optional.of(config.self()));
        boolean justified = highest.round() + 1 == currentRound
                || lastTimeout.filter(t -> t.round() + 1 == currentRound).isPresent();
        if (!due || !justified) {
            return;
        }
        // What is certified and not committed needs a block on top at once, be it an empty one.
        boolean pressing = tree.pending(highest.blockId());
        List<Bytes> waiting = payloads.fitting(tree.fresh(payload, highest.blockId()));
        boolean enough = payloads.count(waiting) >= Pace.ENOUGH_TRANSACTIONS;
        List<Bytes> fresh = pressing && !enough && pace.roomBefore(now) ? List.of() : waiting;
        boolean idle = fresh.isEmpty() && !pressing && !tree.urgent(highest.blockId());
        long early = fresh.isEmpty() || enough ? 0 : pace.early(now);
        if (idle ? !idleOver : early > 0) {
            timers.add(new TimerChange(IDLE_TIMER, idle ? config.idleMillis() : early));
            return;
        }
        OrderedBlock block = new OrderedBlock(
                currentRound,
                highest,
                config.self(),
                Math.max(now, tree.timestampMillis(highest.blockId())),
                tree.standing(highest.blockId()).orElseThrow(),
                fresh);
        Bytes id = block.id(config.suite());
        Signature signature =
                signatures.sign(BftMessage.proposalMessage(config.chainId(), config.epoch(), currentRound, id));
        Optional<TimeoutCertificate> proof = lastTimeout.filter(t -> t.round() + 1 == currentRound);
        tree.put(id, block);
        pace.paid(payloads.count(block.payload()), now);
        broadcast(new Proposal(block, proof, signature));
        vote(block, id, now);
    }

    // ---- proposals and votes --------------------------------------------------------------------

    private void onProposal(PartyId from, Proposal proposal, long now) {
        OrderedBlock block = proposal.block();
        if (block.round() <= tree.committedRound()) {
            reject(from, "a proposal of a round long past");
            return;
        }
        Bytes id = block.id(config.suite());
        if (!wellFormed(proposal, id)) {
            reject(from, "a malformed or unsigned proposal");
            return;
        }
        witness.proposed(block.author(), block.round(), new Equivocation.Said(id, proposal.signature()))
                .ifPresent(apply::add);
        if (!certify(from, block.certificate(), now)
                || (proposal.timeout().isPresent()
                        && !giveUp(from, proposal.timeout().get(), now))) {
            return;
        }
        if (block.round() > currentRound) {
            reject(from, "a proposal of a round that nothing opened");
            return;
        }
        tree.put(id, block);
        settle(now);
        consider(proposal, id, from, now);
    }

    private boolean wellFormed(Proposal proposal, Bytes id) {
        OrderedBlock block = proposal.block();
        Bytes message = Bytes.wrap(BftMessage.proposalMessage(config.chainId(), config.epoch(), block.round(), id));
        return config.epoch().indexOf(block.author()) >= 0
                && block.certificate().round() < block.round()
                && proposal.timeout().stream().allMatch(t -> t.round() + 1 == block.round())
                && block.fits()
                && signatures.verify(List.of(new Signatures.Signed(block.author(), message, proposal.signature())));
    }

    /// Votes when the rules allow it, or waits for the parent.
    private void consider(Proposal proposal, Bytes id, PartyId from, long now) {
        OrderedBlock block = proposal.block();
        boolean extendsLast = block.certificate().round() + 1 == block.round();
        boolean extendsHighest = proposal.timeout()
                .filter(t -> block.certificate().round() >= t.highestRound())
                .isPresent();
        if (block.round() != currentRound || block.round() <= lastVotedRound || (!extendsLast && !extendsHighest)) {
            return;
        }
        Optional<Bytes> gap = tree.missing(block.parent());
        if (gap.isPresent()) {
            if (waiting.size() < MOST_WAITING) {
                waiting.put(block.parent(), proposal);
            }
            fetch(gap.get(), from);
            return;
        }
        // A replica that took its place over from others cannot tell who stands how below it: safety does not ask.
        Standing standing = tree.standing(block.parent()).orElse(block.standing());
        if (!standing.equals(block.standing())
                || !standing.leader(config.epoch(), block.round()).equals(block.author())) {
            reject(from, "a proposal of somebody who does not lead");
            return;
        }
        if (block.timestampMillis() < tree.timestampMillis(block.parent())
                || block.timestampMillis() > now + config.driftMillis()) {
            reject(from, "a proposal whose time runs backwards or ahead");
            return;
        }
        switch (payloads.judge(block.payload())) {
            case WRONG -> reject(from, "a proposal whose payload is not certified");
            case MISSING -> {
                incomplete = Optional.of(proposal);
                apply.add(new BftEffect.Missing(block.payload(), block.author()));
            }
            case HERE -> {
                pace.paid(payloads.count(block.payload()), now);
                vote(block, id, now);
            }
        }
    }

    private void vote(OrderedBlock block, Bytes id, long now) {
        lastVotedRound = block.round();
        persist.add(new Kept(block));
        persist.add(new Safety(lastVotedRound, highest));
        Signature signature =
                signatures.sign(QuorumCertificate.message(config.chainId(), config.epoch(), block.round(), id));
        Vote vote = new Vote(block.round(), id, signature);
        broadcast(vote);
        count(config.self(), vote, now);
    }

    /// Votes are checked together, when there are enough of them.
    private void onVote(PartyId from, Vote vote, long now) {
        if (vote.round() > currentRound + ROUNDS_AHEAD) {
            reject(from, "a vote of a round far ahead");
        } else if (vote.round() > highest.round()) {
            count(from, vote, now);
        }
    }

    private void count(PartyId voter, Vote vote, long now) {
        TreeMap<PartyId, Vote> round = votes.computeIfAbsent(vote.round(), _ -> new TreeMap<>());
        Vote earlier = round.putIfAbsent(voter, vote);
        if (earlier != null) {
            if (!earlier.blockId().equals(vote.blockId()) && authentic(voter, earlier) && authentic(voter, vote)) {
                apply.add(witness.voted(voter, earlier, vote));
            }
            return;
        }
        certifyVotes(round, vote, voter, now);
    }

    private void certifyVotes(Map<PartyId, Vote> round, Vote vote, PartyId source, long now) {
        List<FinalityProof.Signed> same = round.entrySet().stream()
                .filter(e -> e.getValue().blockId().equals(vote.blockId()))
                .map(e -> new FinalityProof.Signed(e.getKey(), e.getValue().signature()))
                .limit(config.epoch().quorum())
                .toList();
        if (same.size() < config.epoch().quorum()) {
            return;
        }
        QuorumCertificate certificate = new QuorumCertificate(vote.round(), vote.blockId(), same);
        if (certificate.verify(config, signatures)) {
            adopt(certificate, source, now);
            return;
        }
        for (FinalityProof.Signed each : same) {
            if (!authentic(each.validator(), new Vote(vote.round(), vote.blockId(), each.signature()))) {
                round.remove(each.validator());
                reject(each.validator(), "a forged vote");
            }
        }
        certifyVotes(round, vote, source, now);
    }

    private boolean authentic(PartyId voter, Vote vote) {
        Bytes message =
                Bytes.wrap(QuorumCertificate.message(config.chainId(), config.epoch(), vote.round(), vote.blockId()));
        return voter.equals(config.self())
                || signatures.verify(List.of(new Signatures.Signed(voter, message, vote.signature())));
    }

    // ---- certificates ---------------------------------------------------------------------------

    /// Takes in a certificate from outside; false when it is forged.
    private boolean certify(PartyId from, QuorumCertificate certificate, long now) {
        if (certificate.equals(highest)) {
            return true;
        }
        if (!certificate.verify(config, signatures)) {
            reject(from, "a forged certificate");
            return false;
        }
        adopt(certificate, from, now);
        return true;
    }

    private void adopt(QuorumCertificate certificate, PartyId source, long now) {
        if (certificate.round() <= highest.round()) {
            return;
        }
        // Not a promise yet: a vote or a timeout that rests on it makes it durable with itself.
        highest = certificate;
        pace.certified(certificate.round() == currentRound && !gaveUp, now);
        if (tree.holds(certificate.blockId())) {
            settle(now);
        } else {
            fetch(certificate.blockId(), source);
        }
        if (certificate.round() >= currentRound) {
            enter(certificate.round() + 1, now);
        }
    }

    /// Commits what the highest certificate commits, as soon as all of it is known.
    private void settle(long now) {
        Optional<OrderedBlock> certified = tree.find(highest.blockId());
        if (certified.isPresent() && certified.get().certificate().round() + 1 == highest.round()) {
            toCommit = Optional.of(certified.get().certificate());
        }
        if (toCommit.isEmpty() || toCommit.get().round() <= tree.committedRound()) {
            return;
        }
        Optional<Bytes> gap = tree.missing(toCommit.get().blockId());
        if (gap.isPresent()) {
            fetch(gap.get(), highest.voterBesides(config.self()));
            return;
        }
        for (BftEffect.Ordered committed :
                tree.commit(toCommit.get().blockId(), toCommit.get().round())) {
            apply.add(committed);
            if (!committed.block().isEmpty()) {
                Set<Bytes> ordered = new LinkedHashSet<>(committed.block().payload());
                payload =
                        payload.stream().filter(item -> !ordered.contains(item)).toList();
            }
        }
        toCommit = Optional.empty();
        propose(now);
    }

    /// Takes a block as the last committed one whose ancestors this replica never saw.
    private void resume(Bytes blockId, long round, long now) {
        if (round > tree.committedRound()) {
            tree.resume(blockId, round);
            fetching.clear();
            settle(now);
            propose(now);
        }
    }

    private boolean something() {
        return !payload.isEmpty() || tree.urgent(highest.blockId());
    }

    private void enter(long round, long now) {
        currentRound = round;
        incomplete = Optional.empty();
        idleOver = false;
        gaveUp = false;
        votes.headMap(round - 1).clear();
        timeouts.headMap(round).clear();
        witness.forgetBelow(round - 1);
        timers.add(new TimerChange(ROUND_TIMER, pace.enter(something(), now)));
        timers.add(new TimerChange(IDLE_TIMER, -1));
        propose(now);
    }

    // ---- timeouts -------------------------------------------------------------------------------

    private void sendTimeout(long now) {
        lastVotedRound = Math.max(lastVotedRound, currentRound);
        persist.add(new Safety(lastVotedRound, highest));
        Signature signature = signatures.sign(
                TimeoutCertificate.message(config.chainId(), config.epoch(), currentRound, highest.round()));
        broadcast(new Timeout(currentRound, highest, signature));
        collect(new GivenUp(config.self(), highest.round(), signature), currentRound, now);
    }

    private void onTimeout(PartyId from, Timeout timeout, long now) {
        if (timeout.round() < currentRound) {
            send.add(new Outbound<>(from, new Advance(highest, lastTimeout)));
            return;
        }
        Bytes message = Bytes.wrap(TimeoutCertificate.message(
                config.chainId(),
                config.epoch(),
                timeout.round(),
                timeout.highest().round()));
        if (timeout.round() > currentRound + ROUNDS_AHEAD) {
            reject(from, "a timeout of a round far ahead");
            return;
        }
        if (timeout.highest().round() >= timeout.round()
                || !signatures.verify(List.of(new Signatures.Signed(from, message, timeout.signature())))) {
            reject(from, "a forged timeout");
            return;
        }
        if (certify(from, timeout.highest(), now) && timeout.round() >= currentRound) {
            collect(new GivenUp(from, timeout.highest().round(), timeout.signature()), timeout.round(), now);
        }
    }

    private void collect(GivenUp word, long round, long now) {
        TreeMap<PartyId, GivenUp> given = timeouts.computeIfAbsent(round, _ -> new TreeMap<>());
        given.put(word.validator(), word);
        if (given.size() == config.epoch().quorum()) {
            pass(new TimeoutCertificate(round, List.copyOf(given.values())), now);
        }
    }

    /// Takes in a timeout certificate from outside; false when it is forged.
    private boolean giveUp(PartyId from, TimeoutCertificate certificate, long now) {
        if (lastTimeout.equals(Optional.of(certificate))) {
            return true;
        }
        if (!certificate.verify(config.chainId(), config.epoch(), signatures)) {
            reject(from, "a forged timeout certificate");
            return false;
        }
        pass(certificate, now);
        return true;
    }

    private void pass(TimeoutCertificate certificate, long now) {
        if (certificate.round() >= currentRound) {
            lastTimeout = Optional.of(certificate);
            enter(certificate.round() + 1, now);
        }
    }

    // ---- missing blocks -------------------------------------------------------------------------

    private void fetch(Bytes id, PartyId holder) {
        if (fetching.putIfAbsent(id, 0) == null) {
            timers.add(new TimerChange(FETCH_TIMER, FETCH_MILLIS));
            if (!holder.equals(config.self())) {
                send.add(new Outbound<>(holder, new Fetch(id)));
            }
        }
    }

    /// Asks the next validator in turn for each block still missing.
    private void fetchAgain() {
        fetching.keySet().removeIf(tree::holds);
        for (Map.Entry<Bytes, Integer> wanted : fetching.entrySet()) {
            int turn = wanted.getValue();
            wanted.setValue(turn + 1);
            List<Validator> all = config.epoch().validators();
            PartyId holder = all.get(turn % all.size()).id();
            if (!holder.equals(config.self())) {
                send.add(new Outbound<>(holder, new Fetch(wanted.getKey())));
            }
        }
        if (!fetching.isEmpty()) {
            timers.add(new TimerChange(FETCH_TIMER, FETCH_MILLIS));
        }
    }

    private void serve(PartyId from, Bytes id) {
        List<OrderedBlock> found = tree.downFrom(id);
        if (!found.isEmpty()) {
            send.add(new Outbound<>(from, new Fetched(found)));
        }
    }

    /// Takes in blocks by their hashes: each was asked for, or is the parent of one that was.
    private void onFetched(List<OrderedBlock> blocks, long now) {
        Optional<Bytes> wanted = Optional.empty();
        for (OrderedBlock block : blocks) {
            Bytes id = block.id(config.suite());
            if (!fetching.containsKey(id) && !wanted.equals(Optional.of(id))) {
                break;
            }
            tree.put(id, block);
            persist.add(new Kept(block));
            fetching.remove(id);
            wanted = Optional.of(block.parent());
        }
        settle(now);
        List<Proposal> again = waiting.entrySet().stream()
                .filter(e -> tree.holds(e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        waiting.keySet().removeIf(tree::holds);
        for (Proposal proposal : again) {
            OrderedBlock block = proposal.block();
            consider(proposal, block.id(config.suite()), block.author(), now);
        }
        propose(now);
    }

    // ---- small things ---------------------------------------------------------------------------

    private void broadcast(BftMessage message) {
        config.epoch().validators().stream()
                .filter(v -> !v.id().equals(config.self()))
                .forEach(v -> send.add(new Outbound<>(v.id(), message)));
    }

    private void reject(PartyId from, String reason) {
        rejected.add(new Rejected(from.name(), reason));
    }
}
