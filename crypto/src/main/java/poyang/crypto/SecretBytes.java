package poyang.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A secret byte string. It prints its kind and length only, compares in constant time, is not
/// serialisable, and is overwritten by `close`.
///
/// The bytes are seen only inside {@link #use}, as a copy that is overwritten when the function returns:
/// what the function keeps of the array is zeros. A function that copies the content out has to guard
/// the copy itself.
public final class SecretBytes implements AutoCloseable {
    private final String kind;
    private final byte[] value;
    private boolean closed;

    private SecretBytes(String kind, byte[] value) {
        this.kind = kind;
        this.value = value;
    }

    /// Takes the array over: the caller neither keeps nor overwrites it.
    ///
    /// @param kind what it is, for people: `SM4 key`
    public static SecretBytes taking(String kind, byte[] owned) {
        return new SecretBytes(kind, owned);
    }

    /// A copy; the caller overwrites its own array.
    public static SecretBytes copyOf(String kind, byte[] source) {
        return new SecretBytes(kind, source.clone());
    }

    public static SecretBytes random(String kind, int lengthBytes, RandomSource random) {
        return new SecretBytes(kind, random.bytes(lengthBytes));
    }

    public int length() {
        return value.length;
    }

    /// Gives `reader` a copy that is overwritten when it returns or throws.
    public <R> R use(Function<byte[], R> reader) {
        Bug.unless(!closed, "the " + kind + " is closed");
        byte[] copy = value.clone();
        try {
            return reader.apply(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /// As {@link #use}, without a result.
    public void read(Consumer<byte[]> reader) {
        Bug.unless(!closed, "the " + kind + " is closed");
        byte[] copy = value.clone();
        try {
            reader.accept(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /// A second secret with the same bytes, closed on its own.
    public SecretBytes duplicate() {
        return use(bytes -> copyOf(kind, bytes));
    }

    /// Whether content and length are equal; time depends on the lengths only. A closed secret equals
    /// itself alone.
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof SecretBytes secret
                        && !closed
                        && !secret.closed
                        && MessageDigest.isEqual(value, secret.value));
    }

    /// Of the length only: a hash of the content would be a way to guess it.
    @Override
    public int hashCode() {
        return value.length;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(value, (byte) 0);
    }

    @Override
    public String toString() {
        return "SecretBytes[" + kind + ", " + value.length + " bytes]";
    }
}
