package poyang.crypto.curve;

import java.util.Arrays;
import poyang.crypto.block.Pace;

/// Secret multiples of the base point G, in whichever form is faster here.
final class SecretBase {
    /// About half a second in scalar form.
    private static final long MULTIPLES_BEFORE_TRIAL = 15_000;

    private static final SecretComb COMB = new SecretComb(Sm2Point.BASE.coordinates());
    private static final Pace PACE = new Pace("secret multiples", FieldLanes.BITS, MULTIPLES_BEFORE_TRIAL, new Trial());

    private SecretBase() {}

    /// Made where lanes are tried.
    private static final class Lanes {
        private static final SecretLanes LANES = new SecretLanes(COMB);
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

    /// Multiples for scalars that everybody knows.
    private static final class Trial implements Pace.Forms {
        private static final int SCALARS = 16;
        private static final int POINT_BYTES = 64;

        private final long[][] scalars = new long[SCALARS][Order.LIMBS];

        Trial() {
            long word = 1;
            for (long[] scalar : scalars) {
                for (int i = 0; i < scalar.length; i++) {
                    word = word * 6364136223846793005L + 1442695040888963407L;
                    scalar[i] = word >>> 1;
                }
                scalar[0] |= 1;
            }
        }

        private static void encode(long[] point, byte[] to, int at) {
            Field.encode(point, 0, to, at);
            Field.encode(point, Field.LONGS, to, at + POINT_BYTES / 2);
        }

        @Override
        public byte[] scalar() {
            byte[] all = new byte[SCALARS * POINT_BYTES];
            long[] point = new long[Sm2Group.POINT_LONGS];
            for (int i = 0; i < SCALARS; i++) {
                COMB.multiply(scalars[i], point);
                encode(point, all, i * POINT_BYTES);
            }
            return all;
        }

        @Override
        public byte[] vector() {
            byte[] all = new byte[SCALARS * POINT_BYTES];
            long[] point = new long[Sm2Group.POINT_LONGS];
            for (int i = 0; i < SCALARS; i++) {
                if (Lanes.LANES.multiply(scalars[i], point)) {
                    encode(point, all, i * POINT_BYTES);
                }
            }
            return all;
        }
    }
}
