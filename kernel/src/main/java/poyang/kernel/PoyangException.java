package poyang.kernel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A failure that a person or a calling program can act on: what was wrong, and what would be right.
///
/// Failures of decryption, authentication and proofs keep `wrong` general on purpose.
public final class PoyangException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final String wrong;
    private final String right;
    private final transient @Nullable PartyId accused;

    public PoyangException(ErrorCode code, String wrong, String right) {
        this(code, wrong, right, null);
    }

    public PoyangException(ErrorCode code, String wrong, String right, @Nullable Throwable cause) {
        this(code, wrong, right, cause, null);
    }

    private PoyangException(
            ErrorCode code, String wrong, String right, @Nullable Throwable cause, @Nullable PartyId accused) {
        super(code + ": " + wrong + "; " + right, cause);
        this.code = code;
        this.wrong = wrong;
        this.right = right;
        this.accused = accused;
    }

    /// A failure that another party brought about.
    public static PoyangException accusing(PartyId accused, ErrorCode code, String wrong, String right) {
        return new PoyangException(code, wrong, right, null, accused);
    }

    /// The same failure in other words.
    public PoyangException reworded(String otherWrong, String otherRight) {
        return new PoyangException(code, otherWrong, otherRight, this, accused);
    }

    public ErrorCode code() {
        return code;
    }

    /// Who brought the failure about, where that is another party and known. The word of this party, and no proof.
    public Optional<PartyId> accused() {
        return Optional.ofNullable(accused);
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
