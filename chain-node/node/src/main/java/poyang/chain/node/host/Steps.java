package poyang.chain.node.host;

/// Hears of each moment at which an operation on a chain's files may be cut short.
interface Steps {
    void reached(String step);

    /// Nobody listens.
    static Steps unheard() {
        return _ -> {};
    }
}
