/// How a program outside a chain talks to it: connections, errors and signed reads. Start at
/// {@link poyang.sdk.GrpcTls} for connections and at {@link poyang.sdk.SignedQueries} for reads.
@NullMarked
package poyang.sdk;

import org.jspecify.annotations.NullMarked;
