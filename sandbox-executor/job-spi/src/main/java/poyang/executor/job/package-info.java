/// What the executor's host, its children and the kinds of jobs know of each other: the contract of a
/// kind of job, the messages between host and compute child, the stream from reader to compute child,
/// and the opening that lets an auditor run one party again. Start at {@link JobKind}.
@NullMarked
package poyang.executor.job;

import org.jspecify.annotations.NullMarked;
