package poyang.sdk;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.kernel.PoyangException;

/// Where a named process listens.
///
/// @param name the common name in its certificate, for example `validator-1`
/// @param host name or address
/// @param port 1 to 65,535
public record NodeAddress(String name, String host, int port) {
    private static final Pattern FORM = Pattern.compile("([a-z0-9-]{1,64})=(.+):([0-9]{1,5})");

    public NodeAddress {
        if (port < 1 || port > 65_535) {
            throw bad(name + "=" + host + ":" + port);
        }
    }

    /// Reads `name=host:port,name=host:port`; no address for blank text.
    ///
    /// @throws PoyangException `BAD_ADDRESS`
    public static List<NodeAddress> list(String text) {
        List<NodeAddress> found = new ArrayList<>();
        if (text.isBlank()) {
            return found;
        }
        for (String part : text.split(",", -1)) {
            Matcher matcher = FORM.matcher(part.strip());
            if (!matcher.matches()) {
                throw bad(part.strip());
            }
            found.add(new NodeAddress(matcher.group(1), matcher.group(2), Integer.parseInt(matcher.group(3))));
        }
        return found;
    }

    /// Resolves now.
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(host, port);
    }

    /// As {@link #list} reads it.
    @Override
    public String toString() {
        return name + "=" + host + ":" + port;
    }

    private static PoyangException bad(String text) {
        return new PoyangException(
                SdkErrors.BAD_ADDRESS,
                "\"" + text + "\" is no address of a process",
                "name=host:port is needed, for example validator-1=127.0.0.1:9101");
    }
}
