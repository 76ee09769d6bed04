/// The chain's facts and how anyone checks them offline: headers, attestations, finality proofs,
/// Merkle proofs of receipts and state, genesis. Verification only, small and pure, so that the SDKs
/// in other languages mirror it against the same vectors. Start at {@link FinalityProof}.
@NullMarked
package poyang.chain.proofs;

import org.jspecify.annotations.NullMarked;
