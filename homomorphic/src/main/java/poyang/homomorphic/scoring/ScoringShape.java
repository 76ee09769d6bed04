package poyang.homomorphic.scoring;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.rlwe.BfvCombination;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What both parties know of a scoring before it: features, their numbers, and the degree of the model.
///
/// A score is Σ coefficient·Πfeatures over all terms of up to `degree` factors, the constant among them. Features
/// and coefficients are decimals in units of their last places; every term is brought to one number of places,
/// coefficient's and `degree` times the most of any feature. With T terms, coefficients up to C and M the largest
/// feature in the finest unit of all (at least 1.0), a score is at most T·C·M^degree units. The plaintext primes are
/// chosen so that their product is more than twice that: no score of inputs within their bounds wraps.
///
/// @param features in order, 1 to 64
/// @param degree 1 to 3
/// @param coefficients of all terms
public record ScoringShape(List<FixedPoint> features, int degree, FixedPoint coefficients) {
    /// Terms that a model may have.
    public static final int TERMS_MAX = 256;

    static final int DEGREE = 8192;
    /// All results of a run together tell of the model but their scores at most 2^(-40).
    static final int STATISTICAL_BITS = 40;
    /// Of the number of results of a run.
    private static final int RESULTS_BITS = 16;

    private static final int FEATURES_MAX = 64;
    private static final int DEGREE_MAX = 3;
    private static final int SCORE_BITS_MAX = 113;
    private static final int PLAIN_BITS_MAX = 40;
    private static final int PLAIN_BITS_MIN = 20;
    private static final int PRIME_BITS = 43;
    private static final int PRIMES_MAX = 4;

    /// A monomial: the features that are its factors, in ascending order, each as often as its power says.
    ///
    /// @param parent the place of the term without the last factor; -1 for the constant
    public record Term(List<Integer> factors, int parent) {
        public Term {
            factors = List.copyOf(factors);
        }
    }

    /// @throws PoyangException `BAD_PARAMETERS` for what cannot be scored
    public ScoringShape {
        features = List.copyOf(features);
        boolean fits = !features.isEmpty()
                && features.size() <= FEATURES_MAX
                && degree >= 1
                && degree <= DEGREE_MAX
                && count(features.size(), degree) <= TERMS_MAX
                && features.stream().allMatch(FixedPoint::valid)
                && coefficients.valid();
        if (!fits || largest(features, degree, coefficients).bitLength() > SCORE_BITS_MAX) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PARAMETERS,
                    "these features and coefficients cannot be scored",
                    "at most " + FEATURES_MAX + " features, degree " + DEGREE_MAX + ", " + TERMS_MAX + " terms, "
                            + FixedPoint.DECIMALS_MAX + " decimals, and scores of " + SCORE_BITS_MAX
                            + " bits are possible");
        }
    }

    private static long count(int features, int degree) {
        long terms = 1;
        for (int i = 1; i <= degree; i++) {
            terms = terms * (features + i) / i;
        }
        return terms;
    }

    private static int mostDecimals(List<FixedPoint> features) {
        return features.stream().mapToInt(FixedPoint::decimals).max().orElse(0);
    }

    private static BigInteger largest(List<FixedPoint> features, int degree, FixedPoint coefficients) {
        int most = mostDecimals(features);
        BigInteger feature = BigInteger.TEN.pow(most);
        for (FixedPoint each : features) {
            feature =
                    feature.max(BigInteger.valueOf(each.bound()).multiply(BigInteger.TEN.pow(most - each.decimals())));
        }
        return BigInteger.valueOf(coefficients.bound())
                .multiply(BigInteger.valueOf(count(features.size(), degree)))
                .multiply(feature.pow(degree));
    }

    /// How many coefficients a model has.
    public int termCount() {
        return (int) count(features.size(), degree);
    }

    /// All terms, the constant first, then by the number of factors, and in ascending order of them.
    public List<Term> terms() {
        List<Term> terms = new ArrayList<>();
        terms.add(new Term(List.of(), -1));
        int from = 0;
        for (int factors = 1; factors <= degree; factors++) {
            int to = terms.size();
            for (int parent = from; parent < to; parent++) {
                List<Integer> before = terms.get(parent).factors();
                for (int feature = before.isEmpty() ? 0 : before.getLast(); feature < features.size(); feature++) {
                    List<Integer> after = new ArrayList<>(before);
                    after.add(feature);
                    terms.add(new Term(after, parent));
                }
            }
            from = to;
        }
        return List.copyOf(terms);
    }

    /// The places after the point of every score.
    public int scoreDecimals() {
        return coefficients.decimals() + degree * mostDecimals(features);
    }

    /// What brings a term to the places of the score.
    BigInteger padding(Term term) {
        int decimals = term.factors().stream()
                .mapToInt(f -> features.get(f).decimals())
                .sum();
        return BigInteger.TEN.pow(degree * mostDecimals(features) - decimals);
    }

    /// One set of parameters for each plaintext prime; a prime of b bits is more than 2^(b−1).
    List<BfvParameters> parameters() {
        int needed = largest(features, degree, coefficients)
                .shiftLeft(1)
                .add(BigInteger.ONE)
                .bitLength();
        List<BfvParameters> all = new ArrayList<>();
        for (int most = PLAIN_BITS_MAX; needed > 0; most--) {
            int bits = Math.clamp(needed + 1, PLAIN_BITS_MIN, most);
            all.add(smallest(bits));
            needed -= bits - 1;
        }
        return all;
    }

    /// As few primes as hide a result.
    private BfvParameters smallest(int plainBits) {
        for (int primes = 2; primes <= PRIMES_MAX; primes++) {
            int[] bits = new int[primes + 1];
            Arrays.fill(bits, PRIME_BITS);
            BfvParameters parameters = BfvParameters.of(DEGREE, plainBits, bits);
            if (BfvCombination.fits(parameters, termCount(), statisticalBits())) {
                return parameters;
            }
        }
        throw new Bug("no parameters hide " + termCount() + " terms of " + plainBits + " bits");
    }

    int statisticalBits() {
        return STATISTICAL_BITS + RESULTS_BITS;
    }

    /// The most rows of a run.
    long rowsMax() {
        return (1L << RESULTS_BITS) / 3 * DEGREE;
    }

    /// Tells this shape from all others.
    Bytes digest() {
        return Sm3.hash(new CanonicalWriter("poyang.scoring.shape.v1")
                .list(features, (w, f) -> w.u32(f.decimals()).u64(f.bound()))
                .u32(degree)
                .u32(coefficients.decimals())
                .u64(coefficients.bound())
                .toArray());
    }
}
