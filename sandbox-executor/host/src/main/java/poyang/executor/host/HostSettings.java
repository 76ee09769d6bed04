package poyang.executor.host;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import poyang.sdk.NodeAddress;

/// Where an executor lives, whom it serves and whom it talks to.
///
/// @param organisation the department; the account is `ORGANISATION/executor`, the TLS name
///     `ORGANISATION-executor`
/// @param listen for people (through consoles) and for other executors
/// @param peers other departments' executors, named by organisation
/// @param directory sources, results, openings and the audit log; private
/// @param sourcesFolder file sources lie in here and nowhere else
/// @param provingKeysFolder what jobs for proofs prove with
/// @param peerMillis how long another executor may take to be there for an attempt
/// @param attemptsAtOnce more of them wait
public record HostSettings(
        String organisation,
        InetSocketAddress listen,
        List<NodeAddress> peers,
        Path directory,
        Path sourcesFolder,
        Path provingKeysFolder,
        long peerMillis,
        int attemptsAtOnce) {
    public HostSettings {
        peers = List.copyOf(peers);
    }
}
