package poyang.homomorphic.rlwe;

/// Encoded complex slots at a level, with a bound on their magnitude.
final class CkksPlaintext {
    private final double[][] values;
    private final int level;
    private final double magnitude;

    CkksPlaintext(double[][] values, int level, double magnitude) {
        this.values = values;
        this.level = level;
        this.magnitude = magnitude;
    }

    /// Values of the ring, not to be changed.
    double[][] values() {
        return values;
    }

    double magnitude() {
        return magnitude;
    }

    @Override
    public String toString() {
        return "CkksPlaintext[level " + level + "]";
    }
}
