/// Constant-time arithmetic on the SM2 curve for protocols that mask many points with one secret:
/// field, group, hashing to the curve. Start at {@link Sm2Group}.
@NullMarked
package poyang.crypto.curve;

import org.jspecify.annotations.NullMarked;
