/// The inner loops of SM3, SM4 and GHASH, each as a scalar form and as a vector form (SM4: two)
/// with the same results. Used by the types of {@link poyang.crypto} alone. Start at {@link Sm4Blocks}.
@NullMarked
package poyang.crypto.block;

import org.jspecify.annotations.NullMarked;
