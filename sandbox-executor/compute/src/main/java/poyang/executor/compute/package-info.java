/// The child process that holds a job's rows: it commits to them, runs the protocol through its host
/// and seals the result to the receiver. It has no network. Start at {@link ComputeMain}; an auditor
/// starts at {@link Replay}.
@NullMarked
package poyang.executor.compute;

import org.jspecify.annotations.NullMarked;
