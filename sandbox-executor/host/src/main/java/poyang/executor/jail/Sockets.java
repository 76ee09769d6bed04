package poyang.executor.jail;

/// Which sockets a jailed process may make.
public enum Sockets {
    /// Unix-domain sockets only, in a network namespace of its own that holds nothing.
    UNIX_ONLY,
    /// Internet sockets too, in the host's network; for the relay to a source alone.
    INTERNET
}
