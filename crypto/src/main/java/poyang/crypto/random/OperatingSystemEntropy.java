package poyang.crypto.random;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import poyang.kernel.PoyangException;

/// The operating system's generator: the device `/dev/urandom` where there is one, else what the Java
/// platform seeds itself with (on Windows its CNG). The device is read bare, since the platform's
/// `NativePRNG` adds a generator of its own, behind which a dead device could not be seen. It stays
/// open, so that a process that has run out of file handles still gets its entropy.
final class OperatingSystemEntropy implements EntropySource {
    private static final Path DEVICE = Path.of("/dev/urandom");

    private final @Nullable FileInputStream device;

    OperatingSystemEntropy() {
        try {
            device = Files.exists(DEVICE, LinkOption.NOFOLLOW_LINKS) ? open() : null;
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private static FileInputStream open() throws IOException {
        if (!Files.readAttributes(DEVICE, BasicFileAttributes.class).isOther()) {
            throw new IOException("it is a file, not a device");
        }
        return new FileInputStream(DEVICE.toFile());
    }

    @Override
    public void read(byte[] out) {
        if (device == null) {
            byte[] seed = new SecureRandom().generateSeed(out.length);
            System.arraycopy(seed, 0, out, 0, out.length);
            return;
        }
        try {
            if (device.readNBytes(out, 0, out.length) < out.length) {
                throw new IOException("it ended");
            }
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private static PoyangException unavailable(IOException cause) {
        return new PoyangException(
                RandomErrors.ENTROPY_UNAVAILABLE,
                "the operating system's random device " + DEVICE + " cannot be read (" + cause.getMessage() + ")",
                "the process needs the device; mend the container or jail that hides it and start again",
                cause);
    }

    @Override
    public void close() {
        if (device != null) {
            try {
                device.close();
            } catch (IOException e) {
                throw unavailable(e);
            }
        }
    }
}
