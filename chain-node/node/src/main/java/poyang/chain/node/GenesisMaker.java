package poyang.chain.node;

import java.util.List;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.kernel.Bytes;

/// Makes the genesis of a chain with the contracts that this software brings.
public final class GenesisMaker {
    private GenesisMaker() {}

    /// Runs the calls and writes the root of the state that they make.
    ///
    /// @param trustRoot X.509 certificate (DER) to which all processes' TLS certificates chain
    /// @throws poyang.kernel.PoyangException the code of the contract that refuses a call
    public static Genesis make(
            String name, List<Validator> validators, long timestampMillis, List<Genesis.Call> calls, Bytes trustRoot) {
        Bytes root = Ledger.rootOf(Execution.genesis(Contracts.installed(), calls, timestampMillis));
        return new Genesis(
                Genesis.VERSION,
                name,
                Genesis.SUITE,
                Epoch.bft(0, validators),
                timestampMillis,
                calls,
                root,
                trustRoot);
    }
}
