package poyang.chain.consensus.swap;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import poyang.chain.proofs.Epoch;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.simulation.SimulatedNetwork;
import poyang.simulation.Simulation;

/// A chain of several epochs under one seed: engines that are swapped, validators that come and go,
/// epochs that are given up for their fallback, with crashes, a rough network and liars; invariants
/// checked after every effect.
///
/// Execution is what a node's is, but for contracts, of which there is the one of epochs ({@link
/// Proposals}): a proposal is due with the block in which more than two thirds of its validators
/// have said that they are ready, each with the key that the proposal names for it. That block is
/// the last of its epoch. Who is behind takes blocks with proofs from the others.
final class SimulatedEpochs {
    static final Bytes CHAIN = Sm3.hash(new byte[] {43});

    final Simulation simulation;
    final SimulatedNetwork<Letter> network;
    final Map<PartyId, EpochNode> nodes = new LinkedHashMap<>();
    final Epoch first;
    final Set<Bytes> pool = new LinkedHashSet<>();
    final TreeMap<Long, Bytes> history = new TreeMap<>();
    final TreeMap<Long, Epoch> epochs = new TreeMap<>();
    final TreeMap<Long, Long> ends = new TreeMap<>();
    /// Words of readiness that nodes have said.
    final Set<Bytes> words = new LinkedHashSet<>();
    /// The epoch whose engine's messages are lost; -1 when none.
    long muted = -1;
    double crashChance;
    int crashes;
    int givenUp;

    SimulatedEpochs(long seed, Epoch first, List<PartyId> newcomers) {
        simulation = new Simulation(seed);
        network = new SimulatedNetwork<>(simulation, SimulatedNetwork.Faults.none());
        this.first = first;
        epochs.put(first.number(), first);
        first.validators().forEach(v -> nodes.put(v.id(), new EpochNode(this, v.id())));
        newcomers.forEach(id -> nodes.put(id, new EpochNode(this, id)));
    }

    static void check(boolean invariant, String message) {
        if (!invariant) {
            throw new AssertionError(message);
        }
    }

    void start() {
        nodes.values().forEach(EpochNode::restart);
    }

    /// Clients bring a transaction to everybody.
    void submit(Bytes transaction) {
        pool.add(transaction);
        nodes.values().forEach(EpochNode::offer);
    }

    /// The epoch that is known last to anybody honest.
    Epoch last() {
        return nodes.values().stream()
                .filter(n -> n.honest)
                .map(EpochNode::epoch)
                .max((a, b) -> Long.compare(a.number(), b.number()))
                .orElseThrow();
    }

    boolean runUntil(BooleanSupplier done, long virtualMillis) {
        long end = simulation.nowMillis() + virtualMillis;
        while (simulation.nowMillis() < end && !done.getAsBoolean()) {
            if (!simulation.step()) {
                break;
            }
        }
        return done.getAsBoolean();
    }

    /// What a liar says in the place of what it should.
    interface Behaviour {
        Object says(EpochNode liar, PartyId to, Object honest);
    }

    EpochNode node(PartyId id) {
        return Objects.requireNonNull(nodes.get(id));
    }
}
