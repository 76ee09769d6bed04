package poyang.crypto.random;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of random numbers, 2020 to 2029 of the range of cryptography.
public final class RandomErrors {
    /// The operating system's random numbers cannot be read.
    public static final ErrorCode ENTROPY_UNAVAILABLE =
            new ErrorCode("ENTROPY_UNAVAILABLE", 2020, Category.ENVIRONMENT);
    /// What the operating system gives repeats itself: a health test of SP 800-90B failed.
    public static final ErrorCode ENTROPY_UNHEALTHY = new ErrorCode("ENTROPY_UNHEALTHY", 2021, Category.ENVIRONMENT);
    /// The generator does not give the known answer.
    public static final ErrorCode GENERATOR_WRONG = new ErrorCode("GENERATOR_WRONG", 2022, Category.ENVIRONMENT);
    /// What the generator gives is not random: a statistical test of GB/T 32915 failed beyond chance.
    public static final ErrorCode OUTPUT_NOT_RANDOM = new ErrorCode("OUTPUT_NOT_RANDOM", 2023, Category.ENVIRONMENT);
    /// A sample that is to be tested is unreadable or too short.
    public static final ErrorCode BAD_SAMPLE = new ErrorCode("BAD_SAMPLE", 2024, Category.BAD_INPUT);

    private RandomErrors() {}
}
