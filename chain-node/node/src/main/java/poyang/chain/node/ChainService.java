package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.SystemContract;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.StateProof;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditLog;
import poyang.sdk.CallErrors;
import poyang.sdk.ChainForms;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.ChainGrpc;
import poyang.wire.schema.EpochLinks;
import poyang.wire.schema.EpochsRequest;
import poyang.wire.schema.FinalisedBlock;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ProvenState;
import poyang.wire.schema.QueryAnswer;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.ReceiptArguments;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SearchArguments;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.StateArguments;
import poyang.wire.schema.SubmitAnswer;
import poyang.wire.schema.SubscribeArguments;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionReceipt;

/// What clients ask of this node. It answers from final blocks only, and to known accounts only.
final class ChainService extends ChainGrpc.ChainImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(ChainService.class);
    private static final String CHAIN = "poyang.v1.Chain";
    private static final int MOST_WAIT_MILLIS = 30_000;
    private static final int MOST_SUBSCRIBERS = 256;
    private static final int MOST_SUBJECT = 500;
    private static final int MOST_LINKS = 64;

    private final Ledger ledger;
    private final Contracts contracts;
    private final Pool pool;
    private final Couriers couriers;
    private final Finality finality;
    private final NodeAudit audit;
    private final ChainIndex index;
    private final Supplier<NodeStatus> status;
    private final SignedQueries queries;
    private final AtomicInteger subscribers = new AtomicInteger();

    ChainService(
            Ledger ledger,
            Contracts contracts,
            Pool pool,
            Couriers couriers,
            Finality finality,
            NodeAudit audit,
            ChainIndex index,
            Supplier<NodeStatus> status,
            InstantSource clock) {
        this.ledger = ledger;
        this.contracts = contracts;
        this.pool = pool;
        this.couriers = couriers;
        this.finality = finality;
        this.audit = audit;
        this.index = index;
        this.status = status;
        queries = new SignedQueries(ledger.chainId(), clock);
    }

    /// Who asks, and what.
    private record Asked(Account account, QueryPayload payload) {
        /// Supervisors and a console's index see everything on chain.
        boolean seesAll() {
            return account.has(Role.SUPERVISOR) || account.has(Role.CONSOLE);
        }

        <T> T arguments(Parser<T> parser) {
            return SignedQueries.arguments(payload, parser);
        }
    }

    @Override
    public void submit(Transaction transaction, StreamObserver<SubmitAnswer> out) {
        answer(out, () -> {
            Bytes id = pool.submit(ChainForms.leaf(transaction));
            return SubmitAnswer.newBuilder()
                    .setTransactionId(ChainForms.byteString(id))
                    .build();
        });
    }

    @Override
    public void query(SignedQuery query, StreamObserver<QueryAnswer> out) {
        answer(out, () -> {
            long latest = finality.height();
            Asked asked = verify(query, latest);
            QueryPayload payload = asked.payload();
            long height = payload.getAtHeight() == 0 ? latest : payload.getAtHeight();
            if (payload.getContract().equals(CHAIN)) {
                need(payload.getMethod().equals("Height"), payload.getMethod());
                return QueryAnswer.newBuilder().setHeight(latest).build();
            }
            byte[] result = recorded(
                    asked,
                    payload.getContract() + "/" + payload.getMethod(),
                    () -> contract(payload.getContract())
                            .read(
                                    payload.getMethod(),
                                    payload.getArguments().toByteArray(),
                                    asked.account(),
                                    new ReadState(finalAt(height, latest), payload.getContract())));
            return QueryAnswer.newBuilder()
                    .setResult(ChainForms.byteString(Bytes.wrap(result)))
                    .setHeight(height)
                    .build();
        });
    }

    @Override
    public void receipt(SignedQuery query, StreamObserver<ProvenReceipt> out) {
        answer(out, () -> {
            Asked asked = verify(query, "Receipt");
            ReceiptArguments arguments = asked.arguments(ReceiptArguments.parser());
            Bytes id = ChainForms.bytes(arguments.getTransactionId());
            long deadline = System.nanoTime() + Math.min(arguments.getWaitMillis(), MOST_WAIT_MILLIS) * 1_000_000L;
            while (true) {
                long height = finality.height();
                Optional<ReceiptProof> proof = ledger.receiptProof(id);
                if (proof.isPresent()) {
                    mayHave(asked, proof.get());
                    return ChainForms.provenReceipt(proof.get());
                }
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new PoyangException(
                            NodeErrors.NOT_FINAL_YET,
                            "there is no final receipt of transaction " + id,
                            "ask again, or submit the transaction if that was not done");
                }
                finality.await(height + 1, left);
            }
        });
    }

    private void mayHave(Asked asked, ReceiptProof proof) throws InvalidProtocolBufferException {
        String sender = SignedCall.of(proof.transaction(), ledger.genesis().suite(), ledger.chainId())
                .sender();
        if (sender.equals(asked.account().id())) {
            // What somebody did is in a block; that they look how it went need not be recorded.
            return;
        }
        String organisation = asked.account().organisation();
        boolean named = TransactionReceipt.parseFrom(proof.receipt().toArray()).getEventsList().stream()
                .anyMatch(event -> event.getVisibleToList().contains(organisation));
        boolean _ = recorded(
                asked,
                "receipt/" + proof.transaction().transactionId(ledger.genesis().suite()),
                () -> {
                    if (!asked.seesAll() && !named) {
                        throw notAllowed(
                                "this receipt is not for " + asked.account().id());
                    }
                    return true;
                });
    }

    @Override
    public void state(SignedQuery query, StreamObserver<ProvenState> out) {
        answer(out, () -> {
            long latest = finality.height();
            Asked asked = verify(query, latest, "State");
            StateArguments arguments = asked.arguments(StateArguments.parser());
            long height = height(arguments, latest);
            StateView view = finalAt(height, latest);
            ReadState state = new ReadState(view, arguments.getContract());
            boolean _ = recorded(asked, "state/" + arguments.getContract() + "/" + arguments.getKey(), () -> {
                if (!contract(arguments.getContract()).mayReadKey(arguments.getKey(), asked.account(), state)) {
                    throw notAllowed("the value under this key is not for "
                            + asked.account().id());
                }
                return true;
            });
            Optional<Bytes> value = view.get(arguments.getContract(), arguments.getKey());
            StateProof proof = ledger.prove(arguments.getContract(), arguments.getKey(), height);
            return ProvenState.newBuilder()
                    .setPresent(value.isPresent())
                    .setValue(ChainForms.byteString(value.orElse(Bytes.empty())))
                    .setProof(ChainForms.byteString(proof.encoded()))
                    .setFinalityProof(
                            ChainForms.byteString(finalityProof(height).encoded()))
                    .build();
        });
    }

    @Override
    public void search(SignedQuery query, StreamObserver<SearchAnswer> out) {
        answer(out, () -> {
            Asked asked = verify(query, "Search");
            String text = asked.arguments(SearchArguments.parser()).getQuery();
            String subject = text.length() <= MOST_SUBJECT ? text : text.substring(0, MOST_SUBJECT) + "…";
            return recorded(asked, "search/" + subject, () -> {
                try {
                    return index.search(text, asked.account());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new PoyangException(NodeErrors.NODE_STOPPED, "this node stops", "ask another node", e);
                }
            });
        });
    }

    private long height(StateArguments arguments, long latest) {
        if (arguments.getStateRoot().isEmpty()) {
            return arguments.getHeight() == 0 ? latest : arguments.getHeight();
        }
        Bytes root = ChainForms.bytes(arguments.getStateRoot());
        return ledger.heightOf(root)
                .filter(height -> height <= latest)
                .orElseThrow(() -> new PoyangException(
                        NodeErrors.NO_SUCH_BLOCK,
                        "after no final block the state had the root " + root,
                        "the state root of a final block's header is needed"));
    }

    @Override
    public void status(SignedQuery query, StreamObserver<NodeStatus> out) {
        answer(out, () -> {
            Asked _ = verify(query, "Status");
            return status.get();
        });
    }

    @Override
    public void epochs(EpochsRequest request, StreamObserver<EpochLinks> out) {
        answer(
                out,
                () -> EpochLinks.newBuilder()
                        .addAllLinks(ledger.epochLinks().stream()
                                .filter(link -> Long.compareUnsigned(link.next().number(), request.getKnown()) > 0)
                                .limit(MOST_LINKS)
                                .map(link -> ChainForms.byteString(link.encoded()))
                                .toList())
                        .build());
    }

    @Override
    public StreamObserver<TransactRequest> transact(StreamObserver<TransactAnswer> out) {
        ServerCallStreamObserver<TransactAnswer> stream = (ServerCallStreamObserver<TransactAnswer>) out;
        Couriers.Courier courier = couriers.begin(stream);
        stream.setOnCancelHandler(() -> {
            boolean _ = courier.close();
        });
        return new CourierCall(
                courier,
                out,
                pool,
                ledger.genesis().suite(),
                opening -> verify(opening, "Transact").account().id());
    }

    @Override
    public void subscribe(SignedQuery query, StreamObserver<FinalisedBlock> out) {
        ServerCallStreamObserver<FinalisedBlock> stream = (ServerCallStreamObserver<FinalisedBlock>) out;
        Object change = new Object();
        Runnable changed = () -> {
            synchronized (change) {
                change.notifyAll();
            }
        };
        stream.setOnReadyHandler(changed);
        stream.setOnCancelHandler(changed);
        Asked asked;
        SubscribeArguments arguments;
        try {
            asked = verify(query, "Subscribe");
            arguments = asked.arguments(SubscribeArguments.parser());
            audit.record(asked.account().id(), "subscribe", "from " + arguments.getFromHeight(), AuditLog.DONE);
            if (subscribers.incrementAndGet() > MOST_SUBSCRIBERS) {
                subscribers.decrementAndGet();
                throw new PoyangException(
                        NodeErrors.POOL_FULL,
                        MOST_SUBSCRIBERS + " clients follow this node already",
                        "follow another node");
            }
        } catch (PoyangException e) {
            stream.onError(CallErrors.toStatus(e));
            return;
        }
        Thread _ = Thread.ofVirtual().name("subscriber").start(() -> {
            try {
                stream(asked, Math.max(1, arguments.getFromHeight()), stream, change);
            } catch (InterruptedException e) {
                stream.onError(Status.UNAVAILABLE.asRuntimeException());
            } catch (RuntimeException e) {
                LOG.warn("a subscription of {} ended", asked.account().id(), e);
                if (!stream.isCancelled()) {
                    stream.onError(Status.INTERNAL.asRuntimeException());
                }
            } finally {
                subscribers.decrementAndGet();
            }
        });
    }

    private void stream(Asked asked, long from, ServerCallStreamObserver<FinalisedBlock> stream, Object change)
            throws InterruptedException {
        long next = from;
        while (!stream.isCancelled()) {
            if (finality.height() < next) {
                boolean _ = finality.await(next, 1_000);
            } else if (stream.isReady()) {
                stream.onNext(block(next, asked));
                next++;
            } else {
                synchronized (change) {
                    if (!stream.isReady() && !stream.isCancelled()) {
                        change.wait(1_000);
                    }
                }
            }
        }
    }

    private FinalisedBlock block(long height, Asked asked) {
        FinalisedBlock.Builder block = FinalisedBlock.newBuilder()
                .setFinalityProof(ChainForms.byteString(finalityProof(height).encoded()));
        List<Bytes> receipts = ledger.receipts(height);
        if (asked.seesAll()) {
            ledger.transactions(height).forEach(leaf -> block.addTransactions(ChainForms.transaction(leaf)));
            receipts.forEach(receipt -> block.addReceipts(ChainForms.byteString(receipt)));
            return block.build();
        }
        String organisation = asked.account().organisation();
        for (Bytes receipt : receipts) {
            try {
                TransactionReceipt.parseFrom(receipt.toArray()).getEventsList().stream()
                        .filter(event -> event.getVisibleToCount() == 0
                                || event.getVisibleToList().contains(organisation))
                        .forEach(block::addEvents);
            } catch (InvalidProtocolBufferException e) {
                throw new Bug("the ledger holds a receipt that is none", e);
            }
        }
        return block.build();
    }

    // ---- permission and failure -----------------------------------------------------------------

    private Asked verify(SignedQuery query, String method) {
        try (Finality.Reading _ = finality.reading()) {
            return verify(query, finality.height(), method);
        }
    }

    private Asked verify(SignedQuery query, long latest, String method) {
        Asked asked = verify(query, latest);
        need(
                asked.payload().getContract().equals(CHAIN)
                        && asked.payload().getMethod().equals(method),
                method);
        return asked;
    }

    private Asked verify(SignedQuery query, long latest) {
        StateView state = ledger.at(latest);
        SignedQueries.Proven proven = queries.prove(
                query,
                id -> contracts.account(id, state).stream()
                        .flatMap(account -> account.keys().reversed().stream())
                        .map(Signers::key)
                        .toList());
        Account account =
                contracts.account(proven.payload().getAccount(), state).orElseThrow();
        Bytes key = proven.key().encoded();
        account.keys().stream()
                .filter(window -> window.publicKey().equals(key))
                .findFirst()
                .flatMap(window -> window.refusal(account.id(), latest + 1))
                .or(() -> contracts.barred(account.id(), latest + 1, state))
                .ifPresent(why -> {
                    throw Signers.exception(why);
                });
        return new Asked(account, proven.payload());
    }

    private static void need(boolean holds, String method) {
        if (!holds) {
            throw new PoyangException(
                    NodeErrors.BAD_TRANSACTION,
                    "the query was signed for another call",
                    "sign contract " + CHAIN + " and method " + method);
        }
    }

    private StateView finalAt(long height, long latest) {
        if (height < 0 || height > latest) {
            throw new PoyangException(
                    NodeErrors.NO_SUCH_BLOCK,
                    "block " + height + " is not final",
                    "a height from 1 to " + latest + ", or 0 for the latest, is needed");
        }
        return ledger.at(height);
    }

    private FinalityProof finalityProof(long height) {
        return height == 0
                ? new FinalityProof(ledger.genesis().genesisHeader(), List.of())
                : ledger.finality(height).orElseThrow();
    }

    private SystemContract contract(String name) {
        return contracts.find(name).orElseThrow(() -> Execution.noContract(name));
    }

    /// Does what was asked, and has it in the audit log before the answer leaves.
    private <T> T recorded(Asked asked, String subject, Supplier<T> work) {
        String result = "failed";
        try {
            T answer = work.get();
            result = AuditLog.DONE;
            return answer;
        } catch (PoyangException e) {
            result = "refused " + e.code();
            throw e;
        } catch (ContractRejection e) {
            result = "refused " + e.code();
            throw e;
        } finally {
            audit.record(asked.account().id(), "read", subject, result);
        }
    }

    private static PoyangException notAllowed(String wrong) {
        return new PoyangException(
                NodeErrors.NOT_ALLOWED, wrong, "an account of one of the parties, or a supervisor, may ask");
    }

    private <T> void answer(StreamObserver<T> out, Callable<T> work) {
        CallErrors.answer(
                out,
                () -> {
                    try (Finality.Reading _ = finality.reading()) {
                        return work.call();
                    } catch (ContractRejection e) {
                        throw new PoyangException(e.code(), e.wrong(), e.right());
                    }
                },
                mistake -> LOG.error("a call failed", mistake));
    }
}
