package poyang.pir;

/// The uniform halves of queries and keys, transformed. They come from a public seed of the data's
/// holder, so they are neither sent nor secret; sharing them among clients costs nothing, because
/// each query has a secret of its own (Henzinger et al., section 3.2).
final class PublicMasks {
    private final double[][] query;
    private final double[][] firstKey = new double[PirParameters.DIGITS][];
    private final double[][] secondKey = new double[PirParameters.DIGITS][];

    PublicMasks(byte[] seed, int rows) {
        query = new double[(rows + Ring.N - 1) / Ring.N][];
        for (int u = 0; u < query.length; u++) {
            query[u] = Ring.uniform(seed, "query", u);
        }
        for (int t = 0; t < PirParameters.DIGITS; t++) {
            firstKey[t] = Ring.uniform(seed, "first-key", t);
            secondKey[t] = Ring.uniform(seed, "second-key", t);
        }
    }

    int chunks() {
        return query.length;
    }

    double[] query(int u) {
        return query[u];
    }

    /// For the switch from σ_5(s) to s.
    double[] firstKey(int t) {
        return firstKey[t];
    }

    /// For the switch from σ_-1(s) to s.
    double[] secondKey(int t) {
        return secondKey[t];
    }
}
