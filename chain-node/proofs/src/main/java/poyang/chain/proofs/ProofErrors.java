package poyang.chain.proofs;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of the chain's proofs.
public final class ProofErrors {
    public static final ErrorCode BAD_GENESIS = new ErrorCode("BAD_GENESIS", 4101, Category.BAD_INPUT);

    private ProofErrors() {}
}
