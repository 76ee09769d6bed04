package poyang.sdk;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import poyang.chain.proofs.ChainDoor;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Genesis;
import poyang.crypto.CryptoSuite;
import poyang.crypto.tls.TlsIdentity;
import poyang.crypto.tls.TlsRefusal;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.ChainGrpc;
import poyang.wire.schema.EpochsRequest;
import poyang.wire.schema.FinalisedBlock;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ProvenState;
import poyang.wire.schema.QueryAnswer;
import poyang.wire.schema.SearchAnswer;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;

/// Connections to a chain's nodes. A call goes to the node that answered last; when that one cannot be
/// reached or is too busy, to the next. Safe for use by several threads.
///
/// What it gives is a node's word; {@link ChainAccount} holds it against the genesis.
public final class ChainClient implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final long CALL_MILLIS = 10_000;

    private final GenesisFile file;
    private final BlockVerifier verifier;
    private final InstantSource clock;
    private final List<NodeAddress> nodes;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private volatile int preferred;

    private ChainClient(GenesisFile file, List<NodeAddress> nodes, InstantSource clock) {
        this.file = file;
        this.nodes = List.copyOf(nodes);
        this.clock = clock;
        verifier = new BlockVerifier(ChainForms.genesis(file), this::links);
    }

    /// Connects when the first call is made.
    ///
    /// @param genesis what answers are held against
    /// @param nodes at least one; each must prove its name
    public static ChainClient connect(
            GenesisFile genesis, TlsIdentity identity, List<NodeAddress> nodes, InstantSource clock) {
        if (nodes.isEmpty()) {
            throw new PoyangException(SdkErrors.BAD_ADDRESS, "no node is named", "the address of a node is needed");
        }
        ChainClient client = new ChainClient(genesis, nodes, clock);
        String door = ChainDoor.of(client.chainId());
        for (NodeAddress node : nodes) {
            client.channels.add(GrpcTls.channel(identity, node.socketAddress(), node.name(), door)
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .keepAliveTime(30, TimeUnit.SECONDS)
                    .keepAliveTimeout(10, TimeUnit.SECONDS)
                    .build());
        }
        return client;
    }

    public Bytes chainId() {
        return verifier.chainId();
    }

    /// What the chain signs and hashes with.
    public CryptoSuite suite() {
        return genesisFacts().suite();
    }

    public GenesisFile genesis() {
        return file;
    }

    public List<NodeAddress> nodes() {
        return nodes;
    }

    Genesis genesisFacts() {
        return verifier.genesis();
    }

    BlockVerifier verifier() {
        return verifier;
    }

    InstantSource clock() {
        return clock;
    }

    /// The chain's epochs as its nodes prove them from the genesis, the present one last.
    public EpochChain epochs() {
        return verifier.latestEpochs();
    }

    /// Every node's word about the epochs after a known one, the preferred node's first.
    private List<Supplier<List<EpochLink>>> links(long known) {
        EpochsRequest request = EpochsRequest.newBuilder().setKnown(known).build();
        List<Supplier<List<EpochLink>>> answers = new ArrayList<>();
        int first = preferred;
        for (int i = 0; i < channels.size(); i++) {
            int index = (first + i) % channels.size();
            answers.add(() -> {
                try {
                    return ChainForms.links(stub(index, 0).epochs(request).getLinksList());
                } catch (StatusRuntimeException e) {
                    throw CallErrors.fromStatus(e);
                }
            });
        }
        return answers;
    }

    /// Has a transaction pooled; gives its id. Submitting the same bytes again is harmless.
    public Bytes submit(Transaction transaction) {
        return ChainForms.bytes(ask(0, stub -> stub.submit(transaction)).getTransactionId());
    }

    /// A read of a contract, as one node answers it.
    public QueryAnswer query(SignedQuery query) {
        return ask(0, stub -> stub.query(query));
    }

    /// A transaction's receipt; the answer waits as long as the query says.
    public ProvenReceipt receipt(SignedQuery query, long waitMillis) {
        return ask(waitMillis, stub -> stub.receipt(query));
    }

    public SearchAnswer search(SignedQuery query) {
        return ask(0, stub -> stub.search(query));
    }

    public ProvenState state(SignedQuery query) {
        return ask(0, stub -> stub.state(query));
    }

    /// The state of one node, asked of that node alone.
    public NodeStatus status(NodeAddress node, SignedQuery query) {
        int index = nodes.indexOf(node);
        if (index < 0) {
            throw new PoyangException(
                    SdkErrors.BAD_ADDRESS, node + " is not a node of this client", "one of " + nodes + " is needed");
        }
        try {
            return stub(index, 0).status(query);
        } catch (StatusRuntimeException e) {
            throw CallErrors.fromStatus(e);
        }
    }

    /// Finalised blocks as one node streams them; ends with `PoyangException` when the stream breaks.
    /// Every call signs a query of its own, since a node answers a query once.
    ///
    /// @param index which node
    Iterator<FinalisedBlock> subscribe(int index, SignedQuery query) {
        return ChainGrpc.newBlockingStub(channels.get(index)).subscribe(query);
    }

    /// Opens a stream of transactions to one node.
    StreamObserver<TransactRequest> transact(int index, StreamObserver<TransactAnswer> answers) {
        return ChainGrpc.newStub(channels.get(index)).transact(answers);
    }

    ManagedChannel channel(NodeAddress node) {
        return channels.get(nodes.indexOf(node));
    }

    int preferred() {
        return preferred;
    }

    /// The node at `index` failed: others go first now.
    void avoid(int index) {
        if (preferred == index) {
            preferred = (index + 1) % channels.size();
        }
    }

    private <T> T ask(long waitMillis, Function<ChainGrpc.ChainBlockingStub, T> call) {
        int first = preferred;
        StatusRuntimeException last = null;
        for (int i = 0; i < channels.size(); i++) {
            int index = (first + i) % channels.size();
            try {
                T answer = call.apply(stub(index, waitMillis));
                preferred = index;
                return answer;
            } catch (StatusRuntimeException e) {
                last = e;
                if (!unreachable(e)) {
                    break;
                }
            }
        }
        throw CallErrors.fromStatus(Objects.requireNonNull(last));
    }

    private ChainGrpc.ChainBlockingStub stub(int index, long waitMillis) {
        return ChainGrpc.newBlockingStub(channels.get(index))
                .withDeadlineAfter(CALL_MILLIS + waitMillis, TimeUnit.MILLISECONDS);
    }

    /// A node's own refusals are final; what is left are broken connections, which another node may not have.
    private static boolean unreachable(StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        boolean spoke = !CallErrors.fromStatus(e).code().equals(SdkErrors.CALL_FAILED)
                && TlsRefusal.in(e).isEmpty();
        return !spoke && (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED);
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
