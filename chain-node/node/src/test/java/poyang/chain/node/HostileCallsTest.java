package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.Batch;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;
import poyang.simulation.Mangled;
import poyang.simulation.Property;
import poyang.wire.schema.TransactionPayload;

/// Mangled transactions of clients and of other validators' batches, and mangled parcels of observers.
final class HostileCallsTest {
    private static final Bytes CHAIN = Sm3.hash(new byte[] {1});
    private static final Bytes SIGNATURE = CHAIN.concat(CHAIN);
    private static final int SEEDS = 200;
    private static final int EACH = 20;

    private static TransactionPayload payload() {
        return TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ByteString.copyFrom(CHAIN.toArray()))
                .setNonce(ByteString.copyFrom(new byte[16]))
                .setBlockLimit(100)
                .setSender("taxation/analyst")
                .setContract("poyang.v1.Evidence")
                .setMethod("Record")
                .setArguments(ByteString.copyFromUtf8("arguments"))
                .build();
    }

    @Test
    void aMangledPayloadIsRefusedOrIsAnotherTransaction() {
        byte[] right = payload().toByteArray();
        Bytes id = Sm3.hash(right);
        assertEquals(id, call(right).id());
        Property.seeds(SEEDS).check(seed -> {
            Mangled mangled = new Mangled(seed, List.of(right));
            for (int i = 0; i < EACH; i++) {
                byte[] bytes = mangled.next();
                try {
                    SignedCall call = call(bytes);
                    assertEquals(
                            Bytes.wrap(bytes).equals(Bytes.wrap(right)),
                            call.id().equals(id));
                } catch (PoyangException e) {
                    assertEquals(Category.BAD_INPUT, e.code().category(), e.toString());
                }
            }
        });
    }

    private static SignedCall call(byte[] payload) {
        return SignedCall.of(new TransactionLeaf(Bytes.copyOf(payload), SIGNATURE, 0), CryptoSuite.SM, CHAIN);
    }

    /// One forged item must not cost a batch its other ones.
    @Test
    void amongMangledItemsOfABatchTheRightOnesStand() {
        Bytes right = new TransactionLeaf(Bytes.wrap(payload().toByteArray()), SIGNATURE, 1).encoded();
        Property.seeds(SEEDS).check(seed -> {
            Mangled mangled = new Mangled(seed, List.of(right.toArray()));
            List<Bytes> items = List.of(right, Bytes.wrap(mangled.next()), right, Bytes.wrap(mangled.next()), right);
            List<Optional<SignedCall>> calls = SignedCall.fromBatch(items, CryptoSuite.SM, CHAIN);
            assertEquals(items.size(), calls.size());
            for (int i = 0; i < items.size(); i++) {
                Bytes item = items.get(i);
                calls.get(i).ifPresent(call -> assertEquals(item, call.leaf().encoded()));
                assertTrue(calls.get(i).isPresent() || !item.equals(right));
            }
        });
    }

    @Test
    void whatObserversForwardIsRefusedOrIsTheOneEncodingOfItsItems() {
        byte[] right = encoded(List.of(Bytes.utf8("a"), Bytes.empty(), Bytes.utf8("transaction")));
        assertEquals(3, Forwarding.decode(right).size());
        Property.seeds(SEEDS).check(seed -> {
            Mangled mangled = new Mangled(seed, List.of(right));
            for (int i = 0; i < EACH; i++) {
                byte[] bytes = mangled.next();
                try {
                    List<Bytes> items = Forwarding.decode(bytes);
                    assertEquals(Bytes.wrap(bytes), Bytes.wrap(encoded(items)));
                    assertTrue(items.stream().allMatch(item -> item.length() <= Batch.MOST_BYTES));
                } catch (PoyangException e) {
                    assertEquals(Category.BAD_INPUT, e.code().category(), e.toString());
                }
            }
        });
    }

    private static byte[] encoded(List<Bytes> items) {
        return new CanonicalWriter("poyang.forwarded.v1")
                .list(items, CanonicalWriter::bytes)
                .toArray();
    }
}
