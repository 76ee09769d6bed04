package poyang.crypto.random;

import java.util.function.LongSupplier;
import poyang.crypto.Sm3;
import poyang.kernel.RandomSource;

/// A process's random numbers: the operating system's, under the health tests of SP 800-90B, through an
/// SM3 generator in the manner of GM/T 0105-2021. Opened once, by `main`, and handed down.
///
/// - errors: `PoyangException` of {@link RandomErrors} from `open`, {@link #fill} and {@link #fork} when
///   the source cannot be read, repeats itself, or the generator computes wrongly. The first failure is
///   for good: the source and all its forks refuse until the process starts again
/// - secrecy: the output does not tell the state, nor an old state; the state is zeroed by
///   {@link #close} and by a refusal
/// - source: GM/T 0105-2021; `docs/random-numbers.md` lists every parameter
///
/// Thread-safe. A fork does not wait for its parent.
public final class ProcessRandom implements RandomSource, AutoCloseable {
    private final EntropyInput entropy;
    private final DrbgStream stream;

    private ProcessRandom(EntropyInput entropy, DrbgStream stream) {
        this.entropy = entropy;
        this.stream = stream;
    }

    /// @param process the process's name; part of the seed
    public static ProcessRandom open(String process) {
        return open(process, new OperatingSystemEntropy(), System::nanoTime);
    }

    static ProcessRandom open(String process, EntropySource source, LongSupplier nanos) {
        EntropyInput entropy = new EntropyInput(source);
        if (!KnownAnswer.isGivenBy(Sm3::digest)) {
            throw entropy.refuse(
                    RandomErrors.GENERATOR_WRONG,
                    "the random number generator does not give the known answer",
                    "this process does not start on this machine; check the installation and the processor");
        }
        String personalisation = process + " " + ProcessHandle.current().pid();
        DrbgStream stream = new DrbgStream(entropy, nanos, personalisation);
        // The entropy before the generator hides its faults, and the generator.
        if (!OutputTest.passes(entropy.take(OutputTest.SAMPLE_BYTES)) || !OutputTest.passes(stream)) {
            throw entropy.refuse(RandomErrors.OUTPUT_NOT_RANDOM, DrbgStream.NOT_RANDOM, DrbgStream.WHAT_TO_DO);
        }
        return new ProcessRandom(entropy, stream);
    }

    @Override
    public void fill(byte[] out) {
        stream.fill(out);
    }

    /// A generator with a seed of its own. The same label again gives yet another one: bytes that came
    /// from the operating system are never given twice.
    @Override
    public RandomSource fork(String label) {
        return stream.fork(label);
    }

    /// Zeroes the state; this source and all its forks refuse from now on.
    @Override
    public void close() {
        entropy.close();
        stream.close();
    }

    @Override
    public String toString() {
        return "ProcessRandom";
    }
}
