package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.KeyWindow;
import poyang.chain.contract.ReadableState;
import poyang.chain.contract.SystemContract;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;

/// A contract for the node's own tests, on the messages of accounts: `Register` makes an account, `Note`
/// keeps a title under its id once, `Break` fails by its own mistake after it wrote.
public final class Notes implements SystemContract, AccountDirectory {
    public static final String NAME = "test.Notes";
    static final ErrorCode TAKEN = new ErrorCode("NOTE_TAKEN", 5999, ErrorCode.Category.BAD_INPUT);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte[] execute(String method, byte[] arguments, CallContext context, ContractState state) {
        AccountRecord record = parse(arguments);
        switch (method) {
            case "Register" -> state.put("account/" + record.getId(), arguments);
            case "Note" -> {
                String key = "note/" + record.getId();
                if (state.get(key).isPresent()) {
                    throw new ContractRejection(TAKEN, "the note is there", "another id is needed");
                }
                state.put(key, arguments);
                context.emit(new ContractEvent(
                        "noted",
                        record.getId(),
                        Bytes.copyOf(arguments),
                        List.of(context.sender().organisation())));
            }
            case "Announce" -> announce(record, context);
            case "Break" -> {
                state.put("broken", arguments);
                throw new IllegalStateException("this contract is broken");
            }
            default -> throw new ContractRejection(TAKEN, "no method " + method, "Register, Note, Announce or Break");
        }
        return arguments;
    }

    /// What the contracts of evidence and jobs announce, for the index: a job whose state is the title.
    private static void announce(AccountRecord record, CallContext context) {
        String own = context.sender().organisation();
        EvidenceRecord evidence = EvidenceRecord.newBuilder()
                .setId(context.transactionId().slice(0, 16).hex())
                .setAccount(context.sender().id())
                .setSubject(record.getId())
                .build();
        Bytes payload = Bytes.wrap(evidence.toByteArray());
        context.emit(
                new ContractEvent("poyang.v1.Evidence", "evidence.recorded", evidence.getId(), payload, List.of(own)));
        Job job = Job.newBuilder()
                .setId(record.getId())
                .setSubmitter(context.sender().id())
                .addParties(JobParty.newBuilder().setOrganisation(own))
                .setState(JobState.valueOf(record.getTitle()))
                .build();
        context.emit(new ContractEvent(
                "poyang.v1.Jobs", "jobs.changed", job.getId(), Bytes.wrap(job.toByteArray()), List.of(own)));
    }

    @Override
    public byte[] read(String method, byte[] arguments, Account reader, ReadableState state) {
        return state.get("note/" + parse(arguments).getId())
                .orElseThrow(() -> new ContractRejection(TAKEN, "no such note", "a note's id"));
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return key.startsWith("note/");
    }

    @Override
    public Optional<Account> find(String accountId, ReadableState state) {
        return state.of(NAME).get("account/" + accountId).map(stored -> {
            AccountRecord record = parse(stored);
            Set<Role> roles = EnumSet.noneOf(Role.class);
            record.getRolesList().forEach(role -> roles.add(Role.valueOf(role.name())));
            List<KeyWindow> keys = record.getKeysCount() > 0
                    ? record.getKeysList().stream().map(Notes::window).toList()
                    : List.of(new KeyWindow(Bytes.wrap(record.getPublicKey().toByteArray()), 0, KeyWindow.NO_END));
            return new Account(record.getId(), record.getOrganisation(), roles, keys);
        });
    }

    private static KeyWindow window(poyang.wire.schema.KeyWindow window) {
        return new KeyWindow(
                Bytes.wrap(window.getPublicKey().toByteArray()),
                window.getFromHeight(),
                window.getUntilHeight() == 0 ? KeyWindow.NO_END : window.getUntilHeight());
    }

    /// An account is barred by the note that has its name.
    @Override
    public Optional<ContractRejection> barred(String accountId, long height, ReadableState state) {
        return state.of(NAME)
                .get("note/barred-" + accountId)
                .map(noted -> new ContractRejection(
                        AccountErrors.CERTIFICATE_REVOKED, "a note bars " + accountId, "another account is needed"));
    }

    private static AccountRecord parse(byte[] arguments) {
        try {
            return AccountRecord.parseFrom(arguments);
        } catch (InvalidProtocolBufferException e) {
            throw new ContractRejection(TAKEN, "malformed", "an AccountRecord");
        }
    }
}
