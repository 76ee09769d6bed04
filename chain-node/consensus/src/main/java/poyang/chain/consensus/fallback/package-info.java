/// The way out of an epoch whose engine decides nothing any more. Start with {@link
/// poyang.chain.consensus.fallback.Fallback}.
@NullMarked
package poyang.chain.consensus.fallback;

import org.jspecify.annotations.NullMarked;
