package poyang.dashboard;

/// Where browsers reach the console; the port is known once the server listens.
final class Address {
    private static final int USUAL_PORT = 443;

    private final String host;
    private volatile int port;

    Address(String host) {
        this.host = host.contains(":") ? "[" + host + "]" : host;
    }

    void port(int listening) {
        port = listening;
    }

    /// As in the Host header, where browsers leave out the usual port.
    String authority() {
        return port == USUAL_PORT ? host : host + ":" + port;
    }

    String origin() {
        return "https://" + authority();
    }
}
