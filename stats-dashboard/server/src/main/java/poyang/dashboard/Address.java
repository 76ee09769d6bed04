package poyang.dashboard;

/// Where browsers reach the console; the port is known once the server listens.
final class Address {
    private final String host;
    private volatile int port;

    Address(String host) {
        this.host = host.contains(":") ? "[" + host + "]" : host;
    }

    void port(int listening) {
        port = listening;
    }

    /// As in the Host header.
    String authority() {
        return host + ":" + port;
    }

    String origin() {
        return "http://" + authority();
    }
}
