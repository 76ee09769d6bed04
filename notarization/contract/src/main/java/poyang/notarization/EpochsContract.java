package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.EpochDirectory;
import poyang.chain.contract.ReadableState;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochReadiness;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.EpochsStatus;
import poyang.wire.schema.ReadyValidator;
import poyang.wire.schema.StoredProposal;

/// What the next epoch is to be, and who is ready for it. State: `proposal` → StoredProposal; `epoch/NUMBER`
/// (16 hexadecimal digits) → the canonical form of an epoch that is due: the block that wrote it is the last of
/// the epoch before. Emits `epochs.proposed`, `epochs.withdrawn`, `epochs.ready` and `epochs.due` (key: the
/// epoch's number, payload: StoredProposal) to everybody.
public final class EpochsContract extends ServiceContract implements EpochDirectory {
    static final String NAME = EpochLink.CONTRACT;
    private static final String PROPOSAL = "proposal";
    private static final int MOST_VALIDATORS = 256;

    public EpochsContract() {
        super(NAME);
        call("Propose", EpochProposal.parser(), EpochsContract::propose);
        call("Withdraw", EpochWithdrawal.parser(), EpochsContract::withdraw);
        call("Attest", EpochReadiness.parser(), EpochsContract::attest);
        read("Status", Empty.parser(), (_, _, state) -> status(state));
    }

    private static Empty propose(EpochProposal proposal, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.has(Role.SUPERVISOR), sender, "supervisors propose epochs");
        Epoch present = Epoch.decode(context.epoch().toArray());
        Rules.arguments(
                proposal.getNumber() == present.number() + 1,
                "the proposal is for epoch " + Long.toUnsignedString(proposal.getNumber()),
                "the epoch after the present one, " + (present.number() + 1) + ", is needed");
        notDue(present.number() + 1, state);
        Epoch next = epoch(proposal, context);
        ReadableState nodes = state.of(NodesContract.NAME);
        next.validators()
                .forEach(validator -> NodesContract.needFree(validator.id().name(), nodes));
        Rules.arguments(
                !next.equals(new Epoch(
                        next.number(),
                        present.engine(),
                        present.quorum(),
                        present.blockTimeMillis(),
                        present.validators())),
                "the proposed epoch is as the present one",
                "another engine, block time or validator is needed");
        StoredProposal stored = StoredProposal.newBuilder()
                .setEpoch(ChainBytes.of(next.encoded()))
                .setProposer(sender.id())
                .setHeight(context.height())
                .build();
        state.put(PROPOSAL, stored.toByteArray());
        announce("epochs.proposed", next.number(), stored, context);
        return Empty.getDefaultInstance();
    }

    private static void notDue(long number, ReadableState state) {
        Rules.need(
                state.get(EpochLink.key(number)).isEmpty(),
                NotarizationErrors.WRONG_STATE,
                "epoch " + number + " is due already",
                "wait until it has begun");
    }

    private static Epoch epoch(EpochProposal proposal, CallContext context) {
        int count = proposal.getValidatorsCount();
        Rules.arguments(
                count > 0 && count <= MOST_VALIDATORS && Epoch.engineFor(proposal.getEngine(), count),
                "the engine " + Rules.quoted(proposal.getEngine()) + " cannot run with " + count + " validators",
                "bft or raft with 1 to " + MOST_VALIDATORS + " validators, or single with one, is needed");
        Rules.arguments(
                Epoch.sensible(proposal.getBlockTimeMillis()),
                "the block time is " + proposal.getBlockTimeMillis() + " ms",
                "20 to 60,000 ms are possible");
        List<Validator> validators = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        TreeSet<Bytes> keys = new TreeSet<>();
        for (EpochValidator each : proposal.getValidatorsList()) {
            Rules.name("validators.id", each.getId());
            VerificationKey key = key(each);
            Rules.arguments(
                    key.suite() == context.suite(),
                    "the key of " + each.getId() + " is of another suite",
                    "a key of the chain's suite is needed");
            Rules.arguments(
                    names.add(each.getId()) && keys.add(key.encoded()),
                    "a name or key stands twice: " + Rules.quoted(each.getId()),
                    "each validator once is needed");
            validators.add(new Validator(new PartyId(each.getId()), key));
        }
        return Epoch.of(proposal.getNumber(), proposal.getEngine(), proposal.getBlockTimeMillis(), validators);
    }

    private static VerificationKey key(EpochValidator of) {
        try {
            return VerificationKey.decode(of.getPublicKey().toByteArray());
        } catch (PoyangException e) {
            throw Rules.rejection(NotarizationErrors.BAD_ARGUMENTS, "the key of " + of.getId() + " is none", e.right());
        }
    }

    private static Empty withdraw(EpochWithdrawal withdrawal, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.has(Role.SUPERVISOR), sender, "supervisors take proposals back");
        StoredProposal stored = proposal(state);
        Epoch next = Epoch.decode(stored.getEpoch().toByteArray());
        Rules.arguments(
                withdrawal.getNumber() == next.number(),
                "epoch " + next.number() + " is what is proposed",
                "its number is needed");
        state.delete(PROPOSAL);
        announce("epochs.withdrawn", next.number(), stored, context);
        return Empty.getDefaultInstance();
    }

    private static StoredProposal proposal(ReadableState state) {
        return need(state, PROPOSAL, StoredProposal.parser(), "proposal");
    }

    private static Empty attest(EpochReadiness word, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.isValidator(), sender, "validators say that they are ready");
        String name = sender.id().substring(Account.VALIDATORS.length() + 1);
        StoredProposal stored = proposal(state);
        Epoch next = Epoch.decode(stored.getEpoch().toByteArray());
        Bytes hash = context.suite().hash(stored.getEpoch().toByteArray());
        Rules.need(
                next.number() == Epoch.decode(context.epoch().toArray()).number() + 1,
                NotarizationErrors.WRONG_STATE,
                "the proposal is for epoch " + next.number() + ", which another one has taken the place of",
                "a new proposal is needed");
        Rules.arguments(
                ChainBytes.bytes(word.getEpochHash()).equals(hash),
                "the word is about another epoch than the one that is proposed",
                "the digest of the proposed epoch's canonical form is needed");
        Rules.arguments(
                word.getHeight() >= stored.getHeight() && word.getHeight() < context.height(),
                "the sender has blocks up to " + Long.toUnsignedString(word.getHeight()),
                "the block of the proposal is needed at least");
        signed(word, next, name, context);
        if (stored.getReadyList().stream()
                .anyMatch(ready -> ready.getValidator().equals(name))) {
            return Empty.getDefaultInstance();
        }
        StoredProposal now = stored.toBuilder()
                .addReady(ReadyValidator.newBuilder()
                        .setValidator(name)
                        .setHeight(word.getHeight())
                        .setTrialMicros(word.getTrialMicros()))
                .build();
        if (3 * now.getReadyCount() > 2 * next.validators().size()) {
            state.put(EpochLink.key(next.number()), now.getEpoch().toByteArray());
            state.delete(PROPOSAL);
            announce("epochs.due", next.number(), now, context);
        } else {
            state.put(PROPOSAL, now.toByteArray());
            announce("epochs.ready", next.number(), now, context);
        }
        return Empty.getDefaultInstance();
    }

    private static void signed(EpochReadiness word, Epoch next, String name, CallContext context) {
        Optional<Validator> member = next.find(new PartyId(name));
        Bytes hash = ChainBytes.bytes(word.getEpochHash());
        boolean holds = word.getSignature().size() == Signature.ENCODED_BYTES
                && member.filter(validator -> validator
                                .publicKey()
                                .verify(
                                        EpochLink.readiness(context.chainId(), hash, name, word.getHeight())
                                                .toArray(),
                                        Signature.decode(word.getSignature().toByteArray())))
                        .isPresent();
        Rules.arguments(
                holds,
                member.isEmpty()
                        ? Rules.quoted(name) + " is no validator of the proposed epoch"
                        : "the word is not signed with the key that the proposal names for " + Rules.quoted(name),
                "a validator of the proposed epoch, with its key there, is needed");
    }

    private static void announce(String topic, long number, StoredProposal payload, CallContext context) {
        context.emit(new ContractEvent(topic, Long.toString(number), Bytes.wrap(payload.toByteArray()), List.of()));
    }

    private static EpochsStatus status(ReadableState state) {
        EpochsStatus.Builder status = EpochsStatus.newBuilder();
        state.get(PROPOSAL)
                .map(value -> stored(StoredProposal.parser(), value))
                .ifPresent(found -> status.setProposed(found.getEpoch())
                        .setProposer(found.getProposer())
                        .addAllReady(found.getReadyList()));
        return status.build();
    }

    @Override
    public Optional<Bytes> due(long number, ReadableState state) {
        return state.of(NAME).get(EpochLink.key(number)).map(Bytes::wrap);
    }

    @Override
    public Optional<Bytes> proposed(ReadableState state) {
        return open(state).map(found -> ChainBytes.bytes(found.getEpoch()));
    }

    @Override
    public boolean ready(String validator, ReadableState state) {
        return open(state).stream()
                .flatMap(found -> found.getReadyList().stream())
                .anyMatch(ready -> ready.getValidator().equals(validator));
    }

    /// Refuses a node that the next epoch is to name, as long as that is under way.
    ///
    /// @param epochs this contract's state
    static void needNoNextWith(String node, CallContext context, ReadableState epochs) {
        long number = Epoch.decode(context.epoch().toArray()).number() + 1;
        boolean named = epochs.get(PROPOSAL).stream()
                .map(value -> Epoch.decode(
                        stored(StoredProposal.parser(), value).getEpoch().toByteArray()))
                .anyMatch(next -> next.find(new PartyId(node)).isPresent());
        Rules.need(
                !named && epochs.get(EpochLink.key(number)).isEmpty(),
                NotarizationErrors.WRONG_STATE,
                "epoch " + number + " is under way, and may need " + Rules.quoted(node),
                "withdraw the proposal, or wait until the epoch has begun");
    }

    private static Optional<StoredProposal> open(ReadableState state) {
        return state.of(NAME).get(PROPOSAL).map(value -> stored(StoredProposal.parser(), value));
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
