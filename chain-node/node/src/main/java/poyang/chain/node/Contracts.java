package poyang.chain.node;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.CertificateDirectory;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.EpochDirectory;
import poyang.chain.contract.KeyWindow;
import poyang.chain.contract.NodeDirectory;
import poyang.chain.contract.SystemContract;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Epoch;
import poyang.crypto.Revocations;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The contracts that this node's software brings, and who keeps its accounts.
final class Contracts {
    private final TreeMap<String, SystemContract> byName = new TreeMap<>();
    private final AccountDirectory accounts;
    private final CertificateDirectory certificates;
    private final Optional<EpochDirectory> epochs;
    private final Optional<NodeDirectory> nodes;
    private volatile @Nullable Epoch epoch;

    private Contracts(
            Iterable<SystemContract> contracts,
            AccountDirectory accounts,
            CertificateDirectory certificates,
            Optional<EpochDirectory> epochs,
            Optional<NodeDirectory> nodes) {
        for (SystemContract contract : contracts) {
            Bug.unless(byName.put(contract.name(), contract) == null, "two contracts are called " + contract.name());
        }
        this.accounts = accounts;
        this.certificates = certificates;
        this.epochs = epochs;
        this.nodes = nodes;
    }

    /// What stands on the class path.
    static Contracts installed() {
        return new Contracts(
                ServiceLoader.load(SystemContract.class),
                ServiceLoader.load(AccountDirectory.class)
                        .findFirst()
                        .orElseThrow(() -> new Bug("no contract keeps accounts")),
                ServiceLoader.load(CertificateDirectory.class)
                        .findFirst()
                        .orElseThrow(() -> new Bug("no contract keeps the status of certificates")),
                ServiceLoader.load(EpochDirectory.class).findFirst(),
                ServiceLoader.load(NodeDirectory.class).findFirst());
    }

    /// The same contracts on a chain in this epoch.
    static Contracts installed(Epoch epoch) {
        Contracts contracts = installed();
        contracts.enter(epoch);
        return contracts;
    }

    /// From the next block on.
    void enter(Epoch next) {
        epoch = next;
    }

    /// The canonical form of the epoch whose blocks are executed; empty where there is none yet.
    Bytes epoch() {
        Epoch now = epoch;
        return now == null ? Bytes.empty() : now.encoded();
    }

    /// The epoch with this number, when the state says that it is due.
    Optional<Epoch> due(long number, StateView state) {
        return epochs.flatMap(e -> e.due(number, new ReadState(state, "")))
                .map(encoded -> Epoch.decode(encoded.toArray()));
    }

    /// The epoch that waits for its validators.
    Optional<Epoch> proposed(StateView state) {
        return epochs.flatMap(e -> e.proposed(new ReadState(state, "")))
                .map(encoded -> Epoch.decode(encoded.toArray()));
    }

    /// Did this validator of the proposed epoch say that it is ready?
    boolean ready(String validator, StateView state) {
        return epochs.filter(e -> e.ready(validator, new ReadState(state, ""))).isPresent();
    }

    Optional<SystemContract> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<Account> account(String id, StateView state) {
        return accounts.find(id, new ReadState(state, "")).or(() -> validator(id, state));
    }

    /// Nodes act with the keys that the chain knows them by, without a role: validators with their
    /// epoch's, those of a proposed epoch with that one's too, so that they may say that they are
    /// ready, others with those that they were admitted with.
    private Optional<Account> validator(String id, StateView state) {
        String prefix = Account.VALIDATORS + "/";
        if (!id.startsWith(prefix)) {
            return Optional.empty();
        }
        String name = id.substring(prefix.length());
        Optional<Bytes> present = validatorKey(name);
        List<KeyWindow> keys = Stream.of(
                        present,
                        proposed(state).flatMap(next -> key(next, name)),
                        present.isPresent() ? Optional.<Bytes>empty() : admitted(name, state))
                .flatMap(Optional::stream)
                .distinct()
                .map(key -> new KeyWindow(key, 0, KeyWindow.NO_END))
                .toList();
        return keys.isEmpty() ? Optional.empty() : Optional.of(new Account(id, Account.VALIDATORS, Set.of(), keys));
    }

    /// The key of a validator of the chain.
    Optional<Bytes> validatorKey(String name) {
        Epoch now = epoch;
        return now == null ? Optional.empty() : key(now, name);
    }

    private static Optional<Bytes> key(Epoch of, String name) {
        return of.validators().stream()
                .filter(validator -> validator.id().name().equals(name))
                .map(validator -> validator.publicKey().encoded())
                .findFirst();
    }

    /// Why the account may not act in the block at `height`; empty when it may.
    Optional<ContractRejection> barred(String id, long height, StateView state) {
        return accounts.barred(id, height, new ReadState(state, "")).or(() -> frozen(id, height, state));
    }

    private Optional<ContractRejection> frozen(String id, long height, StateView state) {
        String prefix = Account.VALIDATORS + "/";
        if (!id.startsWith(prefix)) {
            return Optional.empty();
        }
        return frozen(state).stream()
                .filter(node -> node.node().equals(id.substring(prefix.length())) && node.height() < height)
                .findFirst()
                .map(node -> new ContractRejection(
                        AccountErrors.ACCOUNT_FROZEN,
                        "the node " + node.node() + " is frozen since block " + node.height() + " by " + node.by()
                                + " (" + node.reason() + ")",
                        "have a supervisor unfreeze it"));
    }

    /// The nodes that the chain froze.
    List<NodeDirectory.Frozen> frozen(StateView state) {
        return nodes.map(n -> n.frozen(new ReadState(state, ""))).orElse(List.of());
    }

    /// The nodes on the chain's register.
    List<NodeDirectory.Registered> registered(StateView state) {
        return nodes.map(n -> n.registered(new ReadState(state, ""))).orElse(List.of());
    }

    private Optional<Bytes> admitted(String name, StateView state) {
        return registered(state).stream()
                .filter(node -> node.node().equals(name) && !node.publicKey().equals(Bytes.empty()))
                .map(NodeDirectory.Registered::publicKey)
                .findFirst();
    }

    /// What the chain says against a certificate.
    Optional<Revocations.Revocation> revocation(Bytes issuerHash, BigInteger serial, StateView state) {
        return certificates.revocation(issuerHash, serial, new ReadState(state, ""));
    }
}
