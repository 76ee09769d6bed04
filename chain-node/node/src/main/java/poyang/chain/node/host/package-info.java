/// Several chains in one process, each with its own members, keys, ledger and threads, behind one address for
/// nodes and one for clients. Start from {@link poyang.chain.node.host.ChainHost}.
@NullMarked
package poyang.chain.node.host;

import org.jspecify.annotations.NullMarked;
