/// The child process that reads one source: it parses what the department has, and pipes the columns
/// that a job needs to the compute child. It holds no key and has no link to anybody but its source.
/// Start at {@link ReaderMain}.
@NullMarked
package poyang.executor.reader;

import org.jspecify.annotations.NullMarked;
