package poyang.zkp.systems;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// The error codes of proofs: 7200 to 7299.
public final class ZkpErrors {
    /// A file that is not of the form it should have.
    public static final ErrorCode UNREADABLE = new ErrorCode("PROOF_FILE_UNREADABLE", 7201, Category.BAD_INPUT);
    /// A witness that does not satisfy the circuit, or is none of it.
    public static final ErrorCode BAD_WITNESS = new ErrorCode("BAD_WITNESS", 7202, Category.BAD_INPUT);
    /// A circuit that a proof system or curve cannot take.
    public static final ErrorCode BAD_CIRCUIT = new ErrorCode("BAD_CIRCUIT", 7203, Category.BAD_INPUT);
    /// A contribution or transcript of a set-up that is not right.
    public static final ErrorCode BAD_CEREMONY = new ErrorCode("BAD_CEREMONY", 7204, Category.BAD_INPUT);

    private ZkpErrors() {}

    static PoyangException unreadable(String wrong, String right) {
        return new PoyangException(UNREADABLE, wrong, right);
    }
}
