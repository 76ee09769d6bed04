package poyang.crypto.curve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The verification equations of GB/T 32918.2 section 7 for one public key, alone or in batches. All
/// inputs are public and times depend on them. Safe for use by several threads.
///
/// A signature (r, s) with parity b over the digest e holds when t = r + s mod n is not 0, and
/// R = s·G + t·P has (e + x(R)) mod n = r and a y of parity b.
///
/// s·G takes a comb of width 9. A key that goes on being used gets a comb of width 7 of its own (148 KiB, the
/// price of about twenty verifications), without doublings. Before that, where the parity is there R is
/// found from r and e, and an equation with numbers of half the length is checked; without it t·P takes
/// Straus' method. x(R) is (r − e) mod n, or that plus n when still below p: the second case has
/// probability below 2^-31 for honest signatures, and such a signature goes the way of those without parity.
///
/// In a batch, signatures under keys with combs have an R each, found together by {@link PointSums}: that costs less
/// than a place in an equation. The others use one equation, but for those with two possible x(R).
/// With weights z_i that the signers cannot foresee,
/// Σ z_i·(s_i·G + t_i·P_i − R_i) = 0 holds for a set with an invalid member with probability at most 2^-127
/// (weights are odd and below 2^128): the group has prime order, so for fixed other weights at most one
/// value of an invalid member's weight satisfies the equation. When the equation fails, halves are tried.
///
/// Source: Antipa et al., "Accelerated verification of ECDSA signatures", SAC 2005; Bellare, Garay, Rabin, "Fast batch
/// verification for modular exponentiation and digital
/// signatures", EUROCRYPT 1998, small-exponents test.
public final class Sm2Verifier {
    private static final int L = Field.LONGS;
    private static final int POINT_LONGS = Sm2Group.POINT_LONGS;
    private static final int BASE_WIDTH = 9;
    private static final int KEY_WIDTH = 7;
    private static final int SINGLES_BELOW = 3;

    /// How many sums are found together: their points stay in the cache, and an inversion costs each next to nothing.
    private static final int SUMS = 32;

    /// Fewer share too little.
    private static final int LEAST_SUMS = 6;

    /// More terms than this share doublings at no further gain, and their tables leave the cache.
    private static final int BATCH = 128;

    /// Stands for the parity of a signature that carries none.
    public static final int ANY_PARITY = -1;

    private static final Comb BASE = Comb.of(Sm2Point.BASE.coordinates(), BASE_WIDTH);

    private final Sm2Point key;
    private final AtomicInteger usesBeforeComb;
    private volatile @Nullable Comb comb;

    /// @param usesBeforeComb after how many single verifications the key's comb is built
    public Sm2Verifier(Sm2Point key, int usesBeforeComb) {
        this.key = key;
        this.usesBeforeComb = new AtomicInteger(usesBeforeComb);
    }

    private @Nullable Comb comb() {
        if (comb == null && usesBeforeComb.getAndDecrement() == 0) {
            comb = Comb.of(key.coordinates(), KEY_WIDTH);
        }
        return comb;
    }

    /// A signature in question.
    public static final class Claim {
        private final Sm2Verifier verifier;
        private final long[] r;
        private final long[] s;
        private final long[] e;
        private final int parity;

        /// @param digest e = SM3(Z_A ‖ M), 32 bytes
        /// @param signature r ‖ s, 64 bytes
        /// @param parity of y(R): 0 or 1, or {@link #ANY_PARITY}
        public Claim(Sm2Verifier verifier, byte[] digest, byte[] signature, int parity) {
            this.verifier = verifier;
            r = Order.read(signature, 0);
            s = Order.read(signature, 32);
            e = Order.reduce(Order.read(digest, 0));
            this.parity = parity;
        }

        /// t = r + s mod n, or empty when r, s or t is out of range.
        private Optional<long[]> sum() {
            if (Order.isZero(r) || Order.isZero(s) || !Order.isBelow(r) || !Order.isBelow(s)) {
                return Optional.empty();
            }
            long[] t = Order.add(r, s);
            return Order.isZero(t) ? Optional.empty() : Optional.of(t);
        }

        public boolean holds() {
            Optional<long[]> t = sum();
            if (t.isEmpty()) {
                return false;
            }
            Comb own = verifier.comb();
            if (own == null && namesOnePoint()) {
                Optional<long[]> point = point();
                Optional<Boolean> verdict = point.flatMap(r -> verifier.halved(s, t.get(), r));
                if (point.isEmpty() || verdict.isPresent()) {
                    return verdict.orElse(false);
                }
            }
            long[] point = new long[POINT_LONGS];
            return (verifier.sum(own, s, t.get(), false).toAffine(point, 0)
                            || verifier.sum(own, s, t.get(), true).toAffine(point, 0))
                    && isPoint(point);
        }

        /// Is this sum the R of the signature?
        private boolean isPoint(long[] sum) {
            long[] x = Order.reduce(Field.integer(sum, 0));
            return Order.isEqual(Order.add(e, x), r) && (parity == ANY_PARITY || Field.parity(sum, L) == parity);
        }

        /// Is there at most one point that can be R? Where x + n < p too there might be two.
        private boolean namesOnePoint() {
            long[] x = Order.subtract(r, e);
            boolean second = x[3] == 0 && x[2] == 0; // x + n < p needs x < p − n < 2^128
            return !second && (parity & ~1) == 0;
        }

        /// The only point that can be R, or empty when x is on none.
        private Optional<long[]> point() {
            byte[] compressed = new byte[Sm2Group.COMPRESSED_BYTES];
            compressed[0] = (byte) (2 + parity);
            Order.write(Order.subtract(r, e), compressed, 1);
            return Sm2Group.decode(compressed);
        }
    }

    /// Is s·G + t·P = R? With t = ±u/w of half the length ({@link ShortQuotient}) and all times w ≠ 0, which
    /// the prime order makes the same question, w·s·G ± u·P − w·R = 0 takes half the doublings.
    ///
    /// @return empty when the incomplete formulas lost a sum
    private Optional<Boolean> halved(long[] s, long[] t, long[] point) {
        ShortQuotient quotient = new ShortQuotient(t);
        long[] points = Arrays.copyOf(key.coordinates(), 2 * POINT_LONGS);
        System.arraycopy(point, 0, points, POINT_LONGS, POINT_LONGS);
        long[] forBase = Order.multiply(quotient.denominator(), s);
        if (quotient.negative()) {
            forBase = Order.subtract(new long[Order.LIMBS], forBase);
        } else {
            Field.negate(points, POINT_LONGS + L, points, POINT_LONGS + L);
        }
        Multiplier multiplier = new Multiplier();
        new Straus(points, new long[][] {quotient.numerator(), quotient.denominator()}).sum(multiplier);
        Sum acc = new Sum();
        acc.start(multiplier);
        Sum base = new Sum();
        base.clear();
        BASE.addMultiple(base, forBase);
        return Sum.known(acc, base) ? Optional.of(acc.isNegativeOf(base)) : Optional.empty();
    }

    /// s·G + t·P
    ///
    /// @param careful never loses the sum, at the price of looking for equal points before each addition
    private Sum sum(@Nullable Comb own, long[] s, long[] t, boolean careful) {
        Sum acc = new Sum();
        Multiplier multiplier = new Multiplier();
        if (careful) {
            acc.beCareful();
            multiplier.beCareful();
        }
        if (own == null) {
            new Straus(key.coordinates(), new long[][] {t}).sum(multiplier);
            acc.start(multiplier);
        } else {
            acc.clear();
            own.addMultiple(acc, t);
        }
        BASE.addMultiple(acc, s);
        return acc;
    }

    /// A claim that takes part in the common equation.
    private record Term(int index, Claim claim, Scalars scalars) {}

    /// What a claim puts into the equation: t and R.
    private static final class Scalars {
        private final long[] t;
        private final long[] point;

        Scalars(long[] t, long[] point) {
            this.t = t;
            this.point = point;
        }
    }

    /// The verdicts of {@link Claim#holds} on each claim.
    ///
    /// @param weights 16 bytes for each claim, fixed after all claims were and unknown to signers before; asked for
    ///     where there is an equation
    public static boolean[] verdicts(List<Claim> claims, Supplier<byte[]> weights) {
        boolean[] verdicts = new boolean[claims.size()];
        List<Term> terms = new ArrayList<>();
        List<Alone> alone = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            Claim claim = claims.get(i);
            Optional<long[]> t = claim.sum();
            if (t.isEmpty()) {
                continue;
            }
            Comb own = claim.verifier.comb();
            if (own != null) {
                alone.add(new Alone(i, claim, own, t.get()));
            } else if (claim.namesOnePoint()) {
                int index = i;
                claim.point().ifPresent(r -> terms.add(new Term(index, claim, new Scalars(t.get(), r))));
            } else {
                verdicts[i] = claim.holds();
            }
        }
        byte[] drawn = terms.size() < SINGLES_BELOW ? new byte[0] : weights.get();
        for (int from = 0; from < terms.size(); from += BATCH) {
            decide(terms.subList(from, Math.min(terms.size(), from + BATCH)), drawn, verdicts);
        }
        for (int from = 0; from < alone.size(); from += SUMS) {
            decideAlone(alone.subList(from, Math.min(alone.size(), from + SUMS)), verdicts);
        }
        return verdicts;
    }

    /// A claim under a key with a comb, and its t.
    private static final class Alone {
        private final int index;
        private final Claim claim;
        private final Comb own;
        private final long[] t;

        Alone(int index, Claim claim, Comb own, long[] t) {
            this.index = index;
            this.claim = claim;
            this.own = own;
            this.t = t;
        }
    }

    private static void decideAlone(List<Alone> alone, boolean[] verdicts) {
        if (alone.size() < LEAST_SUMS) {
            alone.forEach(each -> verdicts[each.index] = each.claim.holds());
            return;
        }
        PointSums sums =
                PointSums.of(alone.size(), BASE.windows() + alone.getFirst().own.windows());
        for (int i = 0; i < alone.size(); i++) {
            Alone each = alone.get(i);
            sums.put(i, each.own, each.t);
            sums.put(i, BASE, each.claim.s);
        }
        sums.sum();
        long[] point = new long[POINT_LONGS];
        for (int i = 0; i < alone.size(); i++) {
            Alone each = alone.get(i);
            if (sums.isKnown(i)) {
                sums.copy(i, point);
                verdicts[each.index] = each.claim.isPoint(point);
            } else {
                verdicts[each.index] = each.claim.holds();
            }
        }
    }

    private static void decide(List<Term> terms, byte[] weights, boolean[] verdicts) {
        if (terms.size() < SINGLES_BELOW) {
            terms.forEach(term -> verdicts[term.index()] = term.claim().holds());
        } else if (equationHolds(terms, weights)) {
            terms.forEach(term -> verdicts[term.index()] = true);
        } else {
            int half = terms.size() / 2;
            decide(terms.subList(0, half), weights, verdicts);
            decide(terms.subList(half, terms.size()), weights, verdicts);
        }
    }

    /// Σ z·t·P − Σ z·R = −(Σ z·s)·G; false also when the incomplete formulas lost a sum.
    private static boolean equationHolds(List<Term> terms, byte[] weights) {
        long[] forBase = new long[Order.LIMBS];
        Map<Sm2Verifier, long[]> forKeys = new LinkedHashMap<>();
        long[] points = new long[2 * terms.size() * POINT_LONGS];
        List<long[]> scalars = new ArrayList<>();
        for (Term term : terms) {
            long[] z = weight(weights, term.index());
            forBase = Order.add(forBase, Order.multiply(z, term.claim().s));
            forKeys.merge(term.claim().verifier, Order.multiply(z, term.scalars().t), Order::add);
            int at = scalars.size() * POINT_LONGS;
            System.arraycopy(term.scalars().point, 0, points, at, POINT_LONGS);
            Field.negate(points, at + L, points, at + L);
            scalars.add(z);
        }
        for (Map.Entry<Sm2Verifier, long[]> entry : forKeys.entrySet()) {
            System.arraycopy(entry.getKey().key.coordinates(), 0, points, scalars.size() * POINT_LONGS, POINT_LONGS);
            scalars.add(entry.getValue());
        }
        Multiplier multiplier = new Multiplier();
        new Straus(Arrays.copyOf(points, scalars.size() * POINT_LONGS), scalars.toArray(long[][]::new)).sum(multiplier);
        Sum acc = new Sum();
        acc.start(multiplier);
        Sum base = new Sum();
        base.clear();
        BASE.addMultiple(base, forBase);
        long[] point = new long[POINT_LONGS];
        return base.toAffine(point, 0) && acc.isNegativeOf(point);
    }

    /// An odd number below 2^128.
    private static long[] weight(byte[] weights, int index) {
        byte[] wide = new byte[32];
        System.arraycopy(weights, 16 * index, wide, 16, 16);
        wide[31] |= 1;
        return Order.read(wide, 0);
    }
}
