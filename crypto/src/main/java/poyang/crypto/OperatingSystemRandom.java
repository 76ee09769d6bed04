package poyang.crypto;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import poyang.kernel.RandomSource;

/// The operating system's random numbers. Opened by a process's `main` and handed down.
public final class OperatingSystemRandom implements RandomSource {
    private final SecureRandom system;

    private OperatingSystemRandom(SecureRandom system) {
        this.system = system;
    }

    public static RandomSource open() {
        try {
            return new OperatingSystemRandom(SecureRandom.getInstance("NativePRNGNonBlocking"));
        } catch (NoSuchAlgorithmException e) {
            return new OperatingSystemRandom(new SecureRandom());
        }
    }

    @Override
    public void fill(byte[] out) {
        system.nextBytes(out);
    }

    /// Another reader of the same source: it needs no label to be independent.
    @Override
    public RandomSource fork(String label) {
        return this;
    }
}
