package poyang.notarization;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.chain.contract.SystemContract;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.Role;
import poyang.wire.schema.StoredAnchor;

/// The contracts over a sorted map: calls one after another, and a rejected one leaves no trace.
final class Chain {
    static final Bytes KEY = Sm2PrivateKey.generate(new SeededRandom(new byte[32], "contract-test"))
            .publicKey()
            .encoded();

    static final Bytes CHAIN_ID = Sm3.hash(Bytes.utf8("a chain").toArray());

    final TreeMap<String, Bytes> state = new TreeMap<>();
    Bytes epoch = Bytes.empty();
    final TreeMap<String, Bytes> validatorKeys = new TreeMap<>();
    final List<ContractEvent> events = new ArrayList<>();
    private final Map<String, SystemContract> contracts = new TreeMap<>();
    private final AccountDirectory directory =
            ServiceLoader.load(AccountDirectory.class).findFirst().orElseThrow();
    /// Do other contracts find that executors' logs are anchored, as they are while these run?
    boolean anchored = true;

    long height = 1;
    long millis = 1_000_000;

    Chain() {
        ServiceLoader.load(SystemContract.class).forEach(c -> contracts.put(c.name(), c));
    }

    /// Departments a, b and c with one account a role each, and a supervision.
    static Chain peopled() {
        Chain chain = new Chain();
        for (String organisation : List.of("a", "b", "c", "supervision")) {
            chain.genesis(
                    "Organisations",
                    Organisation.newBuilder()
                            .setId(organisation)
                            .setTitle("部门" + organisation)
                            .build());
            for (Role role : Role.values()) {
                if (role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED && role != Role.AUTHORITY) {
                    chain.genesis("Accounts", account(organisation, name(role), role));
                }
            }
        }
        chain.authorities();
        return chain;
    }

    /// One an organisation, at the height that the others left: heights and ids are in golden files.
    private void authorities() {
        long keptHeight = height;
        long keptMillis = millis;
        for (String organisation : List.of("a", "b", "c", "supervision")) {
            genesis("Accounts", account(organisation, name(Role.AUTHORITY), Role.AUTHORITY));
        }
        height = keptHeight;
        millis = keptMillis;
    }

    static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    static AccountRecord account(String organisation, String name, Role... roles) {
        return AccountRecord.newBuilder()
                .setId(organisation + "/" + name)
                .setOrganisation(organisation)
                .setTitle(name)
                .addAllRoles(List.of(roles))
                .setPublicKey(ChainBytes.of(KEY))
                .build();
    }

    private void genesis(String contract, Message arguments) {
        int heard = events.size();
        execute(Account.GENESIS, contract, "Register", arguments.toByteArray());
        // Nobody hears of what a genesis announces.
        events.subList(heard, events.size()).clear();
    }

    Account find(String id) {
        return directory.find(id, new View("")).orElseThrow();
    }

    /// Gives the answer's bytes.
    ///
    /// @throws ContractRejection after which the state is as before
    byte[] call(String sender, String contract, String method, Message arguments) {
        return execute(find(sender), contract, method, arguments.toByteArray());
    }

    /// The anchor of an executor's log, which every minute it makes itself.
    private byte[] anchor(String log) {
        return StoredAnchor.newBuilder()
                .setAccount(log.substring(0, log.lastIndexOf('/')))
                .setAnchor(AuditAnchor.newBuilder().setProcess("executor").setSequence(1))
                .setHeight(height)
                .setMillis(millis)
                .build()
                .toByteArray();
    }

    byte[] execute(Account sender, String contract, String method, byte[] arguments) {
        Map<String, Bytes> before = new TreeMap<>(state);
        List<ContractEvent> heard = new ArrayList<>();
        height++;
        millis += 1000;
        try {
            byte[] answer = contract(contract)
                    .execute(method, arguments, new Context(sender, heard), new View("poyang.v1." + contract));
            events.addAll(heard);
            return answer;
        } catch (RuntimeException e) {
            state.clear();
            state.putAll(before);
            throw e;
        }
    }

    byte[] read(String reader, String contract, String method, Message arguments) {
        return contract(contract)
                .read(method, arguments.toByteArray(), find(reader), new View("poyang.v1." + contract));
    }

    ContractState view(String contract) {
        return new View(contract);
    }

    boolean mayRead(String reader, String contract, String key) {
        return contract(contract).mayReadKey(key, find(reader), new View("poyang.v1." + contract));
    }

    SystemContract contract(String name) {
        return Objects.requireNonNull(contracts.get("poyang.v1." + name), name);
    }

    private final class Context implements CallContext {
        private final Account sender;
        private final List<ContractEvent> heard;

        Context(Account sender, List<ContractEvent> heard) {
            this.sender = sender;
            this.heard = heard;
        }

        @Override
        public CryptoSuite suite() {
            return CryptoSuite.SM;
        }

        @Override
        public Bytes chainId() {
            return CHAIN_ID;
        }

        @Override
        public Optional<Bytes> validatorKey(String name) {
            return Optional.ofNullable(validatorKeys.get(name));
        }

        @Override
        public Bytes epoch() {
            return epoch;
        }

        @Override
        public long height() {
            return height;
        }

        @Override
        public long timestampMillis() {
            return millis;
        }

        @Override
        public Bytes transactionId() {
            return Sm3.hash(Bytes.utf8("transaction " + height).toArray());
        }

        @Override
        public Account sender() {
            return sender;
        }

        @Override
        public void emit(ContractEvent event) {
            heard.add(event);
        }
    }

    private final class View implements ContractState {
        private final String contract;
        private final boolean foreign;

        View(String contract) {
            this(contract, false);
        }

        private View(String contract, boolean foreign) {
            this.contract = contract;
            this.foreign = foreign;
        }

        private String full(String key) {
            return contract + "\0" + key;
        }

        @Override
        public Optional<byte[]> get(String key) {
            if (anchored && foreign && contract.equals(AuditContract.NAME) && key.startsWith("last/")) {
                return Optional.of(anchor(key.substring("last/".length())));
            }
            return Optional.ofNullable(state.get(full(key))).map(Bytes::toArray);
        }

        @Override
        public List<Entry> scan(String prefix, String afterKey, int limit) {
            return state.tailMap(full(prefix)).entrySet().stream()
                    .filter(e -> e.getKey().compareTo(full(afterKey)) > 0 || afterKey.isEmpty())
                    .takeWhile(e -> e.getKey().startsWith(full(prefix)))
                    .limit(limit)
                    .map(e -> new Entry(e.getKey().substring(contract.length() + 1), e.getValue()))
                    .toList();
        }

        @Override
        public ReadableState of(String other) {
            return new View(other, true);
        }

        @Override
        public void put(String key, byte[] value) {
            state.put(full(key), Bytes.wrap(Arrays.copyOf(value, value.length)));
        }

        @Override
        public void delete(String key) {
            state.remove(full(key));
        }

        @Override
        public ContractState writable(String other) {
            return new View(other);
        }
    }
}
