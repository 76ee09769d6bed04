/// The fields that shares and correlations live in. Start at {@link Goldilocks}, the prime field;
/// {@link Quadratic} is its extension of degree two, which keys of correlations come from.
@NullMarked
package poyang.mpc.field;

import org.jspecify.annotations.NullMarked;
