/// How a validator that was away takes up the chain again: blocks with their finality proofs from several
/// peers at once, then the place in the order from which consensus goes on. Start at {@link BlockSync}.
@NullMarked
package poyang.chain.consensus.sync;

import org.jspecify.annotations.NullMarked;
