package poyang.chain.node;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.NodeDirectory.Frozen;
import poyang.kernel.PartyId;
import poyang.sdk.AuditLog;
import poyang.wire.transport.Transport;

/// Keeps away the nodes that the chain froze, from the final block on that did: what they say is not heard, nothing
/// is said to them, and their links are cut, those too that a third would put through. Each change stands in the
/// audit log.
///
/// Safe for use by several threads; {@link #run} is the body of the one that follows the chain.
final class Freezes {
    private static final Logger LOG = LoggerFactory.getLogger(Freezes.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 50;

    private final PartyId self;
    private final OwnCalls own;
    private final Contracts contracts;
    private volatile Set<PartyId> frozen;

    Freezes(PartyId self, OwnCalls own, Contracts contracts) {
        this.self = self;
        this.own = own;
        this.contracts = contracts;
        frozen = now(own.finality().height()).stream().map(Freezes::id).collect(Collectors.toUnmodifiableSet());
    }

    private List<Frozen> now(long height) {
        return contracts.frozen(own.ledger().at(height));
    }

    private static PartyId id(Frozen node) {
        return new PartyId(node.node());
    }

    boolean holds(PartyId node) {
        return frozen.contains(node);
    }

    /// Until interrupted.
    void run(Transport transport, NodeAudit audit) throws InterruptedException {
        Finality finality = own.finality();
        transport.bar(frozen);
        while (true) {
            long height;
            List<Frozen> found;
            try (Finality.Reading _ = finality.reading()) {
                height = finality.height();
                found = now(height);
            }
            Set<PartyId> next = found.stream().map(Freezes::id).collect(Collectors.toCollection(TreeSet::new));
            if (!next.equals(frozen)) {
                Set<PartyId> before = frozen;
                frozen = Set.copyOf(next);
                transport.bar(frozen);
                found.stream().filter(node -> !before.contains(id(node))).forEach(node -> say(node, audit));
                before.stream()
                        .filter(node -> !next.contains(node))
                        .forEach(node -> audit.record(own.account(), "unfreeze", node.name(), AuditLog.DONE));
            }
            if (!finality.await(height + 1, LOOK_MILLIS)) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void say(Frozen node, NodeAudit audit) {
        if (id(node).equals(self)) {
            LOG.error("ALARM: this node is frozen by {} ({}): no other hears it", node.by(), node.reason());
        } else {
            LOG.warn("{} is frozen by {} ({})", node.node(), node.by(), node.reason());
        }
        audit.record(own.account(), "freeze", node.node() + " by " + node.by(), AuditLog.DONE);
    }
}
