package poyang.chain.node;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.contract.NodeDirectory.Registered;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Epoch;
import poyang.crypto.SigningKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditLog;
import poyang.wire.schema.NodeAddressNotice;
import poyang.wire.transport.Transport;

/// With whom this node has links, and where each is reached, by the final state: the validators of
/// the present epoch and of the next one, the nodes on the chain's register, and the seeds of its
/// own settings. What a node announced on chain comes first, the settings after it; a frozen one
/// has no address. Announces where this node itself is.
///
/// Safe for use by several threads; {@link #run} is the body of the one that follows the chain.
final class Neighbours {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
    /// The contract that keeps the register.
    private static final String CONTRACT = "poyang.v1.Nodes";

    private static final long LOOK_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 1_000;

    private final PartyId self;
    private final SortedMap<PartyId, InetSocketAddress> seeds;
    private final OwnCalls own;
    private final Contracts contracts;
    private final AtomicBoolean announcing = new AtomicBoolean();
    private volatile SortedMap<PartyId, List<InetSocketAddress>> known;

    Neighbours(PartyId self, SortedMap<PartyId, InetSocketAddress> seeds, OwnCalls own, Contracts contracts) {
        this.self = self;
        this.seeds = Collections.unmodifiableSortedMap(new TreeMap<>(seeds));
        this.own = own;
        this.contracts = contracts;
        known = at(own.ledger().at(own.finality().height()));
    }

    /// All of them, in ascending order.
    Set<PartyId> all() {
        return known.keySet();
    }

    private SortedMap<PartyId, List<InetSocketAddress>> at(StateView state) {
        TreeMap<PartyId, List<InetSocketAddress>> found = new TreeMap<>();
        Epoch present = own.ledger().epochs().last();
        Stream.of(Optional.of(present), contracts.proposed(state), contracts.due(present.number() + 1, state))
                .flatMap(Optional::stream)
                .flatMap(epoch -> epoch.validators().stream())
                .forEach(validator -> found.put(validator.id(), new ArrayList<>()));
        for (Registered node : contracts.registered(state)) {
            List<InetSocketAddress> addresses = found.computeIfAbsent(new PartyId(node.node()), _ -> new ArrayList<>());
            address(node).ifPresent(addresses::add);
        }
        seeds.forEach((seed, address) -> {
            List<InetSocketAddress> addresses = found.computeIfAbsent(seed, _ -> new ArrayList<>());
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
        });
        contracts
                .frozen(state)
                .forEach(frozen -> found.computeIfPresent(new PartyId(frozen.node()), (_, _) -> new ArrayList<>()));
        found.remove(self);
        found.replaceAll((_, addresses) -> List.copyOf(addresses));
        return Collections.unmodifiableSortedMap(found);
    }

    private static Optional<InetSocketAddress> address(Registered node) {
        if (node.port() == 0) {
            return Optional.empty();
        }
        try {
            InetAddress at = InetAddress.getByAddress(node.address().toArray());
            return Optional.of(new InetSocketAddress(at, node.port()));
        } catch (UnknownHostException e) {
            throw new Bug("the state holds an address that is none", e);
        }
    }

    /// Until interrupted.
    ///
    /// @param place where this node is reached; empty when nobody is to be told
    /// @param changed hears when there are others than before
    void run(Transport transport, Optional<InetSocketAddress> place, NodeAudit audit, Consumer<Set<PartyId>> changed)
            throws InterruptedException {
        Finality finality = own.finality();
        transport.know(known);
        while (true) {
            long height = finality.height();
            StateView state = own.ledger().at(height);
            SortedMap<PartyId, List<InetSocketAddress>> now = at(state);
            if (!now.equals(known)) {
                boolean others = !now.keySet().equals(known.keySet());
                known = now;
                LOG.info("the other nodes are {}", now);
                transport.know(now);
                if (others) {
                    changed.accept(now.keySet());
                }
            }
            place.ifPresent(here -> announce(here, state, audit));
            boolean _ = finality.await(height + 1, LOOK_MILLIS);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private void announce(InetSocketAddress here, StateView state, NodeAudit audit) {
        if (contracts.find(CONTRACT).isEmpty() || said(here, state)) {
            return;
        }
        Optional<SigningKey> key = key(state);
        if (key.isPresent() && announcing.compareAndSet(false, true)) {
            // The wait for its block must not keep this node from what others announce.
            Thread _ = Thread.ofVirtual().name("announcement").start(() -> announce(here, key.get(), audit));
        }
    }

    private boolean said(InetSocketAddress here, StateView state) {
        return contracts.registered(state).stream()
                .filter(node -> node.node().equals(self.name()))
                .flatMap(node -> address(node).stream())
                .anyMatch(here::equals);
    }

    /// The key by which the chain knows this node now.
    private Optional<SigningKey> key(StateView state) {
        List<Bytes> named = contracts.account(own.account(), state).map(Account::keys).stream()
                .flatMap(List::stream)
                .map(window -> window.publicKey())
                .toList();
        return own.signer().keys().stream()
                .filter(key -> named.contains(key.publicKey().encoded()))
                .findFirst();
    }

    private void announce(InetSocketAddress here, SigningKey key, NodeAudit audit) {
        NodeAddressNotice notice = NodeAddressNotice.newBuilder()
                .setAddress(ByteString.copyFrom(here.getAddress().getAddress()))
                .setPort(here.getPort())
                .build();
        try {
            own.call(key, CONTRACT, "Announce", notice);
            audit.record(own.account(), "announce", here.toString(), AuditLog.DONE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PoyangException e) {
            LOG.info("that this node is reached at {} is not on chain: {}", here, e.wrong());
        } finally {
            announcing.set(false);
        }
    }
}
