package poyang.chain.node.host;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ProcessSettings;
import poyang.sdk.SdkErrors;

/// Where a host lives, who may speak to it, and how much of it one chain may have.
///
/// @param directory of all chains; made when missing
/// @param peerListen for other nodes, of whatever chain
/// @param announced where other nodes are told to reach it, when that is not where it listens
/// @param apiListen for clients, of whatever chain
/// @param operators name → key of each who may make, join and end chains here
/// @param mostChains that are kept here at once, running or not
/// @param mostConnections that lead to one chain at once, those of nodes and those of clients each
public record HostSettings(
        Path directory,
        InetSocketAddress peerListen,
        Optional<InetSocketAddress> announced,
        InetSocketAddress apiListen,
        Map<String, VerificationKey> operators,
        int mostChains,
        int mostConnections) {
    public HostSettings {
        operators = Collections.unmodifiableMap(new TreeMap<>(operators));
    }

    /// @throws PoyangException `BAD_SETTINGS`
    static HostSettings read(ProcessSettings from) {
        SequencedMap<String, VerificationKey> operators = new LinkedHashMap<>();
        for (String each : from.text("operators").split(",", -1)) {
            String[] parts = each.strip().split("=", -1);
            if (parts.length != 2 || !parts[0].matches("[a-z0-9-]{1,32}") || !parts[1].matches("[0-9a-f]+")) {
                throw new PoyangException(
                        SdkErrors.BAD_SETTINGS,
                        "\"" + each.strip() + "\" among the operators names nobody",
                        "name=KEY,… with public keys in hexadecimal digits is needed");
            }
            operators.put(
                    parts[0], VerificationKey.decode(Bytes.fromHex(parts[1]).toArray()));
        }
        return new HostSettings(
                from.path("directory"),
                from.listen("peer.listen"),
                from.text("peer.announce", "").isEmpty() ? Optional.empty() : Optional.of(from.listen("peer.announce")),
                from.listen("api.listen"),
                operators,
                (int) from.number("chains.most", 1, 64, 16),
                (int) from.number("connections.most", 8, 4_096, 256));
    }
}
