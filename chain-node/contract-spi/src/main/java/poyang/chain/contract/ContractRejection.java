package poyang.chain.contract;

import poyang.kernel.ErrorCode;

/// A call that a contract refuses: recorded in the transaction's receipt, with no effect on the state.
/// Code, `wrong` and `right` become part of the receipt, so they are deterministic and hold no
/// personal data.
public final class ContractRejection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final String wrong;
    private final String right;

    public ContractRejection(ErrorCode code, String wrong, String right) {
        super(code + ": " + wrong + "; " + right, null, false, false);
        this.code = code;
        this.wrong = wrong;
        this.right = right;
    }

    public ErrorCode code() {
        return code;
    }

    public String wrong() {
        return wrong;
    }

    public String right() {
        return right;
    }
}
