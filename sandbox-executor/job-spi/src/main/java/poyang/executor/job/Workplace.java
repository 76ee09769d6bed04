package poyang.executor.job;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.RandomSource;

/// Where a run whose sets memory would not hold keeps them on disk.
///
/// Nothing readable may lie in either folder: what is in the scratch folder is under a key of this process alone,
/// what is kept over attempts under one that follows from a secret of the data set, which its host hands to
/// the children of each attempt and keeps sealed itself.
public final class Workplace {
    private static final String DOMAIN = "poyang.kept-run.v1";
    private static final int KEY_BYTES = 16;

    private final Path scratch;
    private final Optional<Path> kept;
    private final byte[] secret;
    private final RandomSource system;
    private final Optional<ProvingKey> provingKey;

    /// Of a run that proves nothing.
    public Workplace(Path scratch, Optional<Path> kept, byte[] secret, RandomSource system) {
        this(scratch, kept, secret, system, Optional.empty());
    }

    /// @param scratch wiped after the attempt
    /// @param kept stays for the job's next attempt; empty where there is none
    /// @param secret of the data set
    /// @param system what no replay gives again
    /// @param provingKey of a run that proves
    public Workplace(
            Path scratch, Optional<Path> kept, byte[] secret, RandomSource system, Optional<ProvingKey> provingKey) {
        this.scratch = scratch;
        this.kept = kept;
        this.secret = secret.clone();
        this.system = system;
        this.provingKey = provingKey;
    }

    public Path scratch() {
        return scratch;
    }

    public Optional<Path> kept() {
        return kept;
    }

    /// The key of what is kept of a job, 16 bytes, the same in each of its attempts.
    public byte[] keptKey(String job) {
        return Arrays.copyOf(
                Sm3.digest(new CanonicalWriter(DOMAIN).bytes(secret).text(job).toArray()), KEY_BYTES);
    }

    public Optional<ProvingKey> provingKey() {
        return provingKey;
    }

    public RandomSource system() {
        return system;
    }

    @Override
    public String toString() {
        return "Workplace[" + scratch + "]";
    }
}
