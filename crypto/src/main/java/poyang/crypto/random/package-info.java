/// Random numbers: the operating system's, health-tested, through an SM3 generator in the manner of
/// GM/T 0105-2021; and the fifteen statistical tests of GB/T 32915-2016. Start at {@link ProcessRandom}
/// for random numbers and at {@link RandomnessTests} for tests of them.
///
/// Standards: GM/T 0105-2021 (software random number generators), NIST SP 800-90A rev. 1 (Hash_DRBG),
/// NIST SP 800-90B (health tests), GB/T 32915-2016 and GM/T 0005-2021 (statistical tests),
/// GM/T 0062-2018 (when a product is tested).
@NullMarked
package poyang.crypto.random;

import org.jspecify.annotations.NullMarked;
