/// Frames between named nodes over mutual TLS: links, heartbeats, bounded queues, statistics. Start at
/// {@link poyang.wire.transport.Transport}. It knows no business: a channel is a number that the
/// caller gives a meaning.
@NullMarked
package poyang.wire.transport;

import org.jspecify.annotations.NullMarked;
