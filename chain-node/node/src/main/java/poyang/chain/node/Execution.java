package poyang.chain.node;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.sync.Outcome;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.SystemContract;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.LedgerTransaction;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.ledger.StateOverlay;
import poyang.chain.ledger.WriteSets;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.crypto.CryptoSuite;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Event;
import poyang.wire.schema.TransactionReceipt;

/// Runs ordered batches against the contracts; the same batch on the same state gives the same block on
/// every node.
///
/// A batch may come from a lying proposer, so what does not deserve a place in the block is left out by
/// rules that every node computes alike: malformed, for another chain, out of its time, replayed, from
/// an unknown account or not signed by it. Everything else gets a receipt, and an effect when the
/// contract agrees. What an account signed with a key that is not good at the block's height, or while it
/// is barred, was its own doing or a race, so its receipt says why it was refused.
final class Execution {
    private final Contracts contracts;
    private final Ledger ledger;
    private final Verified verified;
    private final Signers signers;

    Execution(Contracts contracts, Ledger ledger, Verified verified) {
        this.contracts = contracts;
        this.ledger = ledger;
        this.verified = verified;
        signers = new Signers(contracts);
    }

    /// Signatures that were checked at admission.
    interface Verified {
        /// What was found out about exactly these bytes.
        Optional<Pool.Waiting> find(Bytes item);
    }

    /// The state after the genesis' calls.
    ///
    /// @throws PoyangException `BAD_GENESIS`'s cause: what a contract refused
    static StateOverlay genesis(
            Contracts contracts, CryptoSuite suite, List<Genesis.Call> calls, long timestampMillis) {
        StateOverlay overlay = StateOverlay.overNothing();
        for (int i = 0; i < calls.size(); i++) {
            Genesis.Call call = calls.get(i);
            Bytes id = suite.hash(Bytes.utf8("poyang.genesis-call.v1:" + i).toArray());
            Context context = new Context(contracts, suite, Bytes.empty(), 0, timestampMillis, id, Account.GENESIS);
            overlay.begin();
            try {
                contracts
                        .find(call.contract())
                        .orElseThrow(() -> noContract(call.contract()))
                        .execute(
                                call.method(),
                                call.arguments().toArray(),
                                context,
                                new WriteState(overlay, call.contract()));
            } catch (ContractRejection e) {
                throw new PoyangException(
                        e.code(),
                        "call " + i + " of the genesis, " + call.contract() + "/" + call.method() + ": " + e.wrong(),
                        e.right());
            }
            overlay.accept();
        }
        return overlay;
    }

    /// The epoch with this number, when the last block made it due.
    Optional<Epoch> due(long number) {
        return contracts.due(number, ledger.head());
    }

    /// The next block is the first of an epoch.
    void enter(Epoch epoch) {
        contracts.enter(epoch);
    }

    /// Executes a batch as the block after the ledger's head; empty when nothing in it deserves a place.
    Optional<Block> run(List<Bytes> batch, long timestampMillis) {
        long height = ledger.height() + 1;
        StateOverlay overlay = ledger.overlay();
        Set<LedgerKey> taken = new LinkedHashSet<>();
        List<LedgerTransaction> kept = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        List<Bytes> ids = new ArrayList<>();
        for (Candidate candidate : candidates(batch, overlay, height)) {
            SignedCall call = candidate.call();
            LedgerKey key = new LedgerKey(call.sender(), call.nonce());
            Optional<Account> sender = contracts.account(call.sender(), overlay);
            if (sender.isEmpty() || taken.contains(key)) {
                continue;
            }
            TransactionReceipt.Builder receipt = TransactionReceipt.newBuilder()
                    .setTransactionId(ByteString.copyFrom(call.id().toArray()))
                    .setHeight(height)
                    .setIndex(kept.size());
            switch (signers.judge(call, sender.get(), height, overlay, candidate.held(), candidate.failed())) {
                case Signers.Verdict.Unsigned() -> {
                    continue;
                }
                case Signers.Verdict.Refused(ContractRejection why) ->
                    refuse(receipt, why.code(), why.wrong(), why.right());
                case Signers.Verdict.Signed(VerificationKey _) ->
                    execute(call, sender.get(), overlay, receipt, timestampMillis);
            }
            boolean _ = taken.add(key);
            kept.add(call.entry());
            ids.add(call.id());
            receipts.add(Bytes.wrap(receipt.build().toByteArray()));
        }
        return kept.isEmpty()
                ? Optional.empty()
                : Optional.of(new Block(ledger.prepare(overlay, kept, receipts), ids, receipts));
    }

    /// The block after the ledger's head from what executing it is said to give; no contract is called. The caller
    /// compares its roots with those that a quorum attests.
    ///
    /// @return empty when who signed a transaction can only be told by executing those before it
    Optional<Block> adopt(List<Bytes> batch, Outcome outcome) {
        long height = ledger.height() + 1;
        StateOverlay before = ledger.overlay();
        List<Candidate> candidates = candidates(batch, before, height);
        boolean signed = candidates.size() == batch.size()
                && candidates.stream()
                        .allMatch(candidate -> contracts
                                .account(candidate.call().sender(), before)
                                .filter(account -> Signers.signed(account, candidate.held()))
                                .isPresent());
        if (!signed) {
            return Optional.empty();
        }
        List<LedgerTransaction> entries =
                candidates.stream().map(each -> each.call().entry()).toList();
        List<Bytes> ids = candidates.stream().map(each -> each.call().id()).toList();
        PreparedBlock prepared = WriteSets.prepare(ledger, outcome.writes(), entries, outcome.receipts());
        return Optional.of(new Block(prepared, ids, outcome.receipts()));
    }

    /// A block that is executed and not yet written.
    ///
    /// @param ids of its transactions, in order
    /// @param receipts of the same
    record Block(PreparedBlock prepared, List<Bytes> ids, List<Bytes> receipts) {}

    private record LedgerKey(String sender, Bytes nonce) {}

    /// A transaction that may have a place, and what admission or one equation over many said of its
    /// signature.
    ///
    /// @param held a key under which it holds
    /// @param failed a key under which it does not
    private record Candidate(
            SignedCall call,
            @Nullable VerificationKey held,
            @Nullable VerificationKey failed) {}

    /// Checks in one equation what admission did not. Accounts that change their key, or that an earlier
    /// transaction of the same batch makes, are checked one by one.
    private List<Candidate> candidates(List<Bytes> batch, StateOverlay state, long height) {
        List<Candidate> found = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        List<VerificationKey.Check> checks = new ArrayList<>();
        for (Candidate candidate : fresh(batch, height)) {
            SignedCall call = candidate.call();
            if (candidate.held() == null) {
                contracts
                        .account(call.sender(), state)
                        .flatMap(account -> Signers.onlyKey(account, height))
                        .ifPresent(only -> {
                            open.add(found.size());
                            checks.add(call.check(only));
                        });
            }
            found.add(candidate);
        }
        List<Boolean> verdicts = VerificationKey.verifyBatch(checks);
        for (int i = 0; i < open.size(); i++) {
            SignedCall call = found.get(open.get(i)).call();
            VerificationKey key = checks.get(i).key();
            found.set(open.get(i), verdicts.get(i) ? new Candidate(call, key, null) : new Candidate(call, null, key));
        }
        return found;
    }

    /// What is well formed, in its time and not executed before, with the keys that admission knows.
    private List<Candidate> fresh(List<Bytes> batch, long height) {
        List<Optional<Pool.Waiting>> known = batch.stream().map(verified::find).toList();
        List<Bytes> unknown = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            if (known.get(i).isEmpty()) {
                unknown.add(batch.get(i));
            }
        }
        Iterator<Optional<SignedCall>> parsed = SignedCall.fromBatch(
                        unknown, ledger.genesis().suite(), ledger.chainId())
                .iterator();
        List<Candidate> inTime = new ArrayList<>();
        for (Optional<Pool.Waiting> waiting : known) {
            Optional<Candidate> candidate = waiting.isPresent()
                    ? waiting.map(w -> new Candidate(w.call(), w.key(), null))
                    : parsed.next().map(call -> new Candidate(call, null, null));
            candidate.filter(c -> c.call().inTime(height)).ifPresent(inTime::add);
        }
        List<Boolean> seen = ledger.seen(
                inTime.stream().map(candidate -> candidate.call().entry()).toList());
        List<Candidate> fresh = new ArrayList<>();
        for (int i = 0; i < inTime.size(); i++) {
            if (!seen.get(i)) {
                fresh.add(inTime.get(i));
            }
        }
        return fresh;
    }

    private void execute(
            SignedCall call,
            Account sender,
            StateOverlay overlay,
            TransactionReceipt.Builder receipt,
            long timestampMillis) {
        String name = call.payload().getContract();
        Context context = new Context(
                contracts,
                ledger.genesis().suite(),
                ledger.chainId(),
                receipt.getHeight(),
                timestampMillis,
                call.id(),
                sender);
        overlay.begin();
        try {
            SystemContract contract = contracts.find(name).orElseThrow(() -> rejection(noContract(name)));
            byte[] result = contract.execute(
                    call.payload().getMethod(),
                    call.payload().getArguments().toByteArray(),
                    context,
                    new WriteState(overlay, name));
            overlay.accept();
            receipt.setResult(ByteString.copyFrom(result));
            context.events.forEach(event -> receipt.addEvents(event(name, event)));
        } catch (ContractRejection e) {
            overlay.reject();
            refuse(receipt, e.code(), e.wrong(), e.right());
        } catch (RuntimeException e) {
            // A contract's own mistake is the same on every node, and must not stop them all.
            overlay.reject();
            refuse(
                    receipt,
                    NodeErrors.CONTRACT_FAILED,
                    "the contract failed on this call",
                    "have the contract's maintainers look at transaction " + call.id());
        }
    }

    private static void refuse(TransactionReceipt.Builder receipt, ErrorCode code, String wrong, String right) {
        receipt.setCode(code.number()).setErrorName(code.name()).setWrong(wrong).setRight(right);
    }

    private static ContractRejection rejection(PoyangException e) {
        return new ContractRejection(e.code(), e.wrong(), e.right());
    }

    static PoyangException noContract(String name) {
        return new PoyangException(
                NodeErrors.NO_SUCH_CONTRACT,
                "there is no contract \"" + name + "\"",
                "the full name of a contract's service is needed, for example poyang.v1.Jobs");
    }

    private static Event event(String contract, ContractEvent event) {
        return Event.newBuilder()
                .setContract(event.contract().isEmpty() ? contract : event.contract())
                .setTopic(event.topic())
                .setKey(event.key())
                .setPayload(ByteString.copyFrom(event.payload().toArray()))
                .addAllVisibleTo(event.visibleTo())
                .build();
    }

    private static final class Context implements CallContext {
        private final Contracts contracts;
        private final CryptoSuite suite;
        private final Bytes chainId;
        private final long height;
        private final long timestampMillis;
        private final Bytes transactionId;
        private final Account sender;
        private final List<ContractEvent> events = new ArrayList<>();

        Context(
                Contracts contracts,
                CryptoSuite suite,
                Bytes chainId,
                long height,
                long timestampMillis,
                Bytes transactionId,
                Account sender) {
            this.contracts = contracts;
            this.suite = suite;
            this.chainId = chainId;
            this.height = height;
            this.timestampMillis = timestampMillis;
            this.transactionId = transactionId;
            this.sender = sender;
        }

        @Override
        public CryptoSuite suite() {
            return suite;
        }

        @Override
        public Bytes chainId() {
            return chainId;
        }

        @Override
        public Optional<Bytes> validatorKey(String name) {
            return contracts.validatorKey(name);
        }

        @Override
        public Bytes epoch() {
            return contracts.epoch();
        }

        @Override
        public long height() {
            return height;
        }

        @Override
        public long timestampMillis() {
            return timestampMillis;
        }

        @Override
        public Bytes transactionId() {
            return transactionId;
        }

        @Override
        public Account sender() {
            return sender;
        }

        @Override
        public void emit(ContractEvent event) {
            events.add(event);
        }
    }
}
