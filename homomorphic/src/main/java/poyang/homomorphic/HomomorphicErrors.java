package poyang.homomorphic;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of homomorphic encryption. Failures of decryption never say more than that.
public final class HomomorphicErrors {
    /// Parameters that cannot work, or would give less security than their name promises.
    public static final ErrorCode BAD_PARAMETERS = new ErrorCode("BAD_PARAMETERS", 7600, Category.BAD_INPUT);
    /// A plaintext that does not fit: too many slots, or a value out of range.
    public static final ErrorCode BAD_PLAINTEXT = new ErrorCode("BAD_PLAINTEXT", 7601, Category.BAD_INPUT);
    /// A ciphertext that is malformed, or of other parameters, level or scale.
    public static final ErrorCode BAD_CIPHERTEXT = new ErrorCode("BAD_CIPHERTEXT", 7602, Category.BAD_INPUT);
    /// A key that is malformed, of other parameters, or missing for what is asked.
    public static final ErrorCode BAD_HE_KEY = new ErrorCode("BAD_HE_KEY", 7603, Category.BAD_INPUT);
    /// The noise of a ciphertext leaves no room for a reliable result.
    public static final ErrorCode NOISE_EXHAUSTED = new ErrorCode("NOISE_EXHAUSTED", 7604, Category.BAD_INPUT);
    /// The shares of a joint decryption do not belong together.
    public static final ErrorCode BAD_SHARES = new ErrorCode("BAD_SHARES", 7605, Category.BAD_PEER);
    /// A proof about a ciphertext or a share does not hold.
    public static final ErrorCode BAD_PROOF = new ErrorCode("BAD_PROOF", 7606, Category.BAD_PEER);

    private HomomorphicErrors() {}
}
