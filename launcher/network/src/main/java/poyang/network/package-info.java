/// The departments of the local network, their made-up sources, and the demonstration that runs a
/// collision job through jailed readers and compute children. Start at {@link Main}.
@NullMarked
package poyang.network;

import org.jspecify.annotations.NullMarked;
