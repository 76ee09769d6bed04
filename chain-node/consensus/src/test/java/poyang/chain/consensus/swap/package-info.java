/// The swap of engines and validators as a model, explored to its last state at small bounds. Start at
/// {@link SwapModel}.
@NullMarked
package poyang.chain.consensus.swap;

import org.jspecify.annotations.NullMarked;
