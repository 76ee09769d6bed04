/// Other libraries' Raft as yardsticks of `./poyang bench raft --yardsticks`: {@link
/// poyang.yardsticks.RatisReplica} and {@link poyang.yardsticks.SofaReplica}, each a process of its own behind
/// the door that ours stands behind. No part of the product; built only when that bench is run.
@NullMarked
package poyang.yardsticks;

import org.jspecify.annotations.NullMarked;
