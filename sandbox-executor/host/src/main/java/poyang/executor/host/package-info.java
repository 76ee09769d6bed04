/// The process that starts a job's children and carries their frames. It never maps a row: rows go
/// from reader to compute child through a pipe of the kernel. Start at {@link PartyRun}.
@NullMarked
package poyang.executor.host;

import org.jspecify.annotations.NullMarked;
