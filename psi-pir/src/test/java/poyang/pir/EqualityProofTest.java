package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.RandomSource;

class EqualityProofTest {
    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private record Statement(Sm2Secret key, Sm2Point publicKey, List<Sm2Point> blinded, List<Sm2Point> evaluated) {
        static Statement of(int points) {
            Sm2Secret key = Sm2Secret.random(random("key"));
            List<Sm2Point> blinded = new ArrayList<>();
            List<Sm2Point> evaluated = new ArrayList<>();
            for (int i = 0; i < points; i++) {
                try (Sm2Secret other = Sm2Secret.random(random("point-" + i))) {
                    blinded.add(other.timesBase());
                    evaluated.add(key.times(blinded.getLast()));
                }
            }
            return new Statement(key, key.timesBase(), blinded, evaluated);
        }

        byte[] proof() {
            return EqualityProof.prove(key, publicKey, blinded, evaluated, random("nonce"));
        }

        boolean holds(byte[] proof) {
            return EqualityProof.holds(publicKey, blinded, evaluated, proof);
        }
    }

    @Test
    void whatIsTrueIsProvenAndEveryChangedByteIsRefused() {
        for (int points : new int[] {1, 2, 5}) {
            Statement statement = Statement.of(points);
            byte[] proof = statement.proof();
            assertTrue(statement.holds(proof));
            for (int i = 0; i < proof.length; i += points) {
                byte[] changed = proof.clone();
                changed[i] ^= 1;
                assertFalse(statement.holds(changed), "byte " + i);
            }
        }
    }

    @Test
    void onePointUnderAnotherKeyIsNoticed() {
        Statement statement = Statement.of(3);
        try (Sm2Secret other = Sm2Secret.random(random("other"))) {
            for (int i = 0; i < 3; i++) {
                List<Sm2Point> evaluated = new ArrayList<>(statement.evaluated());
                evaluated.set(i, other.times(statement.blinded().get(i)));
                Statement lie = new Statement(statement.key(), statement.publicKey(), statement.blinded(), evaluated);
                assertFalse(lie.holds(lie.proof()));
            }
            Statement whole = new Statement(
                    other,
                    statement.publicKey(),
                    statement.blinded(),
                    statement.blinded().stream().map(other::times).toList());
            assertFalse(whole.holds(whole.proof()));
        }
    }

    @Test
    void pointsInAnotherOrderAreNoticed() {
        Statement statement = Statement.of(4);
        List<Sm2Point> evaluated = new ArrayList<>(statement.evaluated());
        Collections.swap(evaluated, 1, 2);
        Statement lie = new Statement(statement.key(), statement.publicKey(), statement.blinded(), evaluated);
        assertFalse(lie.holds(lie.proof()));
        assertFalse(statement.holds(lie.proof()));
    }
}
