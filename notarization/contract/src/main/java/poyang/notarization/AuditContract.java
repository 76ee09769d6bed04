package poyang.notarization;

import java.util.List;
import java.util.Locale;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.kernel.Bytes;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.AuditAnchorList;
import poyang.wire.schema.AuditKey;
import poyang.wire.schema.Empty;
import poyang.wire.schema.StoredAnchor;

/// Anchors of processes' audit logs. State: `anchor/ORGANISATION/NAME/PROCESS/SEQUENCE` (16 hexadecimal
/// digits) and `last/ORGANISATION/NAME/PROCESS` → StoredAnchor. Emits `audit.anchored` (key: account and
/// process, payload: StoredAnchor) to the organisation.
public final class AuditContract extends ServiceContract {
    static final String NAME = "poyang.v1.Audit";

    public AuditContract() {
        super(NAME);
        call("Anchor", AuditAnchor.parser(), AuditContract::anchor);
        read("List", AuditKey.parser(), (key, reader, state) -> {
            if (!sees(reader, key.getAccount())) {
                throw notFound("audit log");
            }
            String prefix = "anchor/" + key.getAccount() + "/" + key.getProcess() + "/";
            return AuditAnchorList.newBuilder()
                    .addAllAnchors(all(state, prefix, StoredAnchor.parser()))
                    .build();
        });
    }

    private static Empty anchor(AuditAnchor made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.EXECUTOR) || sender.has(Role.CONSOLE),
                sender,
                "executors and consoles anchor their audit logs");
        Rules.name("process", made.getProcess());
        Rules.hash("head", made.getHead());
        String log = sender.id() + "/" + made.getProcess();
        long last = state.get("last/" + log)
                .map(value -> stored(StoredAnchor.parser(), value).getAnchor().getSequence())
                .orElse(0L);
        Rules.arguments(
                made.getSequence() > last,
                "the sequence " + made.getSequence() + " does not rise above " + last,
                "anchor the log's head after more records, and never an older one");
        StoredAnchor kept = StoredAnchor.newBuilder()
                .setAnchor(made)
                .setAccount(sender.id())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        state.put(String.format(Locale.ROOT, "anchor/%s/%016x", log, made.getSequence()), kept.toByteArray());
        state.put("last/" + log, kept.toByteArray());
        context.emit(new ContractEvent(
                "audit.anchored", log, Bytes.wrap(kept.toByteArray()), List.of(sender.organisation())));
        return Empty.getDefaultInstance();
    }

    private static boolean sees(Account reader, String account) {
        return seesAll(reader) || account.startsWith(reader.organisation() + "/");
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return sees(reader, key.substring(key.indexOf('/') + 1));
    }
}
