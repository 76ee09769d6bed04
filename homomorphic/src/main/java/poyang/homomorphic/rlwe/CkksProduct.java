package poyang.homomorphic.rlwe;

/// A product that has not been brought to the next level: its scale is the square of its level's.
final class CkksProduct {
    private final double[][] c0;
    private final double[][] c1;
    private final int level;
    private final double magnitude;
    private final double error;

    CkksProduct(double[][] c0, double[][] c1, int level, double magnitude, double error) {
        this.c0 = c0;
        this.c1 = c1;
        this.level = level;
        this.magnitude = magnitude;
        this.error = error;
    }

    double[][] c0() {
        return c0;
    }

    double[][] c1() {
        return c1;
    }

    int level() {
        return level;
    }

    double magnitude() {
        return magnitude;
    }

    double error() {
        return error;
    }
}
