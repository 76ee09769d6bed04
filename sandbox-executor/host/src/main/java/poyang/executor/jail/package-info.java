/// The jail around a child process: bubblewrap's namespaces, a dropped user, resource limits and a
/// seccomp allow list of our own, tried out by probes before anything runs in it. Start at
/// {@link Jail}.
@NullMarked
package poyang.executor.jail;

import org.jspecify.annotations.NullMarked;
