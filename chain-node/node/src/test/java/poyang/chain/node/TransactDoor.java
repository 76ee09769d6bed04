package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerklePlaces;
import poyang.kernel.Bytes;
import poyang.sdk.ChainForms;
import poyang.wire.schema.BlockReceipts;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactionReceipt;

/// The client's end of a stream of transactions: what came over it, each receipt held against its proof.
final class TransactDoor extends ServerCallStreamObserver<TransactAnswer> {
    /// In the order in which they came: `receipt HEIGHT ID` and `CODE ID`.
    private final List<String> heard = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    volatile boolean ready = true;

    static String receipt(long height, SignedCall call) {
        return "receipt " + height + " " + call.id();
    }

    static String refusal(String code, SignedCall call) {
        return code + " " + call.id();
    }

    synchronized List<String> heard() {
        return List.copyOf(heard);
    }

    /// How the node ended the stream: once at most.
    synchronized List<String> ended() {
        return List.copyOf(ended);
    }

    @Override
    public synchronized void onNext(TransactAnswer answer) {
        assertEquals(List.of(), ended, "nothing comes after the end");
        answer.getRefusalsList()
                .forEach(each -> heard.add(each.getName() + " " + ChainForms.bytes(each.getTransactionId())));
        if (answer.hasBlock()) {
            receipts(answer.getBlock());
        }
    }

    private void receipts(BlockReceipts block) {
        FinalityProof proof = FinalityProof.decode(block.getFinalityProof().toByteArray());
        List<Bytes> receipts =
                block.getReceiptsList().stream().map(ChainForms::bytes).toList();
        assertTrue(MerklePlaces.verify(
                CryptoSuite.SM,
                proof.header().receiptsRoot(),
                receipts,
                block.getIndexesList(),
                proof.header().transactionCount(),
                block.getSiblingsList().stream().map(ChainForms::bytes).toList()));
        for (Bytes each : receipts) {
            try {
                TransactionReceipt receipt = TransactionReceipt.parseFrom(each.toArray());
                heard.add("receipt " + proof.header().height() + " " + ChainForms.bytes(receipt.getTransactionId()));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError("no receipt", e);
            }
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        ended.add(Status.fromThrowable(cause).getCode().name());
    }

    @Override
    public synchronized void onCompleted() {
        ended.add("OK");
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
        throw new UnsupportedOperationException("a test closes by itself");
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        throw new UnsupportedOperationException("nobody waits");
    }

    @Override
    public void setCompression(String compression) {
        throw new UnsupportedOperationException("nothing is compressed");
    }

    @Override
    public void disableAutoInboundFlowControl() {
        throw new UnsupportedOperationException("there is no flow");
    }

    @Override
    public void request(int count) {
        throw new UnsupportedOperationException("there is no flow");
    }

    @Override
    public void setMessageCompression(boolean enable) {
        throw new UnsupportedOperationException("nothing is compressed");
    }
}
