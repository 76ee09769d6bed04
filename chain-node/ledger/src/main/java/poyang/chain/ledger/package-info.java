/// A chain's blocks and state on disk: headers, transactions and receipts verbatim, finality proofs,
/// and the state as a versioned SM3 Merkle tree with flat latest and flat history beside it. One synced
/// write batch a block. Start at {@link Ledger}. The tree is the Jellyfish Merkle tree (Diem, 2021)
/// with binary hashing.
@NullMarked
package poyang.chain.ledger;

import org.jspecify.annotations.NullMarked;
