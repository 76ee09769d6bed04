/// Asking a process that runs several chains to make, join, leave, close or erase one of them. Start from
/// {@link poyang.sdk.host.HostClient}.
@NullMarked
package poyang.sdk.host;

import org.jspecify.annotations.NullMarked;
