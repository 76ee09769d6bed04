/// Replicated logs side by side, under one load: what `./poyang bench raft` measures.
///
/// {@link poyang.network.yardstick.ReplicatedLog} is what each of them is, {@link
/// poyang.network.yardstick.RequestDoor} where requests come in. These two need the JDK alone, so that other
/// libraries' logs stand behind the same door in processes with class paths of their own.
@NullMarked
package poyang.network.yardstick;

import org.jspecify.annotations.NullMarked;
