/// Looking up records of another department's view without telling it which: start at
/// {@link PrivateLookup}. Apart from `sdk/java` because it brings the mathematics of `psi-pir` along.
@NullMarked
package poyang.sdk.lookup;

import org.jspecify.annotations.NullMarked;
