package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.psi.Workers;

class IndexTableTest {
    private static final int RECORDS = 777;
    private static final int BYTES = 35;

    private static byte[] record(int i) {
        byte[] record = new byte[BYTES];
        new Random(i).nextBytes(record);
        return record;
    }

    private static IndexTable table() {
        return IndexTable.of(
                RECORDS, BYTES, IndexTableTest::record, Village.random("index"), Workers.ALONE, (done, total) -> {});
    }

    @Test
    void everyIndexGivesItsRecordAndASpoiltRowNone() {
        IndexTable table = table();
        IndexForm form = IndexForm.decode(table.form().encode());
        RowClient client = IndexTable.client(form);
        for (int index : new int[] {0, 1, 400, RECORDS - 1}) {
            try (RowClient.Asked asked = client.ask(IndexTable.row(form, index), Village.random("index-" + index))) {
                byte[] row = client.open(asked, table.server().answer(asked.frame(), 1, Workers.ALONE), 0);
                assertArrayEquals(
                        record(index),
                        IndexTable.record(form, index, row).orElseThrow().toArray());
                for (int at = 0; at < form.rowBytes(); at += 101) {
                    byte[] spoilt = row.clone();
                    spoilt[at] ^= 4;
                    assertEquals(Optional.empty(), IndexTable.record(form, index, spoilt), "byte " + at);
                }
            }
        }
    }

    @Test
    void formsAreCanonicalAndImpossibleOnesRefused() {
        IndexForm form = table().form();
        assertEquals(form, IndexForm.decode(form.encode()));
        assertThrows(
                PoyangException.class, () -> IndexForm.decode(Arrays.copyOf(form.encode(), form.encode().length - 1)));
        Bytes zeros = Bytes.wrap(new byte[32]);
        for (int[] wrong : new int[][] {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {1, 1 << 30, 1}, {1 << 30, 1, 1}}) {
            assertEquals(
                    PirErrors.BAD_SHAPE,
                    assertThrows(PoyangException.class, () -> new IndexForm(wrong[0], wrong[1], wrong[2], zeros, zeros))
                            .code());
        }
    }

    @Test
    void aMillionRecordsOfOneKilobyteTakeLessThanHalfAMegabyte() {
        int perRow = IndexForm.plan(1 << 20, 1024);
        Bytes zeros = Bytes.wrap(new byte[32]);
        RowClient client = IndexTable.client(new IndexForm(1 << 20, 1024, perRow, zeros, zeros));
        assertTrue(client.queryBytes() + client.answerBytes() < 400_000, perRow + " records in a row");
    }
}
