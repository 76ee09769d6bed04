package poyang.executor.host;

import poyang.connectors.ConnectorErrors;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.ErrorCode;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// How an attempt's failure is named on chain, where the other department reads it. Names and sentences are
/// fixed: a failure's own words may hold paths or values of this department and stay in its log.
enum FailureCode {
    SOURCE_LOST("the data source could not be read as its data set was registered"),
    PEER_LOST("the other department's executor was not reached, or ended the attempt"),
    EXECUTOR_LOST("the executor stopped during the attempt"),
    TIME_LIMIT("the attempt took longer than this executor allows"),
    MEMORY_LIMIT("the attempt needed more memory than this executor allows"),
    LIMIT_EXCEEDED("more was sent than the protocol needs for the committed sizes"),
    CHILD_LOST("a jailed process of this executor ended early"),
    SANDBOX("the sandbox could not be set up"),
    INPUT_REFUSED("a value of the input is not what the plan declares"),
    PEER_MISBEHAVED("another department's executor broke the protocol"),
    PROVING_KEY_MISSING("the executor has no proving key, or no secret, that fits the published verification key"),
    COMMITMENT_DIFFERS("the data set's rows are not those that were committed to"),
    STATEMENT_FALSE("what the plan asks to be proven is not true of the committed rows"),
    INTERNAL("the executor failed");

    private static final int CONNECTORS = 6000;
    /// Shares, proofs and frames of others that do not hold are told by codes of these.
    private static final int COMPUTATIONS = 7000;
    /// The code of records that a view's table does not take.
    private static final int RECORD_REFUSED = 7103;

    private final String sentence;

    FailureCode(String sentence) {
        this.sentence = sentence;
    }

    /// Whether it is another party's doing, who may be named.
    boolean accuses() {
        return this == PEER_MISBEHAVED || this == LIMIT_EXCEEDED;
    }

    String sentence() {
        return sentence;
    }

    static FailureCode of(PoyangException failure) {
        ErrorCode code = failure.code();
        if (code.number() / 1000 * 1000 == CONNECTORS
                || code.number() == RECORD_REFUSED
                || code.equals(ConnectorErrors.SOURCE_MISSING)
                || code.equals(HostErrors.NO_SUCH_SOURCE)
                || code.equals(ExecutorErrors.INPUT_MALFORMED)) {
            return SOURCE_LOST;
        }
        if (code.equals(KernelErrors.PEER_MISBEHAVED)
                || code.number() / 1000 * 1000 == COMPUTATIONS && code.category() == ErrorCode.Category.BAD_PEER) {
            return PEER_MISBEHAVED;
        }
        if (code.equals(KernelErrors.PEER_LOST)
                || code.equals(HostErrors.PEER_ENDED)
                || code.equals(HostErrors.HELLO_REFUSED)) {
            return PEER_LOST;
        }
        if (code.equals(ExecutorErrors.EXECUTOR_LOST)) {
            return EXECUTOR_LOST;
        }
        if (code.equals(ExecutorErrors.TIME_LIMIT)) {
            return TIME_LIMIT;
        }
        if (code.equals(ExecutorErrors.MEMORY_LIMIT)) {
            return MEMORY_LIMIT;
        }
        if (code.equals(ExecutorErrors.INPUT_REFUSED)) {
            return INPUT_REFUSED;
        }
        if (code.equals(ExecutorErrors.FRAMES_EXCEEDED)) {
            return LIMIT_EXCEEDED;
        }
        if (code.equals(ExecutorErrors.JAIL_UNAVAILABLE)) {
            return SANDBOX;
        }
        return code.equals(ExecutorErrors.CHILD_LOST) ? CHILD_LOST : proof(code);
    }

    private static FailureCode proof(ErrorCode code) {
        if (code.equals(ExecutorErrors.PROVING_KEY_MISSING)) {
            return PROVING_KEY_MISSING;
        }
        if (code.equals(ExecutorErrors.COMMITMENT_DIFFERS)) {
            return COMMITMENT_DIFFERS;
        }
        return code.equals(ExecutorErrors.STATEMENT_FALSE) ? STATEMENT_FALSE : INTERNAL;
    }
}
