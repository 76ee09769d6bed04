package poyang.notarization;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import poyang.chain.contract.Account;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.Freezing;
import poyang.wire.schema.KeyHistory;
import poyang.wire.schema.NameCertificateRequest;
import poyang.wire.schema.RecoverKeyRequest;
import poyang.wire.schema.Role;
import poyang.wire.schema.RotateKeyRequest;

/// Accounts. A key once registered is good until its account announces another, or an administrator
/// replaces it ({@link AccountKeys}); what an earlier block accepted stays accepted. State:
/// `account/ORGANISATION/NAME` → AccountRecord.
public final class AccountsContract extends ServiceContract implements AccountDirectory {
    static final String NAME = "poyang.v1.Accounts";
    private static final Set<Role> ABOVE_DEPARTMENTS = EnumSet.of(Role.SUPERVISOR, Role.CONSOLE, Role.AUTHORITY);

    private final ReadAccounts known = new ReadAccounts();

    public AccountsContract() {
        super(NAME);
        call("Register", AccountRecord.parser(), AccountsContract::register);
        call("RotateKey", RotateKeyRequest.parser(), AccountKeys::rotate);
        call("RecoverKey", RecoverKeyRequest.parser(), AccountKeys::recover);
        call("NameCertificate", NameCertificateRequest.parser(), AccountsContract::nameCertificate);
        call("Freeze", FreezeRequest.parser(), AccountsContract::freeze);
        call("Unfreeze", FreezeRequest.parser(), AccountsContract::unfreeze);
        read(
                "Keys",
                AccountKey.parser(),
                (key, _, state) -> KeyHistory.newBuilder()
                        .addAllKeys(AccountKeys.history(need(state, key.getId()), state))
                        .build());
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
        AccountKeys.publicKey(context.suite(), made.getPublicKey());
        Rules.arguments(made.getKeysCount() == 0, "the windows of keys are given", "the contract fills them in");
        Rules.arguments(!made.hasFrozen(), "the account is made frozen", "register it, then freeze it");
        Rules.need(
                state.of(OrganisationsContract.NAME)
                        .get("org/" + made.getOrganisation())
                        .isPresent(),
                NotarizationErrors.NOT_FOUND,
                "the organisation " + made.getOrganisation() + " is not registered",
                "register the organisation first");
        if (!made.getCertificateHash().isEmpty()) {
            CertificatesContract.good(state.of(CertificatesContract.NAME), made.getCertificateHash());
        }
        String key = "account/" + made.getId();
        Rules.need(
                state.get(key).isEmpty(),
                NotarizationErrors.EXISTS,
                "the account " + made.getId() + " exists",
                "a new name is needed");
        AccountRecord _ = AccountKeys.changed(made, context, state);
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
                        + " only supervisors give the roles SUPERVISOR, CONSOLE and AUTHORITY");
    }

    private static AccountRecord nameCertificate(
            NameCertificateRequest asked, CallContext context, ContractState state) {
        AccountRecord record = need(state, asked.getAccount());
        boolean first = context.sender().id().equals(record.getId())
                && record.getCertificateHash().isEmpty();
        if (!first) {
            allowedOver(record, context.sender());
        }
        CertificatesContract.good(state.of(CertificatesContract.NAME), asked.getCertificateHash());
        return AccountKeys.changed(
                record.toBuilder()
                        .setCertificateHash(asked.getCertificateHash())
                        .build(),
                context,
                state);
    }

    private static AccountRecord freeze(FreezeRequest asked, CallContext context, ContractState state) {
        AccountRecord record = need(state, asked.getAccount());
        allowedOver(record, context.sender());
        Rules.text("reason", asked.getReason(), 1, 200);
        Rules.need(
                !record.hasFrozen(),
                NotarizationErrors.WRONG_STATE,
                record.getId() + " is frozen since block " + record.getFrozen().getHeight(),
                "unfreeze it first, to freeze it for another reason");
        Freezing frozen = Freezing.newBuilder()
                .setHeight(context.height())
                .setAccount(context.sender().id())
                .setReason(asked.getReason())
                .setBySupervisor(context.sender().has(Account.Role.SUPERVISOR))
                .build();
        return AccountKeys.changed(record.toBuilder().setFrozen(frozen).build(), context, state);
    }

    private static AccountRecord unfreeze(FreezeRequest asked, CallContext context, ContractState state) {
        AccountRecord record = need(state, asked.getAccount());
        allowedOver(record, context.sender());
        Rules.text("reason", asked.getReason(), 1, 200);
        Rules.need(
                record.hasFrozen(),
                NotarizationErrors.WRONG_STATE,
                record.getId() + " is not frozen",
                "name an account that is");
        Rules.allowed(
                !record.getFrozen().getBySupervisor() || context.sender().has(Account.Role.SUPERVISOR),
                context.sender(),
                "a supervisor lifts what a supervisor froze");
        return AccountKeys.changed(record.toBuilder().clearFrozen().build(), context, state);
    }

    static AccountRecord need(ReadableState accounts, String id) {
        return need(accounts, "account/" + id, AccountRecord.parser(), "account");
    }

    /// Who may replace the key or the certificate of somebody else's account, or freeze it.
    static void allowedOver(AccountRecord record, Account sender) {
        boolean high = record.getRolesList().stream().anyMatch(ABOVE_DEPARTMENTS::contains);
        boolean own =
                sender.has(Account.Role.ADMINISTRATOR) && sender.organisation().equals(record.getOrganisation());
        Rules.allowed(
                !sender.id().equals(record.getId()) && (sender.has(Account.Role.SUPERVISOR) || own && !high),
                sender,
                "another administrator of the account's organisation does, or a supervisor; over accounts with"
                        + " the roles SUPERVISOR, CONSOLE and AUTHORITY another supervisor");
    }

    @Override
    public Optional<ContractRejection> barred(String accountId, long height, ReadableState state) {
        Optional<AccountRecord> found = read(accountId, state).map(ReadAccounts.Read::record);
        Optional<ContractRejection> frozen = found.filter(AccountRecord::hasFrozen)
                .map(AccountRecord::getFrozen)
                .filter(freezing -> freezing.getHeight() < height)
                .map(freezing -> Rules.rejection(
                        AccountErrors.ACCOUNT_FROZEN,
                        accountId + " is frozen since block " + freezing.getHeight() + " by " + freezing.getAccount()
                                + " (" + freezing.getReason() + ")",
                        "have " + (freezing.getBySupervisor() ? "a supervisor" : "an administrator") + " unfreeze it"));
        return frozen.isPresent() ? frozen : revoked(found, accountId, height, state);
    }

    private static Optional<ContractRejection> revoked(
            Optional<AccountRecord> found, String accountId, long height, ReadableState state) {
        return found.filter(record -> !record.getCertificateHash().isEmpty())
                .flatMap(record -> CertificatesContract.revocation(
                                state.of(CertificatesContract.NAME), record.getCertificateHash())
                        .filter(revocation -> revocation.getHeight() < height)
                        .map(revocation -> Rules.rejection(
                                AccountErrors.CERTIFICATE_REVOKED,
                                "the certificate of " + accountId + " was revoked in block " + revocation.getHeight()
                                        + " (" + revocation.getReason() + ")",
                                "have an administrator name a new certificate for the account")));
    }

    @Override
    public Optional<Account> find(String accountId, ReadableState state) {
        return read(accountId, state).map(ReadAccounts.Read::account);
    }

    private Optional<ReadAccounts.Read> read(String accountId, ReadableState state) {
        return state.of(NAME).get("account/" + accountId).map(known::read);
    }

    static Optional<AccountRecord> record(ReadableState accounts, String id) {
        return accounts.get("account/" + id).map(value -> stored(AccountRecord.parser(), value));
    }

    static Account account(AccountRecord record) {
        Set<Account.Role> roles = EnumSet.noneOf(Account.Role.class);
        record.getRolesList().forEach(role -> roles.add(Account.Role.valueOf(role.name())));
        return new Account(record.getId(), record.getOrganisation(), roles, AccountKeys.of(record));
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
