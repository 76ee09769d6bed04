package poyang.chain.node;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
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
/// contract agrees.
final class Execution {
    private final Contracts contracts;
    private final Ledger ledger;
    private final Verified verified;

    Execution(Contracts contracts, Ledger ledger, Verified verified) {
        this.contracts = contracts;
        this.ledger = ledger;
        this.verified = verified;
    }

    /// Signatures that were checked at admission.
    interface Verified {
        /// True when exactly these bytes were checked under exactly this key.
        boolean holds(SignedCall call, Sm2PublicKey key);
    }

    /// The state after the genesis' calls.
    ///
    /// @throws PoyangException `BAD_GENESIS`'s cause: what a contract refused
    static StateOverlay genesis(Contracts contracts, List<Genesis.Call> calls, long timestampMillis) {
        StateOverlay overlay = StateOverlay.overNothing();
        for (int i = 0; i < calls.size(); i++) {
            Genesis.Call call = calls.get(i);
            Bytes id = Sm3.hash(Bytes.utf8("poyang.genesis-call.v1:" + i).toArray());
            Context context = new Context(0, timestampMillis, id, Account.GENESIS);
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
        Map<Bytes, Sm2PublicKey> checked = checkAhead(candidates, overlay);
        List<LedgerTransaction> kept = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        for (SignedCall call : candidates) {
            Optional<Account> sender = contracts.account(call.sender(), overlay);
            if (sender.isEmpty() || !signedBy(call, sender.get(), checked)) {
                continue;
            }
            TransactionReceipt receipt = execute(call, sender.get(), overlay, height, kept.size(), timestampMillis);
            kept.add(call.entry());
            receipts.add(Bytes.wrap(receipt.toByteArray()));
        }
        return kept.isEmpty() ? Optional.empty() : Optional.of(ledger.prepare(overlay, kept, receipts));
    }

    private List<SignedCall> candidates(List<Bytes> batch, long height) {
        Set<LedgerKey> taken = new LinkedHashSet<>();
        return batch.stream()
                .flatMap(item -> SignedCall.fromBatch(item, ledger.chainId()).stream())
                .filter(call -> call.inTime(height) && !ledger.seen(call.sender(), call.nonce()))
                .filter(call -> taken.add(new LedgerKey(call.sender(), call.nonce())))
                .toList();
    }

    private record LedgerKey(String sender, Bytes nonce) {}

    /// Checks in one equation what admission did not; gives the key under which each call's signature holds.
    private Map<Bytes, Sm2PublicKey> checkAhead(List<SignedCall> calls, StateOverlay state) {
        Map<Bytes, Sm2PublicKey> held = new LinkedHashMap<>();
        List<SignedCall> open = new ArrayList<>();
        List<Sm2PublicKey.Check> checks = new ArrayList<>();
        for (SignedCall call : calls) {
            Optional<Sm2PublicKey> key = contracts.account(call.sender(), state).map(Execution::key);
            if (key.isPresent() && verified.holds(call, key.get())) {
                held.put(call.id(), key.get());
            } else if (key.isPresent()) {
                open.add(call);
                checks.add(call.check(key.get()));
            }
        }
        List<Boolean> verdicts = Sm2PublicKey.verifyBatch(checks);
        for (int i = 0; i < open.size(); i++) {
            if (verdicts.get(i)) {
                held.put(open.get(i).id(), checks.get(i).key());
            }
        }
        return held;
    }

    /// Accounts that an earlier transaction of the same batch made are checked one by one.
    private static boolean signedBy(SignedCall call, Account sender, Map<Bytes, Sm2PublicKey> checked) {
        Sm2PublicKey key = key(sender);
        Sm2PublicKey held = checked.get(call.id());
        if (held != null && held.equals(key)) {
            return true;
        }
        Sm2PublicKey.Check check = call.check(key);
        return key.verify(check.message().toArray(), check.signature());
    }

    static Sm2PublicKey key(Account account) {
        return Sm2PublicKey.decode(account.publicKey().toArray());
    }

    private TransactionReceipt execute(
            SignedCall call, Account sender, StateOverlay overlay, long height, int index, long timestampMillis) {
        TransactionReceipt.Builder receipt = TransactionReceipt.newBuilder()
                .setTransactionId(ByteString.copyFrom(call.id().toArray()))
                .setHeight(height)
                .setIndex(index);
        String name = call.payload().getContract();
        Context context = new Context(height, timestampMillis, call.id(), sender);
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
        return receipt.build();
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
                .setContract(contract)
                .setTopic(event.topic())
                .setKey(event.key())
                .setPayload(ByteString.copyFrom(event.payload().toArray()))
                .addAllVisibleTo(event.visibleTo())
                .build();
    }

    private static final class Context implements CallContext {
        private final long height;
        private final long timestampMillis;
        private final Bytes transactionId;
        private final Account sender;
        private final List<ContractEvent> events = new ArrayList<>();

        Context(long height, long timestampMillis, Bytes transactionId, Account sender) {
            this.height = height;
            this.timestampMillis = timestampMillis;
            this.transactionId = transactionId;
            this.sender = sender;
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
