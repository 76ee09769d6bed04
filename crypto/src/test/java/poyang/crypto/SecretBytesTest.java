package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;

final class SecretBytesTest {
    private record Holder(String name, SecretBytes secret) {}

    @Test
    void printsKindAndLengthOnlyEvenInsideARecord() {
        SecretBytes secret = SecretBytes.copyOf("SM4 key", new byte[] {0x41, 0x42, 0x43});
        assertEquals("SecretBytes[SM4 key, 3 bytes]", secret.toString());
        String holder = new Holder("h", secret).toString();
        assertFalse(holder.contains("ABC") || holder.contains("414243") || holder.contains("65"), holder);
    }

    @Test
    void isNeverSerialised() throws IOException {
        SecretBytes secret = SecretBytes.copyOf("SM4 key", new byte[16]);
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThrows(NotSerializableException.class, () -> out.writeObject(secret));
        }
    }

    @Test
    void showsACopyThatIsOverwrittenAfterwards() {
        byte[] owned = {1, 2, 3};
        SecretBytes secret = SecretBytes.taking("key", owned);
        AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);
        int sum = secret.use(bytes -> {
            kept.set(bytes);
            return bytes[0] + bytes[1] + bytes[2];
        });
        assertEquals(6, sum);
        assertArrayEquals(new byte[3], kept.get());
        assertThrows(
                IllegalStateException.class,
                () -> secret.read(bytes -> {
                    kept.set(bytes);
                    throw new IllegalStateException("the reader fails");
                }));
        assertArrayEquals(new byte[3], kept.get());
        secret.close();
        assertArrayEquals(new byte[3], owned);
        assertThrows(Bug.class, () -> secret.use(bytes -> bytes.length));
    }

    @Test
    void comparesContentWhileOpen() {
        SecretBytes one = SecretBytes.copyOf("a", new byte[] {1, 2});
        SecretBytes same = one.duplicate();
        assertEquals(one, same);
        assertEquals(one.hashCode(), same.hashCode());
        assertNotEquals(one, SecretBytes.copyOf("a", new byte[] {1, 3}));
        assertNotEquals(one, SecretBytes.copyOf("a", new byte[] {1, 2, 3}));
        one.close();
        assertNotEquals(one, same);
        assertNotEquals(one, SecretBytes.copyOf("a", new byte[2]), "zeros are no value");
        int last = same.use(bytes -> (int) bytes[1]);
        assertEquals(2, last);
    }
}
