package poyang.homomorphic.scoring;

/// One party's rows of numbers.
public interface FeatureColumns {
    int rows();

    /// A number in units of its feature's last place, within its bound.
    long units(int feature, int row);
}
