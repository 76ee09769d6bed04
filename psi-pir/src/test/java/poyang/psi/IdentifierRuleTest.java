package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IdentifierRuleTest {
    private static final String CITIZEN = "11010519491231002X";

    @Test
    void citizenNumbersComeToOneForm() {
        for (String written : new String[] {
            CITIZEN,
            "11010519491231002x",
            " " + CITIZEN,
            CITIZEN + "\t",
            "\u3000" + CITIZEN + "\u00a0",
            "１１０１０５１９４９１２３１００２Ｘ"
        }) {
            assertEquals(Optional.of(CITIZEN), IdentifierRule.ID.normalise(written), written);
        }
        for (String bad : new String[] {
            "", " ", "\u3000", "110105194912310021", "110105491231002", CITIZEN + "1", "1101051949123100٢X", "abc"
        }) {
            assertEquals(Optional.empty(), IdentifierRule.ID.normalise(bad), bad);
        }
    }

    @Test
    void phonesAndCreditCodesComeToOneForm() {
        assertEquals(Optional.of("13800138000"), IdentifierRule.PHONE.normalise("１３８00138000 "));
        for (String bad : new String[] {"12800138000", "1380013800", "+8613800138000", "23800138000"}) {
            assertEquals(Optional.empty(), IdentifierRule.PHONE.normalise(bad), bad);
        }
        assertEquals(Optional.of("91110105000HKKWRRA"), IdentifierRule.USCC.normalise("91110105000hkkwrra"));
        for (String bad : new String[] {"91110105000HKKWRRB", "91110105000HKKWRR", "9111010500OHKKWRRA"}) {
            assertEquals(Optional.empty(), IdentifierRule.USCC.normalise(bad), bad);
        }
    }

    @Test
    void textIsTrimmedAndOtherwiseComparedExactly() {
        assertEquals(Optional.of("a\u3000B"), IdentifierRule.TEXT.normalise("\u2003a\u3000B\u0085\n"));
        assertEquals(Optional.of("１"), IdentifierRule.TEXT.normalise("１"));
        assertEquals(Optional.empty(), IdentifierRule.TEXT.normalise("\u00a0\u3000 "));
        assertEquals(Optional.of(IdentifierRule.TEXT), IdentifierRule.named("text"));
        assertEquals(Optional.empty(), IdentifierRule.named("TEXT"));
    }

    @Test
    void aKeySetKeepsEachKeyOnce() {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 50_000; i++) {
                keys.read(" key-" + i + (round == 0 ? "" : "\t"));
            }
        }
        keys.read(" ");
        assertEquals(100_001, keys.rowsRead());
        assertEquals(50_000, keys.size());
        assertEquals("key-49999", keys.keyText(49_999));
        assertTrue(keys.toString().contains("50000") && !keys.toString().contains("key-1"));
    }
}
