package poyang.chain.node;

import java.util.List;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// Makes the genesis of a chain with the contracts that this software brings.
public final class GenesisMaker {
    private GenesisMaker() {}

    /// Runs the calls and writes the root of the state that they make. The chain's suite is that of the
    /// validators' keys, which all are of one.
    ///
    /// @param trustRoot X.509 certificate (DER) to which all processes' TLS certificates chain
    /// @throws poyang.kernel.PoyangException the code of the contract that refuses a call
    public static Genesis make(
            String name, List<Validator> validators, long timestampMillis, List<Genesis.Call> calls, Bytes trustRoot) {
        return make(name, Epoch.bft(0, validators), timestampMillis, calls, trustRoot);
    }

    /// The same for an epoch that is not the default one.
    public static Genesis make(
            String name, Epoch epoch, long timestampMillis, List<Genesis.Call> calls, Bytes trustRoot) {
        CryptoSuite suite = epoch.suite();
        Bytes root = Ledger.rootOf(suite, Execution.genesis(Contracts.installed(), suite, calls, timestampMillis));
        return new Genesis(Genesis.VERSION, name, suite, epoch, timestampMillis, calls, root, trustRoot);
    }
}
