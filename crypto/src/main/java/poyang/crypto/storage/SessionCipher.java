package poyang.crypto.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm4;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Many messages under one data key, over any number of process lives, without a nonce used twice and
/// without anything to be remembered.
///
/// Each life draws 8 random bytes, from which and the data key its session key follows; within the
/// session messages are counted. A file or machine restored to an older state therefore cannot make
/// a nonce repeat. Two sessions share their bytes with a chance of n²/2^65 after n lives; then too a
/// nonce repeats only where both counted as far. A session ends after 2^32 messages.
///
/// Layout: session (8) · number (6) · SM4-GCM ciphertext ‖ tag (16); the nonce is the number in 12 bytes.
final class SessionCipher implements AutoCloseable {
    static final int STAMP_BYTES = 8 + 6;
    static final int OVERHEAD_BYTES = STAMP_BYTES + Sm4Gcm.TAG_BYTES;
    private static final long MOST_MESSAGES = 1L << 32;
    private static final int SESSIONS_REMEMBERED = 4096;

    private final DataKey key;
    private final String label;
    private final RandomSource random;
    private final Map<Long, Sm4> ciphers = new ConcurrentHashMap<>();
    private volatile Session session;

    private static final class Session {
        private final long id;
        private final Sm4 cipher;
        private final AtomicLong next = new AtomicLong();

        Session(long id, Sm4 cipher) {
            this.id = id;
            this.cipher = cipher;
        }
    }

    /// @param key is kept; the caller closes it after this
    /// @param label tells uses of one data key apart
    SessionCipher(DataKey key, String label, RandomSource random) {
        this.key = key;
        this.label = label;
        this.random = random;
        session = begin();
    }

    private synchronized Session begin() {
        long id = random.nextLong();
        return new Session(id, cipherOf(id));
    }

    private Sm4 cipherOf(long id) {
        Sm4 known = ciphers.get(id);
        if (known != null) {
            return known;
        }
        if (ciphers.size() >= SESSIONS_REMEMBERED) {
            ciphers.clear();
        }
        byte[] derived = key.derive(label, ByteBuffer.allocate(8).putLong(id).array());
        Sm4 made = new Sm4(derived);
        Arrays.fill(derived, (byte) 0);
        ciphers.put(id, made);
        return made;
    }

    /// A message, in clear or sealed, and what it is bound to.
    static final class Message {
        private final byte[] associated;
        private final byte[] plain;

        Message(byte[] associated, byte[] plain) {
            this.associated = associated;
            this.plain = plain;
        }
    }

    /// Thread-safe.
    byte[] seal(byte[] associated, byte[] plain) {
        return sealAll(List.of(new Message(associated, plain))).getFirst();
    }

    /// Seals each; together they cost less. Thread-safe.
    List<byte[]> sealAll(List<Message> messages) {
        Session now = session;
        long number = now.next.getAndAdd(messages.size());
        while (number + messages.size() > MOST_MESSAGES) {
            synchronized (this) {
                if (session.next.get() >= MOST_MESSAGES) {
                    session = begin();
                }
                now = session;
            }
            number = now.next.getAndAdd(messages.size());
        }
        long first = number;
        List<Sm4.Plain> plains = new ArrayList<>(messages.size());
        for (Message message : messages) {
            plains.add(new Sm4.Plain(nonce(number++), message.associated, message.plain));
        }
        List<byte[]> sealed = now.cipher.gcmEncryptAll(plains, STAMP_BYTES, Sm4Gcm.TAG_BYTES);
        for (byte[] each : sealed) {
            // The number's two highest octets are 0, and stand where the session's lowest will.
            ByteBuffer.wrap(each).putLong(STAMP_BYTES - Long.BYTES, first++).putLong(0, now.id);
        }
        return sealed;
    }

    private static byte[] nonce(long number) {
        byte[] nonce = new byte[Sm4Gcm.NONCE_BYTES];
        ByteBuffer.wrap(nonce).putLong(4, number);
        return nonce;
    }

    /// Thread-safe.
    ///
    /// @throws PoyangException `STORAGE_DAMAGED`
    byte[] open(byte[] associated, byte[] sealed) {
        needWhole(sealed);
        return cipherOf(session(sealed))
                .gcmDecrypt(
                        stampedNonce(sealed),
                        associated,
                        Arrays.copyOfRange(sealed, STAMP_BYTES, sealed.length),
                        Sm4Gcm.TAG_BYTES)
                .orElseThrow(SessionCipher::notAuthentic);
    }

    /// Opens each; together they cost less. Thread-safe.
    ///
    /// @param messages what is bound and sealed
    /// @throws PoyangException `STORAGE_DAMAGED` for any of them
    List<byte[]> openAll(List<Message> messages) {
        Map<Long, List<Sm4.Sealed>> bySession = new LinkedHashMap<>();
        for (Message message : messages) {
            byte[] sealed = message.plain;
            needWhole(sealed);
            bySession
                    .computeIfAbsent(session(sealed), _ -> new ArrayList<>())
                    .add(new Sm4.Sealed(
                            stampedNonce(sealed),
                            message.associated,
                            Arrays.copyOfRange(sealed, STAMP_BYTES, sealed.length)));
        }
        Map<Long, Iterator<Optional<byte[]>>> opened = new LinkedHashMap<>();
        bySession.forEach((id, those) -> opened.put(
                id, cipherOf(id).gcmDecryptAll(those, Sm4Gcm.TAG_BYTES).iterator()));
        List<byte[]> plain = new ArrayList<>(messages.size());
        for (Message message : messages) {
            Iterator<Optional<byte[]>> next = Objects.requireNonNull(opened.get(session(message.plain)));
            plain.add(next.next().orElseThrow(SessionCipher::notAuthentic));
        }
        return plain;
    }

    private static void needWhole(byte[] sealed) {
        if (sealed.length < OVERHEAD_BYTES) {
            throw notAuthentic();
        }
    }

    private static long session(byte[] sealed) {
        return ByteBuffer.wrap(sealed).getLong();
    }

    private static byte[] stampedNonce(byte[] sealed) {
        byte[] nonce = new byte[Sm4Gcm.NONCE_BYTES];
        System.arraycopy(sealed, 8, nonce, 6, 6);
        return nonce;
    }

    private static PoyangException notAuthentic() {
        return damaged("what is stored is not authentic");
    }

    static PoyangException damaged(String wrong) {
        return new PoyangException(
                CryptoErrors.STORAGE_DAMAGED,
                wrong,
                "the files as this process wrote them are needed: put them back from a backup of one moment, or"
                        + " have them made anew");
    }

    @Override
    public void close() {
        ciphers.values().forEach(Sm4::close);
        ciphers.clear();
        session.cipher.close();
    }

    @Override
    public String toString() {
        return "SessionCipher[" + label + "]";
    }
}
