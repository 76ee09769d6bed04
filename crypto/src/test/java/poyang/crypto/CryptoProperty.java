package poyang.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/// What must hold between this library, BouncyCastle and `BigInteger` for every input. The sealed set is
/// the campaign of {@link CryptoFuzz}.
sealed interface CryptoProperty
        permits AgreementProperty,
                ArithmeticProperty,
                AuthenticatedModeProperty,
                BlockModeProperty,
                DerProperty,
                DigestProperty,
                EncryptionProperty,
                ForgeryProperty,
                GhashProperty,
                PointProperty,
                ScalarProperty,
                SigningProperty,
                VerdictProperty {

    /// One case. Throws `AssertionError` where the two differ; any other exception is a failure as well.
    void check(Draws draws) throws Exception;

    /// How many cases of a round are this property's: the cheap ones get more.
    default int share() {
        return 1;
    }

    /// `signing` for `SigningProperty`
    default String name() {
        String simple = getClass().getSimpleName().replace("Property", "");
        return Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
    }

    static void same(String what, Object expected, Object got) {
        if (!Objects.equals(expected, got)) {
            throw new AssertionError(what + ": the twin says " + expected + ", we say " + got);
        }
    }

    static void same(String what, byte[] expected, byte[] got) {
        if (!Arrays.equals(expected, got)) {
            HexFormat hex = HexFormat.of();
            throw new AssertionError(
                    what + ": the twin says " + hex.formatHex(expected) + ", we say " + hex.formatHex(got));
        }
    }

    static void holds(String what, boolean held) {
        if (!held) {
            throw new AssertionError(what);
        }
    }
}
