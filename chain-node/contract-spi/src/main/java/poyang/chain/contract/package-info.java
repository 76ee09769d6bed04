/// What a node and a system contract know of each other. A system contract is a protobuf service
/// that consensus executes; start at {@link SystemContract}. Implementations are found by
/// `ServiceLoader`, so the node depends on none of them.
@NullMarked
package poyang.chain.contract;

import org.jspecify.annotations.NullMarked;
