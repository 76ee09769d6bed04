package poyang.notarization;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
import poyang.wire.schema.FollowRight;
import poyang.wire.schema.StoredAnchor;

/// Anchors of processes' audit logs. State: `anchor/ORGANISATION/NAME/PROCESS/SEQUENCE` (16 hexadecimal
/// digits) and `last/ORGANISATION/NAME/PROCESS` → StoredAnchor. Emits `audit.anchored` (key: account and
/// process, payload: StoredAnchor) to the organisation. `follower/ACCOUNT` → FollowRight, for everybody to read.
public final class AuditContract extends ServiceContract {
    static final String NAME = "poyang.v1.Audit";

    private static final String FOLLOWER = "follower/";

    /// A process anchors every minute; for so long its word counts.
    static final long FRESH_MILLIS = 180_000;

    public AuditContract() {
        super(NAME);
        call("Anchor", AuditAnchor.parser(), AuditContract::anchor);
        call("Follow", Empty.parser(), AuditContract::follow);
        read("List", AuditKey.parser(), (key, reader, state) -> {
            if (!sees(reader, key.getAccount())) {
                throw notFound("audit log");
            }
            String prefix = "anchor/" + key.getAccount() + "/" + key.getProcess() + "/";
            return AuditAnchorList.newBuilder()
                    .addAllAnchors(all(state, prefix, StoredAnchor.parser()))
                    .build();
        });
        read(
                "Latest",
                Empty.parser(),
                (_, reader, state) -> AuditAnchorList.newBuilder()
                        .addAllAnchors(all(state, "last/", StoredAnchor.parser()).stream()
                                .filter(last -> sees(reader, last.getAccount()))
                                .toList())
                        .build());
    }

    /// Refuses what a compute node says while its audit log is not anchored.
    static void needAnchored(CallContext context, ReadableState state) {
        String log = context.sender().id() + "/executor";
        Optional<StoredAnchor> last =
                state.of(NAME).get("last/" + log).map(value -> stored(StoredAnchor.parser(), value));
        Rules.need(
                last.filter(anchor -> !anchor.getAnchor().getStopping()
                                && context.timestampMillis() - anchor.getMillis() <= FRESH_MILLIS)
                        .isPresent(),
                NotarizationErrors.AUDIT_NOT_ANCHORED,
                "the audit log " + log + " has no anchor of the last " + FRESH_MILLIS / 1000 + " seconds",
                "anchor its head first, with the record of what is about to be said");
    }

    private static Empty anchor(AuditAnchor made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.EXECUTOR) || sender.has(Role.CONSOLE) || sender.isValidator(),
                sender,
                "executors, consoles and validators anchor their audit logs");
        Rules.name("process", made.getProcess());
        Rules.hash("head", made.getHead());
        String log = sender.id() + "/" + made.getProcess();
        Optional<AuditAnchor> last = state.get("last/" + log)
                .map(value -> stored(StoredAnchor.parser(), value).getAnchor());
        long reached = last.map(AuditAnchor::getSequence).orElse(0L);
        boolean again = last.isPresent() && made.getSequence() == reached;
        Rules.arguments(
                made.getSequence() > reached || again,
                "the sequence " + made.getSequence() + " lies below " + reached,
                "anchor the log's head, and never an older one");
        Rules.arguments(
                !again || made.getHead().equals(last.get().getHead()),
                "record " + reached + " was anchored with another chain value",
                "a log that was written anew cannot be anchored; start a new one under another process name");
        StoredAnchor kept = StoredAnchor.newBuilder()
                .setAnchor(made)
                .setAccount(sender.id())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        if (!again) {
            state.put(String.format(Locale.ROOT, "anchor/%s/%016x", log, made.getSequence()), kept.toByteArray());
        }
        state.put("last/" + log, kept.toByteArray());
        context.emit(new ContractEvent(
                "audit.anchored", log, Bytes.wrap(kept.toByteArray()), List.of(sender.organisation())));
        return Empty.getDefaultInstance();
    }

    private static FollowRight follow(Empty nothing, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.has(Role.SUPERVISOR), sender, "supervisors follow audit logs");
        FollowRight right = FollowRight.newBuilder()
                .setAccount(sender.id())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        state.put(FOLLOWER + sender.id(), right.toByteArray());
        context.emit(new ContractEvent("audit.follower", sender.id(), Bytes.wrap(right.toByteArray()), List.of()));
        return right;
    }

    private static boolean sees(Account reader, String account) {
        return seesAll(reader) || account.startsWith(reader.organisation() + "/");
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return key.startsWith(FOLLOWER) || sees(reader, key.substring(key.indexOf('/') + 1));
    }
}
