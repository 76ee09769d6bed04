package poyang.kernel;

import org.jspecify.annotations.Nullable;

/// A failure that a person or a calling program can act on: what was wrong, and what would be right.
///
/// Failures of decryption, authentication and proofs keep `wrong` general on purpose.
public final class PoyangException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final String wrong;
    private final String right;

    public PoyangException(ErrorCode code, String wrong, String right) {
        this(code, wrong, right, null);
    }

    public PoyangException(ErrorCode code, String wrong, String right, @Nullable Throwable cause) {
        super(code + ": " + wrong + "; " + right, cause);
        this.code = code;
        this.wrong = wrong;
        this.right = right;
    }

    public ErrorCode code() {
        return code;
    }

    /// What was wrong, without a full stop.
    public String wrong() {
        return wrong;
    }

    /// What would be right, without a full stop.
    public String right() {
        return right;
    }
}
