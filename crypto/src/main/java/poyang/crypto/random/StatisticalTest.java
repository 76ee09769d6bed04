package poyang.crypto.random;

/// The fifteen tests, in the order of GB/T 32915-2016.
public enum StatisticalTest {
    FREQUENCY(1, "单比特频数检测", "single bit frequency"),
    BLOCK_FREQUENCY(2, "块内频数检测", "frequency within blocks"),
    POKER(3, "扑克检测", "poker"),
    OVERLAPPING_PATTERNS(4, "重叠子序列检测", "overlapping patterns"),
    RUNS(5, "游程总数检测", "number of runs"),
    RUN_LENGTHS(6, "游程分布检测", "lengths of runs"),
    LONGEST_RUN(7, "块内最大游程检测", "longest run in blocks"),
    BINARY_DERIVATIVE(8, "二元推导检测", "binary derivative"),
    AUTOCORRELATION(9, "自相关检测", "autocorrelation"),
    MATRIX_RANK(10, "矩阵秩检测", "matrix rank"),
    CUMULATIVE_SUMS(11, "累加和检测", "cumulative sums"),
    APPROXIMATE_ENTROPY(12, "近似熵检测", "approximate entropy"),
    LINEAR_COMPLEXITY(13, "线性复杂度检测", "linear complexity"),
    UNIVERSAL(14, "Maurer通用统计检测", "Maurer's universal"),
    FOURIER(15, "离散傅里叶检测", "discrete Fourier");

    private final int number;
    private final String chinese;
    private final String english;

    StatisticalTest(int number, String chinese, String english) {
        this.number = number;
        this.chinese = chinese;
        this.english = english;
    }

    /// The standard's own name.
    public String chinese() {
        return chinese;
    }

    public String english() {
        return english;
    }

    /// 1 to 15.
    public int number() {
        return number;
    }
}
