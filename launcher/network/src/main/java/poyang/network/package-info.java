/// The local network: made-up department tables, keys, certificates, genesis and configuration of
/// four validators, three executors and a console, their processes, and the demonstration that runs
/// a collision job through all of them. Start at {@link Main}.
@NullMarked
package poyang.network;

import org.jspecify.annotations.NullMarked;
