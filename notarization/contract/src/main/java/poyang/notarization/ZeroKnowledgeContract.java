package poyang.notarization;

import com.google.protobuf.ByteString;
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
import poyang.kernel.PoyangException;
import poyang.wire.schema.Empty;
import poyang.wire.schema.ProofId;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofKeyList;
import poyang.wire.schema.ProofKeyVersion;
import poyang.wire.schema.ProofSystem;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.ProofWork;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.VerificationKey;

/// Verification keys by name and version, and proofs that every node verifies. Because every node does,
/// work is metered: a limit for a transaction, which is known before anything is computed, and one for a
/// department and hour. A proof that does not hold is charged for as one that does.
///
/// State: `key/ORGANISATION/NAME/VERSION` (version in 8 decimal digits) → ProofKey, `proof/ID` →
/// StoredProof, `work/ORGANISATION` → ProofWork, `once/KEY/VERSION/VALUE` → the id of the proof.
public final class ZeroKnowledgeContract extends ServiceContract {
    static final String NAME = "poyang.v1.ZeroKnowledge";
    static final long TRANSACTION_UNITS_MAX = 1_000;
    static final long HOUR_UNITS_MAX = 100_000;
    private static final int KEY_BYTES_MAX = 65_536;
    private static final int PROOF_BYTES_MAX = 8_192;
    private static final int COMMITMENT_BYTES_MAX = 8_192;
    private static final int PUBLIC_MAX = 1_000;
    private static final int DIGITS_MAX = 100;
    private static final int HOUR_MILLIS = 3_600_000;

    public ZeroKnowledgeContract() {
        super(NAME);
        call("Register", ProofKey.parser(), ZeroKnowledgeContract::register);
        call("Withdraw", ProofKeyVersion.parser(), ZeroKnowledgeContract::withdraw);
        call("Verify", VerifyRequest.parser(), ZeroKnowledgeContract::verify);
        read("GetKey", ProofKeyVersion.parser(), (key, _, state) -> key(state, key.getId(), key.getVersion()));
        read(
                "ListKeys",
                Empty.parser(),
                (_, _, state) -> ProofKeyList.newBuilder()
                        .addAllKeys(all(state, "key/", ProofKey.parser()))
                        .build());
        read(
                "GetProof",
                ProofId.parser(),
                (id, _, state) -> need(state, "proof/" + id.getId(), StoredProof.parser(), "proof"));
    }

    private static String stateKey(String id, int version) {
        return String.format(Locale.ROOT, "key/%s/%08d", id, version);
    }

    static ProofKey key(ReadableState any, String id, int version) {
        return need(any.of(NAME), stateKey(id, version), ProofKey.parser(), "verification key");
    }

    /// A key under which proofs can be kept now.
    static ProofKey standing(String id, int version, ReadableState any) {
        ProofKey found = key(any, id, version);
        needStanding(found);
        return found;
    }

    private static Empty register(ProofKey made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.OWNER) && sender.organisation().equals(made.getOrganisation()),
                sender,
                "an owner registers verification keys of the own organisation");
        Rules.owned("id", made.getId(), made.getOrganisation());
        Rules.prose("statement", made.getStatement(), 1, 2000);
        Rules.arguments(
                made.getKey().length() <= KEY_BYTES_MAX && made.getPublicNamesCount() <= PUBLIC_MAX,
                "the key has " + made.getKey().length() + " characters and " + made.getPublicNamesCount()
                        + " names of public values",
                "at most " + KEY_BYTES_MAX + " and " + PUBLIC_MAX + " are needed");
        Rules.arguments(
                made.getCommitment().length() <= COMMITMENT_BYTES_MAX,
                "the commitment has " + made.getCommitment().length() + " characters",
                "at most " + COMMITMENT_BYTES_MAX + " are needed");
        made.getPublicNamesList().forEach(name -> Rules.text("public_names", name, 1, 80));
        Rules.arguments(
                made.getOnce() >= 0 && made.getOnce() <= made.getPublicNamesCount(),
                "the public value that may be used once is number " + made.getOnce(),
                "one of the " + made.getPublicNamesCount() + " public values, or 0, is needed");
        Rules.arguments(made.getVersion() >= 1, "versions begin with 1", "the next version is needed");
        Rules.need(
                state.get(stateKey(made.getId(), made.getVersion())).isEmpty(),
                NotarizationErrors.EXISTS,
                "version " + made.getVersion() + " of " + made.getId() + " exists",
                "the next version is needed");
        Rules.arguments(
                made.getVersion() == 1
                        || state.get(stateKey(made.getId(), made.getVersion() - 1))
                                .isPresent(),
                "the version before " + made.getVersion() + " is not there",
                "the next version is needed");
        VerificationKey read = parse(made);
        Rules.arguments(
                read.publicValues() == made.getPublicNamesCount(),
                "the key has " + read.publicValues() + " public values and " + made.getPublicNamesCount() + " names",
                "a name for each public value is needed");
        Rules.arguments(
                read.cost() <= TRANSACTION_UNITS_MAX,
                "a verification costs " + read.cost() + " units",
                "at most " + TRANSACTION_UNITS_MAX + " are needed; hash public values into one");
        charge(read.cost(), context, state);
        put(
                made.toBuilder()
                        .setCurve(read.curve().toString())
                        .setCost((int) read.cost())
                        .setWithdrawn(false)
                        .setRegisteredHeight(context.height())
                        .setRegisteredMillis(context.timestampMillis())
                        .setKeyHash(ChainBytes.sm3(ByteString.copyFromUtf8(made.getKey())))
                        .build(),
                context,
                state);
        return Empty.getDefaultInstance();
    }

    private static VerificationKey parse(ProofKey key) {
        VerificationKey.Kind system = switch (key.getSystem()) {
            case GROTH16 -> VerificationKey.Kind.GROTH16;
            case PLONK -> VerificationKey.Kind.PLONK;
            case PROOF_SYSTEM_UNSPECIFIED, UNRECOGNIZED ->
                throw Rules.rejection(
                        NotarizationErrors.BAD_ARGUMENTS,
                        "the key names no proof system",
                        "one of " + ProofSystem.GROTH16 + ", " + ProofSystem.PLONK + " is needed");
        };
        try {
            return VerificationKey.read(system, key.getKey());
        } catch (PoyangException e) {
            throw Rules.rejection(
                    NotarizationErrors.BAD_ARGUMENTS,
                    "the text is no verification key of " + key.getSystem(),
                    "the file that the set-up wrote is needed; zkp verify says what is wrong with it");
        }
    }

    private static void put(ProofKey key, CallContext context, ContractState state) {
        String at = stateKey(key.getId(), key.getVersion());
        state.put(at, key.toByteArray());
        context.emit(new ContractEvent("proof-keys.changed", at, Bytes.wrap(key.toByteArray()), List.of()));
    }

    private static Empty withdraw(ProofKeyVersion named, CallContext context, ContractState state) {
        ProofKey found = key(state, named.getId(), named.getVersion());
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.OWNER) && sender.organisation().equals(found.getOrganisation()),
                sender,
                "an owner withdraws verification keys of the own organisation");
        needStanding(found);
        put(found.toBuilder().setWithdrawn(true).build(), context, state);
        return Empty.getDefaultInstance();
    }

    private static void needStanding(ProofKey key) {
        Rules.need(
                !key.getWithdrawn(),
                NotarizationErrors.WRONG_STATE,
                "version " + key.getVersion() + " of " + key.getId() + " is withdrawn",
                "a version that stands is needed");
    }

    private static ProofVerdict verify(VerifyRequest request, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.OWNER) || sender.has(Role.ANALYST) || sender.has(Role.EXECUTOR),
                sender,
                "an owner, analyst or executor has proofs verified");
        ProofKey key = key(state, request.getKey(), request.getVersion());
        needStanding(key);
        Rules.arguments(
                request.getProof().length() <= PROOF_BYTES_MAX
                        && request.getPublicValuesCount() == key.getPublicNamesCount()
                        && request.getPublicValuesList().stream().allMatch(value -> value.length() <= DIGITS_MAX),
                "the proof has " + request.getProof().length() + " characters and " + request.getPublicValuesCount()
                        + " public values",
                "at most " + PROOF_BYTES_MAX + ", and " + key.getPublicNamesCount() + " of up to " + DIGITS_MAX
                        + " digits, are needed");
        Rules.arguments(
                Integer.compareUnsigned(key.getCost(), request.getCostLimit()) <= 0,
                "a verification costs " + key.getCost() + " units, the limit is "
                        + Integer.toUnsignedString(request.getCostLimit()),
                "a limit of at least " + key.getCost() + " is needed");
        Rules.need(
                key.getOnce() == 0 || state.get(onceKey(key, request)).isEmpty(),
                NotarizationErrors.EXISTS,
                "a public value that may be used once was used before under this key",
                "a proof with a value of its own is needed");
        charge(key.getCost(), context, state);
        ProofVerdict.Builder verdict = ProofVerdict.newBuilder().setCost(key.getCost());
        return switch (parse(key).verify(request.getProof(), request.getPublicValuesList())) {
            case Verdict.Invalid(String reason) -> verdict.setReason(reason).build();
            case Verdict.Valid() ->
                verdict.setValid(true).setId(keep(key, request, context, state)).build();
        };
    }

    private static String onceKey(ProofKey key, VerifyRequest request) {
        return "once/" + key.getId() + "/" + key.getVersion() + "/" + request.getPublicValues(key.getOnce() - 1);
    }

    private static String keep(ProofKey key, VerifyRequest request, CallContext context, ContractState state) {
        String id = context.transactionId().hex();
        if (key.getOnce() > 0) {
            state.put(onceKey(key, request), Bytes.utf8(id).toArray());
        }
        StoredProof kept = StoredProof.newBuilder()
                .setId(id)
                .setKey(key.getId())
                .setVersion(key.getVersion())
                .setProof(request.getProof())
                .addAllPublicValues(request.getPublicValuesList())
                .setAccount(context.sender().id())
                .setOrganisation(context.sender().organisation())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .setKeyHash(key.getKeyHash())
                .build();
        state.put("proof/" + id, kept.toByteArray());
        context.emit(new ContractEvent("proofs.verified", id, Bytes.wrap(kept.toByteArray()), List.of()));
        return id;
    }

    /// Counts work against the department's hour.
    private static void charge(long units, CallContext context, ContractState state) {
        String at = "work/" + context.sender().organisation();
        long hour = context.timestampMillis() / HOUR_MILLIS;
        long before = state.get(at)
                .map(value -> stored(ProofWork.parser(), value))
                .filter(work -> work.getHour() == hour)
                .map(ProofWork::getUnits)
                .orElse(0L);
        Rules.need(
                before + units <= HOUR_UNITS_MAX,
                NotarizationErrors.POLICY_FORBIDS,
                "the department has had " + before + " units of verification in this hour, and this is " + units,
                "wait for the next hour: " + HOUR_UNITS_MAX + " are allowed in one");
        state.put(
                at,
                ProofWork.newBuilder()
                        .setHour(hour)
                        .setUnits(before + units)
                        .build()
                        .toByteArray());
    }

    /// Refuses a receipt that points at a proof which is not there, or is another department's.
    static StoredProof needProof(String id, String organisation, ReadableState any) {
        Optional<StoredProof> found = any.of(NAME).get("proof/" + id).map(value -> stored(StoredProof.parser(), value));
        Rules.need(
                found.isPresent() && found.get().getOrganisation().equals(organisation),
                NotarizationErrors.NOT_FOUND,
                "the receipt points at a proof that " + organisation + " has not had verified",
                "have the proof verified first");
        return found.get();
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return seesAll(reader) || key.startsWith("key/") || key.startsWith("proof/");
    }
}
