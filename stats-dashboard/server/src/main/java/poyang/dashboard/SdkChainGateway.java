package poyang.dashboard;

import java.util.List;
import java.util.function.Consumer;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.Transaction;

/// The chain over the SDK's client, which hands over verified blocks only.
final class SdkChainGateway implements ChainGateway {
    private static final long RECEIPT_WAIT_MILLIS = 30_000;

    private final ChainClient client;
    private final ChainAccount console;

    /// @param console acts as an account with the role CONSOLE
    SdkChainGateway(ChainAccount console) {
        this.console = console;
        client = console.client();
    }

    @Override
    public Bytes chainId() {
        return client.chainId();
    }

    @Override
    public GenesisFile genesis() {
        return client.genesis();
    }

    @Override
    public void follow(long fromHeight, Consumer<VerifiedBlock> sink) throws InterruptedException {
        console.follow(
                fromHeight,
                block -> sink.accept(new VerifiedBlock(
                        block.height(), block.timestampMillis(), block.transactions(), block.receipts())));
    }

    @Override
    public Bytes submit(Transaction transaction) {
        return client.submit(transaction);
    }

    @Override
    public Bytes query(SignedQuery query) {
        return Bytes.wrap(client.query(query).toByteArray());
    }

    @Override
    public Bytes receipt(SignedQuery query) {
        return Bytes.wrap(client.receipt(query, RECEIPT_WAIT_MILLIS).toByteArray());
    }

    @Override
    public List<Node> nodes() {
        return client.nodes().stream().map(this::node).toList();
    }

    private Node node(NodeAddress address) {
        try {
            return new Node(address.name(), console.status(address));
        } catch (PoyangException e) {
            return new Node(address.name(), null);
        }
    }
}
