package poyang.executor.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.connectors.ConnectorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

class ViewChannelTest {
    private static final List<ViewMessage> MESSAGES = List.of(
            new ViewMessage.Make("id", 3, 0, 2, true, "/kept", Bytes.utf8("secret"), false),
            new ViewMessage.Progress("entries", 5, 7),
            new ViewMessage.Standing(3, Bytes.utf8("form"), 3100, 8, 450_464, 1L << 31, 2),
            new ViewMessage.Evaluate(1, 0, 2, Bytes.utf8("blinded")),
            new ViewMessage.Answer(2, 1, 2, Bytes.utf8("queries")),
            new ViewMessage.Frame(2, Bytes.utf8("answer")),
            new ViewMessage.Read("/scratch/rows-1"),
            new ViewMessage.Unchanged(),
            new ViewMessage.Retire(1));

    @Test
    void messagesComeBackAsTheyWere() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ViewChannel sender = new ViewChannel(new ByteArrayInputStream(new byte[0]), out);
        MESSAGES.forEach(sender::send);
        PoyangException why = new PoyangException(ConnectorErrors.SOURCE_LOST, "gone\nfar", "mend it");
        sender.send(new ViewMessage.Refused(9, why));
        sender.send(new ViewMessage.Failed(why));
        sender.send(new ViewMessage.NotChanged(why));
        ViewChannel receiver =
                new ViewChannel(new ByteArrayInputStream(out.toByteArray()), new ByteArrayOutputStream());
        for (ViewMessage message : MESSAGES) {
            assertEquals(message, receiver.receive());
        }
        ViewMessage.Refused refused = (ViewMessage.Refused) receiver.receive();
        assertEquals(9, refused.call());
        assertEquals(ConnectorErrors.SOURCE_LOST, refused.failure().code());
        assertEquals(
                "gone far", ((ViewMessage.Failed) receiver.receive()).failure().wrong());
        assertEquals(
                "gone far",
                ((ViewMessage.NotChanged) receiver.receive()).failure().wrong());
        assertEquals(
                ExecutorErrors.CHILD_LOST,
                assertThrows(PoyangException.class, receiver::receive).code());
    }

    /// Every changed byte gives another message or a typed failure, and no message prints a frame.
    @Test
    void malformedMessagesAreTypedFailures() {
        for (ViewMessage message : MESSAGES) {
            byte[] right = ViewChannel.encode(message);
            for (int i = 0; i < right.length; i++) {
                byte[] wrong = right.clone();
                wrong[i] ^= 0x55;
                try {
                    assertArrayEquals(wrong, ViewChannel.encode(ViewChannel.decode(wrong)));
                } catch (PoyangException e) {
                    assertFalse(e.wrong().isBlank());
                }
            }
            assertThrows(PoyangException.class, () -> ViewChannel.decode(Arrays.copyOf(right, right.length - 1)));
            assertThrows(PoyangException.class, () -> ViewChannel.decode(Arrays.copyOf(right, right.length + 1)));
        }
        for (ViewMessage frame : MESSAGES.subList(4, 6)) {
            assertFalse(frame.toString().contains("71756572"), frame.toString());
        }
        assertFalse(
                MESSAGES.getFirst().toString().contains("736563"),
                MESSAGES.getFirst().toString());
    }
}
