/// Departments on one machine with real sandboxes: the jailed demonstration and the auditor's replay.
/// Start at {@link Main}.
@NullMarked
package poyang.network;

import org.jspecify.annotations.NullMarked;
