package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.sdk.AuditFinding.Kind;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.StoredAnchor;

/// What a follower makes of what it is shown, whoever shows it.
final class AuditChainTest {
    private static final String LOG = "validators/validator-1/node";
    private static final int COUNT = 12;

    private static List<AuditRecord> records(String who) {
        List<AuditRecord> made = new ArrayList<>();
        Bytes value = AuditRecord.BEFORE_ALL;
        for (int i = 1; i <= COUNT; i++) {
            AuditRecord next = AuditRecord.after(
                    value, i, "2026-11-23T10:00:00Z", List.of(who, "read", "state/" + i, "detail", "done"));
            made.add(next);
            value = next.value();
        }
        return made;
    }

    private static StoredAnchor anchor(AuditRecord record) {
        return StoredAnchor.newBuilder()
                .setAccount("validators/validator-1")
                .setAnchor(AuditAnchor.newBuilder()
                        .setProcess("node")
                        .setSequence(record.sequence())
                        .setHead(ByteString.copyFrom(record.value().toArray())))
                .build();
    }

    private static List<Kind> kinds(List<AuditFinding> found) {
        return found.stream().map(AuditFinding::kind).toList();
    }

    private static List<Kind> shown(List<AuditRecord> records, List<AuditRecord> anchored) {
        AuditChain chain = new AuditChain(LOG, Optional.empty());
        List<AuditFinding> found = new ArrayList<>(chain.starts(AuditChain.Position.START));
        records.forEach(record -> found.addAll(chain.take(record)));
        anchored.forEach(record -> found.addAll(chain.anchors(anchor(record), 0)));
        return kinds(found);
    }

    @Test
    void anHonestLogShowsNothingInWhateverOrderAnchorsCome() {
        List<AuditRecord> all = records("a/owner");
        for (int start = 0; start < COUNT; start++) {
            for (int at = 0; at < COUNT; at++) {
                AuditChain chain = new AuditChain(LOG, Optional.empty());
                AuditChain.Position from = start == 0
                        ? AuditChain.Position.START
                        : new AuditChain.Position(start, all.get(start - 1).value());
                List<AuditFinding> found = new ArrayList<>(chain.anchors(anchor(all.get(at)), 0));
                found.addAll(chain.starts(from));
                all.stream().skip(start).forEach(record -> found.addAll(chain.take(record)));
                found.addAll(chain.anchors(anchor(all.get(at)), 0));
                found.addAll(chain.anchors(anchor(all.getLast()), 0));
                found.addAll(chain.anchors(anchor(all.getLast()), 0));
                found.addAll(chain.late(Long.MAX_VALUE));
                assertEquals(List.of(), found);
                assertEquals(COUNT, chain.anchored());
                assertEquals(
                        Optional.of(new AuditChain.Position(COUNT, all.getLast().value())), chain.position());
            }
        }
    }

    @Test
    void everyChangedFieldOfEveryRecordIsFound() {
        List<AuditRecord> all = records("a/owner");
        for (int i = 0; i < COUNT; i++) {
            AuditRecord r = all.get(i);
            byte[] value = r.value().toArray();
            value[i] ^= 1;
            for (AuditRecord wrong : List.of(
                    new AuditRecord(
                            r.sequence(),
                            "2026-11-23T10:00:01Z",
                            r.initiator(),
                            r.type(),
                            r.subject(),
                            r.detail(),
                            r.result(),
                            r.value()),
                    new AuditRecord(
                            r.sequence(),
                            r.time(),
                            "b/owner",
                            r.type(),
                            r.subject(),
                            r.detail(),
                            r.result(),
                            r.value()),
                    new AuditRecord(
                            r.sequence(),
                            r.time(),
                            r.initiator(),
                            "submit",
                            r.subject(),
                            r.detail(),
                            r.result(),
                            r.value()),
                    new AuditRecord(
                            r.sequence(), r.time(), r.initiator(), r.type(), "", r.detail(), r.result(), r.value()),
                    new AuditRecord(
                            r.sequence(),
                            r.time(),
                            r.initiator(),
                            r.type(),
                            r.subject(),
                            "more",
                            r.result(),
                            r.value()),
                    new AuditRecord(
                            r.sequence(),
                            r.time(),
                            r.initiator(),
                            r.type(),
                            r.subject(),
                            r.detail(),
                            "refused",
                            r.value()),
                    new AuditRecord(
                            r.sequence(),
                            r.time(),
                            r.initiator(),
                            r.type(),
                            r.subject(),
                            r.detail(),
                            r.result(),
                            Bytes.wrap(value)))) {
                List<AuditRecord> changed = new ArrayList<>(all);
                changed.set(i, wrong);
                List<Kind> found = shown(changed, List.of());
                assertTrue(!found.isEmpty() && found.stream().allMatch(Kind.TAMPERED::equals), wrong + " " + found);
            }
        }
    }

    @Test
    void whatIsLeftOutTakenBackOrWithheldIsCalledThat() {
        List<AuditRecord> all = records("a/owner");
        for (int i = 0; i < COUNT - 1; i++) {
            List<AuditRecord> less = new ArrayList<>(all);
            less.remove(i);
            assertEquals(Kind.GAP, shown(less, List.of()).getFirst());
            List<AuditRecord> again = new ArrayList<>(all);
            again.add(i + 1, all.get(i));
            assertEquals(Kind.REWOUND, shown(again, List.of()).getFirst());
        }
        AuditChain chain = new AuditChain(LOG, Optional.empty());
        assertEquals(List.of(), chain.starts(AuditChain.Position.START));
        all.stream().limit(5).forEach(record -> assertEquals(List.of(), chain.take(record)));
        assertEquals(List.of(), chain.anchors(anchor(all.get(7)), 1_000));
        assertEquals(List.of(), chain.late(1_000 + AuditChain.WITHHELD_MILLIS));
        assertEquals(List.of(Kind.WITHHELD), kinds(chain.late(1_001 + AuditChain.WITHHELD_MILLIS)));
        assertEquals(List.of(), chain.late(Long.MAX_VALUE), "once");
        List<AuditFinding> then = new ArrayList<>();
        all.stream().skip(5).forEach(record -> then.addAll(chain.take(record)));
        assertEquals(List.of(Kind.BACK), kinds(then));
        assertEquals(8, chain.anchored());
    }

    /// Whole and consistent in itself, but not the log that the chain has anchors of, or that was shown before.
    @Test
    void aLogThatWasWrittenAnewIsCalledThat() {
        List<AuditRecord> right = records("a/owner");
        List<AuditRecord> anew = records("b/owner");
        assertEquals(List.of(Kind.REWRITTEN), shown(anew, List.of(right.get(6))));
        AuditChain before = new AuditChain(
                LOG, Optional.of(new AuditChain.Position(4, right.get(3).value())));
        List<AuditFinding> found = new ArrayList<>(
                before.starts(new AuditChain.Position(4, anew.get(3).value())));
        anew.stream().skip(4).forEach(record -> found.addAll(before.take(record)));
        assertEquals(List.of(Kind.REWRITTEN), kinds(found));
        AuditChain elsewhere = new AuditChain(
                LOG, Optional.of(new AuditChain.Position(4, right.get(3).value())));
        assertEquals(
                List.of(Kind.GAP),
                kinds(elsewhere.starts(new AuditChain.Position(5, right.get(4).value()))));
    }
}
