package poyang.crypto.curve;

import java.util.Arrays;
import java.util.function.BiPredicate;
import poyang.crypto.block.Pace;

/// Secret multiples of the base point G, in whichever form is faster here.
final class SecretBase {
    /// About half a second in scalar form.
    private static final long MULTIPLES_BEFORE_TRIAL = 15_000;

    private static final SecretComb COMB = new SecretComb(Sm2Point.BASE.coordinates());
    private static final Pace PACE = new Pace("secret multiples", FieldLanes.BITS, MULTIPLES_BEFORE_TRIAL, new Trial());

    private SecretBase() {}

    /// Made where lanes are tried.
    static final class Lanes {
        static final SecretLanes LANES = new SecretLanes(COMB);
    }

    /// point = k·G, affine, for an accepted secret k below n.
    static void multiply(long[] k, long[] point) {
        PACE.did(1);
        long[] odd = SecretComb.odd(k);
        if (!PACE.vector() || !Lanes.LANES.multiply(odd, point)) {
            COMB.multiply(odd, point);
        }
        SecretComb.negateWhereEven(k, point);
        Arrays.fill(odd, 0);
    }

    private static final class Trial implements Pace.Forms {
        private static final int SCALARS = 16;
        private static final int POINT_BYTES = 64;

        private final long[][] scalars = KnownScalars.of(SCALARS);

        Trial() {
            for (long[] scalar : scalars) {
                scalar[0] |= 1;
            }
        }

        /// @param form says whether it knows the multiple
        private byte[] multiples(BiPredicate<long[], long[]> form) {
            byte[] all = new byte[SCALARS * POINT_BYTES];
            long[] point = new long[Sm2Group.POINT_LONGS];
            for (int i = 0; i < SCALARS; i++) {
                if (form.test(scalars[i], point)) {
                    Field.encode(point, 0, all, i * POINT_BYTES);
                    Field.encode(point, Field.LONGS, all, i * POINT_BYTES + POINT_BYTES / 2);
                }
            }
            return all;
        }

        @Override
        public byte[] scalar() {
            return multiples((odd, point) -> {
                COMB.multiply(odd, point);
                return true;
            });
        }

        @Override
        public byte[] vector() {
            return multiples(Lanes.LANES::multiply);
        }
    }
}
