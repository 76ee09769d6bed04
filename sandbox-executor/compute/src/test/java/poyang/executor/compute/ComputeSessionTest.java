package poyang.executor.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.connectors.ConnectorErrors;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.RowPipe;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;

/// The compute child against a reader and a host that misbehave.
class ComputeSessionTest {
    @TempDir
    private Path scratch;

    private final SeededRandom random = new SeededRandom(new byte[32], "compute-test");
    private final Sm2PrivateKey key = Sm2PrivateKey.generate(random);

    private ChildMessage.Start start() {
        JobFacts facts = new JobFacts(
                "j",
                1,
                new PartyId("a"),
                new PartyId("b"),
                true,
                JobPlan.Collision.of("person", "person", "text", "dh-sm2"));
        return new ChildMessage.Start(
                facts, key.publicKey().encoded(), key.publicKey().encoded(), Bytes.wrap(new byte[32]), Bytes.empty());
    }

    /// The last thing that the child says when its host says `fromHost` and its reader gives `rows`.
    private ChildMessage lastWord(byte[] rows, List<ChildMessage> fromHost) {
        ByteArrayOutputStream toChild = new ByteArrayOutputStream();
        ChildChannel host = new ChildChannel(new ByteArrayInputStream(new byte[0]), toChild);
        fromHost.forEach(host::send);
        ByteArrayOutputStream fromChild = new ByteArrayOutputStream();
        ChildChannel child = new ChildChannel(new ByteArrayInputStream(toChild.toByteArray()), fromChild);
        new ComputeSession(child, new ByteArrayInputStream(rows), scratch, Optional.empty(), random).run();
        ByteArrayInputStream said = new ByteArrayInputStream(fromChild.toByteArray());
        ChildChannel heard = new ChildChannel(said, new ByteArrayOutputStream());
        ChildMessage last = heard.receive();
        while (said.available() > 0) {
            last = heard.receive();
        }
        return last;
    }

    private void fails(String code, byte[] rows, List<ChildMessage> fromHost) {
        ChildMessage.Failed failed = assertInstanceOf(ChildMessage.Failed.class, lastWord(rows, fromHost));
        assertEquals(code, failed.failure().code().name(), failed.failure().getMessage());
    }

    private static byte[] arrow(boolean text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector =
                        text ? new VarCharVector("person", allocator) : new BigIntVector("person", allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(vector);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
            writer.start();
            vector.allocateNew();
            for (int i = 0; i < 3; i++) {
                if (vector instanceof VarCharVector strings) {
                    strings.setSafe(i, new byte[] {'p', (byte) ('0' + i)});
                } else if (vector instanceof BigIntVector numbers) {
                    numbers.setSafe(i, i);
                }
            }
            root.setRowCount(3);
            writer.writeBatch();
            writer.end();
        }
        return out.toByteArray();
    }

    private static byte[] piped(byte[] arrow) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RowPipe.Sink sink = new RowPipe.Sink(out);
        sink.write(arrow);
        sink.complete();
        return out.toByteArray();
    }

    @Test
    void commitsToGoodRows() throws IOException {
        ChildMessage said = lastWord(
                piped(arrow(true)),
                List.of(
                        start(),
                        new ChildMessage.Start(
                                start().facts(),
                                Bytes.empty(),
                                key.publicKey().encoded(),
                                Bytes.wrap(new byte[32]),
                                Bytes.empty())));
        assertInstanceOf(ChildMessage.Failed.class, said, "a second Start is out of turn");
        fails(KernelErrors.BAD_ENCODING.name(), piped(arrow(true)), List.of(new ChildMessage.Go()));
    }

    @Test
    void rowsOfAnotherShapeAreRefused() throws IOException {
        fails(ExecutorErrors.INPUT_MALFORMED.name(), piped(arrow(false)), List.of(start()));
    }

    @Test
    void aStreamThatBreaksOffIsLostAndNotShort() throws IOException {
        byte[] whole = piped(arrow(true));
        for (int length = 0; length < whole.length; length += 37) {
            fails(ConnectorErrors.SOURCE_LOST.name(), Arrays.copyOf(whole, length), List.of(start()));
        }
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        new RowPipe.Sink(cut).write(arrow(true));
        fails(ConnectorErrors.SOURCE_LOST.name(), cut.toByteArray(), List.of(start()));
    }

    /// Every byte of the Arrow stream changed, one at a time: an end with a typed failure, or a
    /// commitment to other rows, never a hang or another exception.
    @Test
    void hostileArrowStreamsEndInATypedFailure() throws IOException {
        byte[] good = arrow(true);
        for (int i = 0; i < good.length; i += 3) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) 0xff;
            ChildMessage said = lastWord(piped(bad), List.of(start(), start()));
            ChildMessage.Failed failed = assertInstanceOf(ChildMessage.Failed.class, said, "byte " + i);
            assertEquals(
                    true,
                    List.of("INPUT_MALFORMED", "BAD_ENCODING", "MEMORY_LIMIT")
                            .contains(failed.failure().code().name()),
                    failed.failure().getMessage());
        }
    }

    @Test
    void aPeerThatVanishesEndsTheSession() throws IOException {
        fails(ExecutorErrors.CHILD_LOST.name(), piped(arrow(true)), List.of(start(), new ChildMessage.Go()));
        fails(
                KernelErrors.PEER_MISBEHAVED.name(),
                piped(arrow(true)),
                List.of(
                        start(),
                        new ChildMessage.Go(),
                        new ChildMessage.Frame(new PartyId("b"), Bytes.utf8("nonsense"))));
    }
}
