package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

final class PasswordRuleTest {
    @Test
    void weakPasswordsAreRefusedWithTheReasonAndWithoutThePassword() {
        for (String[] weak : new String[][] {
            {"Sh0rt-pass", "fewer than 12"},
            {"alllowercaseletters", "three kinds"},
            {"AAaa11AAaa11AAaa11", "repeats"},
            {"Xk-abcdef-7Quz", "run"},
            {"Xk-98765-Quz-Rt", "run"},
            {"Xk-zzzzz7-Quz-R", "run"},
            {"My-PassWord-2027", "guesser"},
            {"Poyang#2027-Key", "guesser"},
            {"Aa1" + "xyq-".repeat(80), "more than 256"},
        }) {
            PoyangException refusal =
                    assertThrows(PoyangException.class, () -> PasswordRule.check(weak[0].toCharArray()), weak[0]);
            assertEquals(CryptoErrors.WEAK_PASSWORD, refusal.code());
            assertTrue(refusal.wrong().contains(weak[1]), weak[0] + ": " + refusal.wrong());
            assertFalse(refusal.toString().contains(weak[0]));
        }
    }

    @Test
    void strongPasswordsPass() {
        for (String strong : new String[] {"Kw7-fluss-Reed", "春眠不觉晓-Spring-9", "t4K!m9wRz&2vLq"}) {
            assertEquals(Optional.empty(), PasswordRule.weakness(strong.toCharArray()), strong);
        }
    }
}
