package poyang.notarization;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Role;

/// Accounts, which are never overwritten: a key once registered stays the account's key. State:
/// `account/ORGANISATION/NAME` → AccountRecord.
public final class AccountsContract extends ServiceContract implements AccountDirectory {
    static final String NAME = "poyang.v1.Accounts";
    private static final Set<Role> ABOVE_DEPARTMENTS = EnumSet.of(Role.SUPERVISOR, Role.CONSOLE);

    public AccountsContract() {
        super(NAME);
        call("Register", AccountRecord.parser(), AccountsContract::register);
        read(
                "Get",
                AccountKey.parser(),
                (key, _, state) -> need(state, "account/" + key.getId(), AccountRecord.parser(), "account"));
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> AccountList.newBuilder()
                        .addAllAccounts(all(state, "account/", AccountRecord.parser()))
                        .build());
    }

    private static Empty register(AccountRecord made, CallContext context, ContractState state) {
        allowed(made, context.sender());
        Rules.name("organisation", made.getOrganisation());
        Rules.owned("id", made.getId(), made.getOrganisation());
        Rules.text("title", made.getTitle(), 1, 200);
        List<Role> roles = made.getRolesList();
        Rules.arguments(
                !roles.isEmpty()
                        && roles.size() == EnumSet.copyOf(roles).size()
                        && !roles.contains(Role.ROLE_UNSPECIFIED)
                        && !roles.contains(Role.UNRECOGNIZED),
                "the roles are missing, repeated or unknown",
                "one or more different roles are needed");
        try {
            Sm2PublicKey key = Sm2PublicKey.decode(made.getPublicKey().toByteArray());
            Rules.arguments(
                    key.encoded().equals(Bytes.wrap(made.getPublicKey().toByteArray())),
                    "the public key is compressed",
                    "65 bytes uncompressed are needed");
        } catch (PoyangException e) {
            throw Rules.rejection(
                    NotarizationErrors.BAD_ARGUMENTS, "the public key is none", "a point of the SM2 curve is needed");
        }
        Rules.need(
                state.of(OrganisationsContract.NAME)
                        .get("org/" + made.getOrganisation())
                        .isPresent(),
                NotarizationErrors.NOT_FOUND,
                "the organisation " + made.getOrganisation() + " is not registered",
                "register the organisation first");
        String key = "account/" + made.getId();
        Rules.need(
                state.get(key).isEmpty(),
                NotarizationErrors.EXISTS,
                "the account " + made.getId() + " exists",
                "a new name is needed");
        state.put(key, made.toByteArray());
        return Empty.getDefaultInstance();
    }

    private static void allowed(AccountRecord made, Account sender) {
        boolean own =
                sender.has(Account.Role.ADMINISTRATOR) && sender.organisation().equals(made.getOrganisation());
        boolean high = made.getRolesList().stream().anyMatch(ABOVE_DEPARTMENTS::contains);
        Rules.allowed(
                sender.isGenesis() || sender.has(Account.Role.SUPERVISOR) || own && !high,
                sender,
                "an administrator registers accounts of the own organisation, and a supervisor any;"
                        + " only supervisors give the roles SUPERVISOR and CONSOLE");
    }

    @Override
    public Optional<Account> find(String accountId, ReadableState state) {
        return record(state.of(NAME), accountId).map(AccountsContract::account);
    }

    static Optional<AccountRecord> record(ReadableState accounts, String id) {
        return accounts.get("account/" + id).map(value -> stored(AccountRecord.parser(), value));
    }

    static Account account(AccountRecord record) {
        Set<Account.Role> roles = EnumSet.noneOf(Account.Role.class);
        record.getRolesList().forEach(role -> roles.add(Account.Role.valueOf(role.name())));
        Bytes key = Bytes.wrap(record.getPublicKey().toByteArray());
        return new Account(record.getId(), record.getOrganisation(), roles, key);
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
