/// The kinds of jobs that an executor can run. Start at {@link CollisionJob}.
@NullMarked
package poyang.executor.jobs;

import org.jspecify.annotations.NullMarked;
