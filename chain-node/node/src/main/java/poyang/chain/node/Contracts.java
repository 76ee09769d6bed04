package poyang.chain.node;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.CertificateDirectory;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.KeyWindow;
import poyang.chain.contract.SystemContract;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.Revocations;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The contracts that this node's software brings, and who keeps its accounts.
final class Contracts {
    private final TreeMap<String, SystemContract> byName = new TreeMap<>();
    private final AccountDirectory accounts;
    private final CertificateDirectory certificates;
    private List<Validator> validators = List.of();

    private Contracts(
            Iterable<SystemContract> contracts, AccountDirectory accounts, CertificateDirectory certificates) {
        for (SystemContract contract : contracts) {
            Bug.unless(byName.put(contract.name(), contract) == null, "two contracts are called " + contract.name());
        }
        this.accounts = accounts;
        this.certificates = certificates;
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
                        .orElseThrow(() -> new Bug("no contract keeps the status of certificates")));
    }

    /// The same contracts on a chain with these validators.
    static Contracts installed(Epoch epoch) {
        Contracts contracts = installed();
        contracts.validators = epoch.validators();
        return contracts;
    }

    Optional<SystemContract> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<Account> account(String id, StateView state) {
        return accounts.find(id, new ReadState(state, "")).or(() -> validator(id));
    }

    /// Validators act with the keys that the chain knows them by, without a role.
    private Optional<Account> validator(String id) {
        String prefix = Account.VALIDATORS + "/";
        return validators.stream()
                .filter(validator -> id.equals(prefix + validator.id().name()))
                .map(validator -> new Account(
                        id,
                        Account.VALIDATORS,
                        Set.of(),
                        List.of(new KeyWindow(validator.publicKey().encoded(), 0, KeyWindow.NO_END))))
                .findFirst();
    }

    /// The key of a validator of the chain.
    Optional<Bytes> validatorKey(String name) {
        return validators.stream()
                .filter(validator -> validator.id().name().equals(name))
                .map(validator -> validator.publicKey().encoded())
                .findFirst();
    }

    /// Why the account may not act in the block at `height`; empty when it may.
    Optional<ContractRejection> barred(String id, long height, StateView state) {
        return accounts.barred(id, height, new ReadState(state, ""));
    }

    /// What the chain says against a certificate.
    Optional<Revocations.Revocation> revocation(Bytes issuerHash, BigInteger serial, StateView state) {
        return certificates.revocation(issuerHash, serial, new ReadState(state, ""));
    }
}
