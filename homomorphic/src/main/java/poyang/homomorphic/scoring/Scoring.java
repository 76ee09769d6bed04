package poyang.homomorphic.scoring;

import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvCombination;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.RlwePublicKey;
import poyang.kernel.PoyangException;

/// Scores of one party's rows by another party's linear or polynomial model.
///
/// ```
/// features F with X                           model M with coefficients c
///   header: plan, |X|                   ↔       header: plan
///   public key, for each plaintext prime →
///   for each 8,192 rows and prime:
///     Enc(monomial) for each term       →
///                                       ←       Σ c·Enc(monomial) + c₀, flooded
///   digest of all frames                ↔       digest of all frames
/// ```
///
/// One ciphertext holds one monomial of 8,192 rows, which F multiplies out in the clear: M only adds multiples, so
/// the noise has a bound that can be written down, and no key for products is sent.
///
/// - shapes: rows of `features` numbers; a coefficient for each of {@link ScoringShape#terms}, zeros among them
/// - rejects: numbers outside of their bounds (`BAD_PLAINTEXT`); frames of other lengths, headers of another plan,
///   ciphertexts that are none: `PEER_MISBEHAVED`; frames that changed on their way
/// - errors: none; scores are exact, and within bounds no score can wrap ({@link ScoringShape})
/// - secrecy: semi-honest parties. M sees encryptions under ring learning with errors, 128 bits. F sees results that
///   are within 2^(-40), all of a run together, of ones that depend on the scores only ({@link BfvCombination});
///   slots behind the last row hold random numbers. Which coefficients are zeros changes neither frames nor work.
///   Every score is a linear equation in the coefficients, whatever protocol computes it: as many different
///   rows as terms give the model away, and a party that does not keep to its bounds learns more from a row
/// - cost: {@link #cost}; F one encryption a term, prime and 8,192 rows, M two row operations for each
/// - source: the two-party scoring of Graepel, Lauter, Naehrig, "ML Confidential", ICISC 2012, on the scheme of Fan
///   and Vercauteren, with the flooding of {@link BfvCombination}
public final class Scoring {
    /// Stable number of the protocol in this project's registry.
    public static final int ID = 33;
    /// Raised when the frames change.
    public static final int VERSION = 1;
    /// As jobs name it.
    public static final String NAME = "scoring-bfv";

    public static final String CITATION = "T. Graepel, K. Lauter, M. Naehrig, ICISC 2012; the scheme: J. Fan,"
            + " F. Vercauteren, ePrint 2012/144; flooding: C. Gentry, 2009";
    /// Against whom it is secure.
    public static final String ADVERSARY = "semi-honest, either party";

    public static final String FEATURES_LEARN = "自己每一行的评分";
    public static final String FEATURES_LEARN_ENGLISH = "the score of each of its own rows";
    public static final String MODEL_LEARNS = "评分方的行数";
    public static final String MODEL_LEARNS_ENGLISH = "how many rows are scored";

    private Scoring() {}

    /// What a run costs; never less for more rows.
    public static ScoringCost cost(ScoringShape shape, long rows) {
        long blocks = (rows + ScoringShape.DEGREE - 1) / ScoringShape.DEGREE;
        long terms = shape.termCount() - 1L;
        long there = ScoringRun.HEADER_BYTES + Sm3.DIGEST_BYTES;
        long back = there;
        int longest = ScoringRun.HEADER_BYTES;
        List<BfvParameters> all = shape.parameters();
        for (BfvParameters parameters : all) {
            int key = RlwePublicKey.lengthBytes(parameters);
            int fresh = freshBytes(parameters);
            int result = resultBytes(shape, parameters);
            there += key + blocks * terms * fresh;
            back += blocks * result;
            longest = Math.max(longest, Math.max(key, Math.max(fresh, result)));
        }
        return new ScoringCost(
                2 + all.size() * (1 + blocks * terms), there, 2 + all.size() * blocks, back, longest, (int)
                        (2 + 2 * blocks));
    }

    static int freshBytes(BfvParameters parameters) {
        return BfvCiphertext.lengthBytes(parameters, parameters.primes(), true);
    }

    static int resultBytes(ScoringShape shape, BfvParameters parameters) {
        int primes = BfvCombination.primes(parameters, shape.termCount(), shape.statisticalBits());
        return BfvCiphertext.lengthBytes(parameters, primes, false);
    }

    /// Runs the features' side to its end.
    public static Scores score(ScoringShape shape, FeatureColumns columns, ScoringSession session) {
        int rows = columns.rows();
        for (int f = 0; f < shape.features().size(); f++) {
            for (int row = 0; row < rows; row++) {
                check(shape.features().get(f), columns.units(f, row));
            }
        }
        ScoringRun run = new ScoringRun(session, false);
        long _ = run.open(shape, rows);
        List<FeaturesSide> engines = FeaturesSide.all(shape, session.random());
        engines.forEach(engine -> run.send(engine.publicKey()));
        long[][] residues = new long[engines.size()][rows];
        for (int from = 0; from < rows; from += ScoringShape.DEGREE) {
            int width = Math.min(ScoringShape.DEGREE, rows - from);
            for (FeaturesSide engine : engines) {
                engine.encrypt(columns, from, width, run::send);
            }
            for (int i = 0; i < engines.size(); i++) {
                long[] slots = engines.get(i).decrypt(run);
                System.arraycopy(slots, 0, residues[i], from, width);
            }
            session.progress().at(from + width, rows);
        }
        engines.forEach(FeaturesSide::close);
        run.confirm();
        return new Scores(engines.stream().map(FeaturesSide::prime).toList(), residues, shape.scoreDecimals());
    }

    private static void check(FixedPoint numbers, long units) {
        if (!numbers.holds(units)) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PLAINTEXT,
                    "a number is outside of its bound",
                    "numbers of at most " + numbers.bound() + " units are needed");
        }
    }

    /// Runs the model's side to its end; gives the number of rows, all that it learns.
    ///
    /// @param coefficients for each term, in units of the last place
    public static long answer(ScoringShape shape, long[] coefficients, ScoringSession session) {
        if (coefficients.length != shape.termCount()) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PLAINTEXT,
                    coefficients.length + " coefficients",
                    shape.termCount() + " are needed");
        }
        for (long coefficient : coefficients) {
            check(shape.coefficients(), coefficient);
        }
        ScoringRun run = new ScoringRun(session, true);
        long rows = run.open(shape, 0);
        List<ModelSide> engines = ModelSide.all(shape, coefficients, run, session.random());
        for (long from = 0; from < rows; from += ScoringShape.DEGREE) {
            int width = (int) Math.min(ScoringShape.DEGREE, rows - from);
            List<BfvCombination> sums =
                    engines.stream().map(e -> e.combine(run)).toList();
            for (int i = 0; i < sums.size(); i++) {
                run.send(engines.get(i).hidden(sums.get(i), width));
            }
            session.progress().at(from + width, rows);
        }
        run.confirm();
        return rows;
    }
}
