package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import poyang.chain.proofs.KeyAnnouncement;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SealedBox;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.FinalisedBlock;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ProvenState;
import poyang.wire.schema.ReceiptArguments;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.RecoverKeyRequest;
import poyang.wire.schema.RotateKeyRequest;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SearchArguments;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.StateArguments;
import poyang.wire.schema.SubscribeArguments;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// One account that acts on a chain: it signs, submits, reads and follows, and believes nothing that
/// does not hold against the genesis. Safe for use by several threads.
public final class ChainAccount {
    private static final String CHAIN = "poyang.v1.Chain";
    private static final String ACCOUNTS = "poyang.v1.Accounts";
    private static final int NONCE_BYTES = 16;
    private static final long BLOCKS_TO_LIVE = 500;
    private static final int RECEIPT_WAIT_MILLIS = 15_000;
    private static final int RECEIPT_TRIES = 4;
    private static final long RECONNECT_MILLIS = 500;

    private final ChainClient client;
    private final String account;
    private final SigningKeys keys;
    private final RandomSource random;
    private final SignedQueries queries;

    /// @param key stays the caller's, who closes it after this account was used last
    public ChainAccount(ChainClient client, String account, SigningKey key, RandomSource random, InstantSource clock) {
        this.client = client;
        this.account = account;
        keys = new SigningKeys(key);
        this.random = random;
        queries = new SignedQueries(client.chainId(), clock);
    }

    public String name() {
        return account;
    }

    public ChainClient client() {
        return client;
    }

    /// Has a contract's method executed, and waits until its receipt is final and proven.
    ///
    /// @throws PoyangException with the contract's own code and words when it refused; `NOT_FINAL` when
    ///     no final receipt came in a minute (the transaction may still take effect)
    public TransactionReceipt call(String contract, String method, Message arguments) {
        ProvenReceipt proven = prove(contract, method, arguments);
        return client.verifier().receipt(proven, transactionId(proven.getTransaction()));
    }

    /// The same, and gives the receipt with its proof: what a receipt file holds.
    public ProvenReceipt prove(String contract, String method, Message arguments) {
        Transaction transaction = sign(contract, method, arguments);
        Bytes id = client.submit(transaction);
        if (!id.equals(transactionId(transaction))) {
            throw new PoyangException(SdkErrors.NOT_PROVEN, "the node gave another transaction id", "ask another node");
        }
        ProvenReceipt proven = receipt(id);
        TransactionReceipt receipt = client.verifier().receipt(proven, id);
        if (receipt.getCode() != 0) {
            throw new PoyangException(
                    new ErrorCode(receipt.getErrorName(), receipt.getCode(), ErrorCode.Category.BAD_INPUT),
                    receipt.getWrong(),
                    receipt.getRight());
        }
        return proven;
    }

    /// Announces a new key for this account, and signs with it from `activationHeight` on.
    ///
    /// @param next a key never used by this account; stays the caller's, who closes it after this account
    ///     was used last. The old key must live as long: what was sealed to it is opened with it
    /// @param activationHeight above the block that holds the announcement, so some blocks ahead
    /// @param overlapEndHeight the last height at which the old key is good, for whoever still uses it
    /// @return the account as the chain knows it now
    /// @throws PoyangException as {@link #call}
    public AccountRecord rotateKey(SigningKey next, long activationHeight, long overlapEndHeight, String reason) {
        KeyAnnouncement made = new KeyAnnouncement(
                client.chainId(), account, next.publicKey().encoded(), activationHeight, overlapEndHeight);
        RotateKeyRequest request = RotateKeyRequest.newBuilder()
                .setPublicKey(ChainForms.byteString(made.publicKey()))
                .setActivationHeight(activationHeight)
                .setOverlapEndHeight(overlapEndHeight)
                .setPossession(ChainForms.byteString(made.signedBy(next)))
                .setReason(reason)
                .build();
        TransactionReceipt receipt = call(ACCOUNTS, "RotateKey", request);
        keys.announced(next, activationHeight);
        return record(receipt.getResult());
    }

    /// Says after a restart that a key is announced on chain, and from when on it is good.
    public void succeededBy(SigningKey next, long activationHeight) {
        keys.announced(next, activationHeight);
    }

    /// Replaces the key of another account, whose own is lost or exposed. All keys that it has stop at once.
    ///
    /// @param made signed by the new key's holder, with an end of the overlap of 0
    /// @param possession {@link KeyAnnouncement#signedBy}
    /// @param reason stays on chain
    public AccountRecord recoverKey(KeyAnnouncement made, Bytes possession, String reason) {
        RecoverKeyRequest request = RecoverKeyRequest.newBuilder()
                .setAccount(made.account())
                .setPublicKey(ChainForms.byteString(made.publicKey()))
                .setActivationHeight(made.activationHeight())
                .setPossession(ChainForms.byteString(possession))
                .setReason(reason)
                .build();
        return record(call(ACCOUNTS, "RecoverKey", request).getResult());
    }

    private static AccountRecord record(ByteString encoded) {
        try {
            return AccountRecord.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN, "an attested result is malformed", "validators must agree on the schema", e);
        }
    }

    /// A transaction's receipt as a file that proves it offline, the sender's key at that height included.
    public ReceiptFile receiptFile(Bytes transactionId) {
        ProvenReceipt proven = receipt(transactionId);
        TransactionReceipt executed = client.verifier().receipt(proven, transactionId);
        long epoch = ChainForms.receiptProof(proven).finality().header().epoch();
        String sender;
        try {
            sender = TransactionPayload.parseFrom(proven.getTransaction().getPayload())
                    .getSender();
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN, "an attested payload is malformed", "validators must agree on the schema", e);
        }
        return ReceiptFile.newBuilder()
                .setVersion(1)
                .setProven(proven)
                .setSender(provenState(ACCOUNTS, "account/" + sender, executed.getHeight(), Bytes.empty()))
                .addAllEpochLinks(client.verifier().linksTo(epoch).stream()
                        .map(link -> ChainForms.byteString(link.encoded()))
                        .toList())
                .build();
    }

    /// A transaction's receipt with its proof; waits until it is final.
    ///
    /// @throws PoyangException `NOT_FINAL` when that takes more than a minute; `NOT_PROVEN`
    public ProvenReceipt receipt(Bytes transactionId) {
        ReceiptArguments arguments = ReceiptArguments.newBuilder()
                .setTransactionId(ChainForms.byteString(transactionId))
                .setWaitMillis(RECEIPT_WAIT_MILLIS)
                .build();
        PoyangException last = null;
        for (int i = 0; i < RECEIPT_TRIES; i++) {
            try {
                ProvenReceipt proven =
                        ask(CHAIN, "Receipt", arguments, query -> client.receipt(query, RECEIPT_WAIT_MILLIS));
                client.verifier().receipt(proven, transactionId);
                return proven;
            } catch (PoyangException e) {
                if (e.code().category() != ErrorCode.Category.ENVIRONMENT) {
                    throw e;
                }
                last = e;
            }
        }
        throw new PoyangException(
                SdkErrors.NOT_FINAL,
                "transaction " + transactionId + " is not final",
                "look for its receipt later; submitting the same bytes again is harmless",
                last);
    }

    /// A read of a contract at the latest finalised block, as one node answers it.
    public byte[] read(String contract, String method, Message arguments) {
        return ask(contract, method, arguments, client::query).getResult().toByteArray();
    }

    /// The latest final height, as one node says it.
    public long height() {
        long height =
                ask(CHAIN, "Height", Empty.getDefaultInstance(), client::query).getHeight();
        keys.reached(height);
        return height;
    }

    /// What stands under a key of a contract's state, proven.
    ///
    /// @param height 0 for the latest
    public ProvenValue state(String contract, String stateKey, long height) {
        return client.verifier().state(provenState(contract, stateKey, height, Bytes.empty()), contract, stateKey);
    }

    /// What stood under a key in the state with this root, proven; the height is the last that had it.
    public ProvenValue state(String contract, String stateKey, Bytes stateRoot) {
        ProvenState proven = provenState(contract, stateKey, 0, stateRoot);
        return client.verifier().state(proven, contract, stateKey, stateRoot);
    }

    private ProvenState provenState(String contract, String stateKey, long height, Bytes stateRoot) {
        StateArguments arguments = StateArguments.newBuilder()
                .setContract(contract)
                .setKey(stateKey)
                .setHeight(height)
                .setStateRoot(ChainForms.byteString(stateRoot))
                .build();
        return ask(CHAIN, "State", arguments, client::state);
    }

    /// Rows of the chain that satisfy a query (docs/queries.md), as one node has them in its index: a
    /// receipt or a state proves what matters.
    ///
    /// @param text for example `receipts where code != 0 order by height desc limit 20`
    /// @throws PoyangException `QUERY_MALFORMED` with the character at which it is, `QUERY_TOO_WIDE`
    public SearchAnswer search(String text) {
        SearchArguments arguments = SearchArguments.newBuilder().setQuery(text).build();
        return ask(CHAIN, "Search", arguments, client::search);
    }

    public NodeStatus status(NodeAddress node) {
        return ask(CHAIN, "Status", Empty.getDefaultInstance(), query -> client.status(node, query));
    }

    /// Hands over verified finalised blocks from `fromHeight` on, in order and without gaps, on the calling
    /// thread, until it is interrupted. A broken stream is taken up again at another node.
    ///
    /// @throws PoyangException what `sink` throws, or a node's refusal of this account
    public void follow(long fromHeight, Consumer<VerifiedBlock> sink) throws InterruptedException {
        long next = fromHeight;
        while (true) {
            int node = client.preferred();
            Context.CancellableContext scope = Context.current().withCancellation();
            try {
                long from = next;
                Iterator<FinalisedBlock> blocks = in(scope, () -> subscribe(node, from));
                while (blocks.hasNext()) {
                    VerifiedBlock block = client.verifier().block(blocks.next(), next);
                    keys.reached(block.height());
                    sink.accept(block);
                    next++;
                }
                client.avoid(node);
            } catch (StatusRuntimeException e) {
                interruptedBy(e);
                PoyangException failure = CallErrors.fromStatus(e);
                if (failure.code().category() == ErrorCode.Category.FORBIDDEN) {
                    throw failure;
                }
                client.avoid(node);
            } catch (PoyangException e) {
                if (!e.code().equals(SdkErrors.NOT_PROVEN)) {
                    throw e;
                }
                client.avoid(node);
            } finally {
                scope.cancel(null);
            }
            Thread.sleep(RECONNECT_MILLIS);
        }
    }

    private Iterator<FinalisedBlock> subscribe(int node, long from) {
        SubscribeArguments arguments =
                SubscribeArguments.newBuilder().setFromHeight(from).build();
        return client.subscribe(node, query(CHAIN, "Subscribe", arguments));
    }

    private static <T> T in(Context scope, Supplier<T> call) {
        Context previous = scope.attach();
        try {
            return call.get();
        } finally {
            scope.detach(previous);
        }
    }

    private static void interruptedBy(StatusRuntimeException e) throws InterruptedException {
        if (Thread.interrupted() || e.getCause() instanceof InterruptedException) {
            throw (InterruptedException) new InterruptedException("no longer following").initCause(e);
        }
    }

    /// Seals something to this account's own key, so that its state on chain can be its memory.
    ///
    /// @param context what it is and of what, which opens it too
    public Bytes sealToSelf(Bytes context, Bytes plaintext, RandomSource source) {
        return Bytes.wrap(SealedBox.seal(keys.present().publicKey(), context.toArray(), plaintext.toArray(), source));
    }

    /// What {@link #sealToSelf} sealed under one of the keys that this process has; empty under another.
    public Optional<Bytes> openOwn(Bytes context, Bytes sealed) {
        for (SigningKey key : keys.all()) {
            try {
                return Optional.of(Bytes.wrap(SealedBox.open(key, context.toArray(), sealed.toArray())));
            } catch (PoyangException e) {
                if (!e.code().equals(CryptoErrors.AUTHENTICATION_FAILED)) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    /// A read signed by this account, for a node or an executor; it is answered once.
    public SignedQuery query(String contract, String method, Message arguments) {
        return query(keys.present(), contract, method, arguments);
    }

    private SignedQuery query(SigningKey key, String contract, String method, Message arguments) {
        return queries.sign(account, key, contract, method, Bytes.wrap(arguments.toByteArray()), random);
    }

    private <T> T ask(String contract, String method, Message arguments, Function<SignedQuery, T> call) {
        return keys.ask(key -> call.apply(query(key, contract, method, arguments)));
    }

    private Transaction sign(String contract, String method, Message arguments) {
        return sign(contract, method, arguments, height());
    }

    /// A transaction that is good for some hundred blocks above `height`.
    Transaction sign(String contract, String method, Message arguments, long height) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(client.chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(NONCE_BYTES)))
                .setBlockLimit(height + BLOCKS_TO_LIVE)
                .setSender(account)
                .setContract(contract)
                .setMethod(method)
                .setArguments(arguments.toByteString())
                .build()
                .toByteArray();
        Signature signature = keys.present().sign(payload);
        return Transaction.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setSignature(ChainForms.byteString(signature.rs()))
                .setParity(signature.parity())
                .build();
    }

    private Bytes transactionId(Transaction transaction) {
        return client.suite().hash(transaction.getPayload().toByteArray());
    }
}
