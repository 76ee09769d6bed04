/// Whole clusters under a seed: virtual clock, faulty network, disks that lose what was not synced.
/// Test scope only. Start at {@link Property} and {@link Simulation}.
@NullMarked
package poyang.simulation;

import org.jspecify.annotations.NullMarked;
