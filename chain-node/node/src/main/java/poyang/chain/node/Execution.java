package poyang.chain.node;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.SystemContract;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.LedgerTransaction;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.ledger.StateOverlay;
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
        /// True when exactly these bytes were checked under exactly this key.
        boolean holds(SignedCall call, VerificationKey key);
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
            Context context = new Context(suite, Bytes.empty(), 0, timestampMillis, id, Account.GENESIS);
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

    /// Executes a batch as the block after the ledger's head; empty when nothing in it deserves a place.
    Optional<PreparedBlock> run(List<Bytes> batch, long timestampMillis) {
        long height = ledger.height() + 1;
        StateOverlay overlay = ledger.overlay();
        List<SignedCall> candidates = candidates(batch, height);
        Map<Bytes, Tried> tried = checkAhead(candidates, overlay, height);
        List<LedgerTransaction> kept = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        for (SignedCall call : candidates) {
            Optional<Account> sender = contracts.account(call.sender(), overlay);
            if (sender.isEmpty()) {
                continue;
            }
            Tried known = tried.getOrDefault(call.id(), Tried.NOTHING);
            TransactionReceipt.Builder receipt = TransactionReceipt.newBuilder()
                    .setTransactionId(ByteString.copyFrom(call.id().toArray()))
                    .setHeight(height)
                    .setIndex(kept.size());
            switch (signers.judge(call, sender.get(), height, overlay, known.held(), known.failed())) {
                case Signers.Verdict.Unsigned() -> {
                    continue;
                }
                case Signers.Verdict.Refused(ContractRejection why) ->
                    refuse(receipt, why.code(), why.wrong(), why.right());
                case Signers.Verdict.Signed(VerificationKey _) ->
                    execute(call, sender.get(), overlay, receipt, timestampMillis);
            }
            kept.add(call.entry());
            receipts.add(Bytes.wrap(receipt.build().toByteArray()));
        }
        return kept.isEmpty() ? Optional.empty() : Optional.of(ledger.prepare(overlay, kept, receipts));
    }

    private List<SignedCall> candidates(List<Bytes> batch, long height) {
        Set<LedgerKey> taken = new LinkedHashSet<>();
        return batch.stream()
                .flatMap(item -> SignedCall.fromBatch(item, ledger.genesis().suite(), ledger.chainId()).stream())
                .filter(call -> call.inTime(height) && !ledger.seen(call.sender(), call.nonce()))
                .filter(call -> taken.add(new LedgerKey(call.sender(), call.nonce())))
                .toList();
    }

    private record LedgerKey(String sender, Bytes nonce) {}

    /// What one equation over many signatures said of one.
    ///
    /// @param held a key under which it holds
    /// @param failed a key under which it does not
    private record Tried(
            @Nullable VerificationKey held, @Nullable VerificationKey failed) {
        private static final Tried NOTHING = new Tried(null, null);
    }

    /// Checks in one equation what admission did not. Accounts that change their key, or that an earlier
    /// transaction of the same batch makes, are checked one by one.
    private Map<Bytes, Tried> checkAhead(List<SignedCall> calls, StateOverlay state, long height) {
        Map<Bytes, Tried> tried = new LinkedHashMap<>();
        List<SignedCall> open = new ArrayList<>();
        List<VerificationKey.Check> checks = new ArrayList<>();
        for (SignedCall call : calls) {
            Optional<Account> sender = contracts.account(call.sender(), state);
            Optional<VerificationKey> admitted = sender.stream()
                    .flatMap(account -> account.keysAt(height).stream())
                    .map(Signers::key)
                    .filter(key -> verified.holds(call, key))
                    .findFirst();
            Optional<VerificationKey> only = sender.flatMap(account -> Signers.onlyKey(account, height));
            if (admitted.isPresent()) {
                tried.put(call.id(), new Tried(admitted.get(), null));
            } else if (only.isPresent()) {
                open.add(call);
                checks.add(call.check(only.get()));
            }
        }
        List<Boolean> verdicts = VerificationKey.verifyBatch(checks);
        for (int i = 0; i < open.size(); i++) {
            VerificationKey key = checks.get(i).key();
            tried.put(open.get(i).id(), verdicts.get(i) ? new Tried(key, null) : new Tried(null, key));
        }
        return tried;
    }

    private void execute(
            SignedCall call,
            Account sender,
            StateOverlay overlay,
            TransactionReceipt.Builder receipt,
            long timestampMillis) {
        String name = call.payload().getContract();
        Context context = new Context(
                ledger.genesis().suite(), ledger.chainId(), receipt.getHeight(), timestampMillis, call.id(), sender);
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
        private final CryptoSuite suite;
        private final Bytes chainId;
        private final long height;
        private final long timestampMillis;
        private final Bytes transactionId;
        private final Account sender;
        private final List<ContractEvent> events = new ArrayList<>();

        Context(
                CryptoSuite suite,
                Bytes chainId,
                long height,
                long timestampMillis,
                Bytes transactionId,
                Account sender) {
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
