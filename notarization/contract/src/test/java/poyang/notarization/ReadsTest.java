package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;
import static poyang.notarization.Collisions.key;
import static poyang.notarization.Collisions.receipt;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.Sm3;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.AuditKey;
import poyang.wire.schema.DatasetKey;
import poyang.wire.schema.DatasetList;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EvidenceKey;
import poyang.wire.schema.EvidenceList;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobList;
import poyang.wire.schema.OrganisationKey;
import poyang.wire.schema.OrganisationList;
import poyang.wire.schema.ReceiptKey;
import poyang.wire.schema.Role;

/// Who may read what: every read, and every raw key of the state, by every role of every department.
final class ReadsTest {
    private static final List<String> EVERYBODY = List.of("a", "b", "c", "supervision");
    private static final List<String> PARTIES = List.of("a", "b");
    private static final List<String> OWN = List.of("a");
    private static final List<String> NOBODY = List.of();
    private static final List<String> ABOVE = List.of("supervisor", "console");

    private static final Path VECTOR = Path.of("src/test/resources/vectors/state-of-a-job.txt");

    private static Chain chain = new Chain();
    private static String job = "";
    private static String evidence = "";

    /// Departments a and b ran a job; a recorded evidence and anchored its executor's log.
    @BeforeAll
    static void aChainWithSomethingOfEverything() throws InvalidProtocolBufferException {
        chain = Collisions.chain();
        job = Collisions.submitted(chain);
        for (String party : PARTIES) {
            chain.call(party + "/owner", "Jobs", "Consent", consent(job, true));
        }
        for (String party : PARTIES) {
            chain.call(party + "/executor", "Jobs", "Commit", commit(job(chain, job), party));
        }
        Job running = job(chain, job);
        for (int side = 0; side < 2; side++) {
            chain.call(
                    PARTIES.get(side) + "/executor",
                    "Receipts",
                    "Submit",
                    receipt(running, side).build());
        }
        EvidenceRecord made = EvidenceRecord.newBuilder()
                .setDigest(hash("document"))
                .setSubject("合同")
                .build();
        evidence = EvidenceKey.parseFrom(chain.call("a/analyst", "Evidence", "Record", made))
                .getId();
        AuditAnchor anchor = AuditAnchor.newBuilder()
                .setProcess("executor")
                .setSequence(1)
                .setHead(hash("head"))
                .build();
        chain.call("a/executor", "Audit", "Anchor", anchor);
    }

    private record Reader(String organisation, String role) {
        String account() {
            return organisation + "/" + role;
        }

        boolean among(List<String> audience) {
            return audience.contains(organisation) || ABOVE.contains(role);
        }
    }

    private static List<Reader> readers() {
        return EVERYBODY.stream()
                .flatMap(organisation -> List.of(Role.values()).stream()
                        .filter(role -> role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED)
                        .map(role -> new Reader(organisation, Chain.name(role))))
                .toList();
    }

    @Test
    void aThingThatMayNotBeSeenIsAThingThatIsNotThere() {
        ReceiptKey.Builder receiptKey =
                ReceiptKey.newBuilder().setJob(job).setAttempt(1).setOrganisation("a");
        AuditKey.Builder log = AuditKey.newBuilder().setProcess("executor");
        get(
                "Organisations",
                OrganisationKey.newBuilder().setId("a").build(),
                OrganisationKey.newBuilder().setId("z").build(),
                EVERYBODY);
        get(
                "Accounts",
                AccountKey.newBuilder().setId("a/owner").build(),
                AccountKey.newBuilder().setId("a/nobody").build(),
                EVERYBODY);
        get(
                "Datasets",
                DatasetKey.newBuilder().setId("a/people").build(),
                DatasetKey.newBuilder().setId("a/nothing").build(),
                EVERYBODY);
        get("Jobs", key(job), key("00"), PARTIES);
        get("Receipts", receiptKey.build(), receiptKey.clone().setJob("00").build(), PARTIES);
        get(
                "Evidence",
                EvidenceKey.newBuilder().setId(evidence).build(),
                EvidenceKey.newBuilder().setId("00").build(),
                OWN);
        for (Reader reader : readers()) {
            AuditKey own = log.setAccount("a/executor").build();
            if (reader.among(OWN)) {
                assertTrue(chain.read(reader.account(), "Audit", "List", own).length > 0);
            } else {
                rejected(reader, "Audit", "List", own);
            }
        }
    }

    private static void get(String contract, Message there, Message missing, List<String> audience) {
        for (Reader reader : readers()) {
            String none = rejected(reader, contract, "Get", missing);
            if (reader.among(audience)) {
                assertTrue(chain.read(reader.account(), contract, "Get", there).length > 0);
            } else {
                assertEquals(none, rejected(reader, contract, "Get", there), reader + " tells them apart");
            }
        }
    }

    private static String rejected(Reader reader, String contract, String method, Message request) {
        ContractRejection thrown = assertThrows(
                ContractRejection.class,
                () -> chain.read(reader.account(), contract, method, request),
                reader + " reads " + contract);
        assertEquals(NotarizationErrors.NOT_FOUND, thrown.code());
        return String.valueOf(thrown.getMessage());
    }

    @Test
    void listsHoldWhatTheReaderMaySee() throws InvalidProtocolBufferException {
        Empty all = Empty.getDefaultInstance();
        for (Reader reader : readers()) {
            String by = reader.account();
            assertEquals(
                    4,
                    OrganisationList.parseFrom(chain.read(by, "Organisations", "List", all))
                            .getOrganisationsCount());
            assertEquals(
                    28,
                    AccountList.parseFrom(chain.read(by, "Accounts", "List", all))
                            .getAccountsCount());
            assertEquals(
                    2,
                    DatasetList.parseFrom(chain.read(by, "Datasets", "List", all))
                            .getDatasetsCount());
            assertEquals(
                    reader.among(PARTIES) ? 1 : 0,
                    JobList.parseFrom(chain.read(by, "Jobs", "List", all)).getJobsCount());
            assertEquals(
                    reader.among(OWN) ? 1 : 0,
                    EvidenceList.parseFrom(chain.read(by, "Evidence", "List", all))
                            .getRecordsCount());
        }
    }

    @Test
    void rawKeysAreForThoseWhoMayReadTheThing() {
        for (String full : chain.state.keySet()) {
            String contract = full.substring("poyang.v1.".length(), full.indexOf('\0'));
            String key = full.substring(full.indexOf('\0') + 1);
            List<String> audience = switch (key.substring(0, key.indexOf('/'))) {
                case "org", "account", "dataset" -> EVERYBODY;
                case "job", "receipt" -> PARTIES;
                case "evidence", "anchor", "last" -> OWN;
                case "runs", "seed", "root" -> NOBODY;
                default -> throw new AssertionError(key);
            };
            for (Reader reader : readers()) {
                assertEquals(
                        reader.among(audience),
                        chain.mayRead(reader.account(), contract, key),
                        reader + " reads the key " + key);
            }
        }
    }

    /// What a whole job leaves on chain, octet by octet: nodes of different releases must agree on it. Written
    /// anew with `-Dpoyang.vectors.write=true`.
    @Test
    void theStateOfTheSameCallsStaysAsItIs() throws IOException {
        StringBuilder state = new StringBuilder();
        chain.state.forEach((key, value) -> state.append(key.replace('\0', ' '))
                .append(' ')
                .append(Sm3.hash(value.toArray()))
                .append('\n'));
        for (ContractEvent event : chain.events) {
            state.append("event ")
                    .append(event.topic())
                    .append(' ')
                    .append(event.key())
                    .append(' ')
                    .append(event.visibleTo())
                    .append(' ')
                    .append(Sm3.hash(event.payload().toArray()))
                    .append('\n');
        }
        if (Boolean.getBoolean("poyang.vectors.write")) {
            Files.writeString(VECTOR, state);
        }
        assertEquals(Files.readString(VECTOR), state.toString());
    }

    /// Keys that are not there, or are no keys at all, break nothing.
    @Test
    void strangeKeysAreAnsweredLikeMissingOnes() {
        for (String key : List.of("", "/", "x", "job", "job/", "receipt/", "receipt/a/b/c", "evidence/x", "anchor")) {
            for (String contract : List.of("Jobs", "Receipts", "Evidence", "Audit")) {
                assertTrue(!chain.mayRead("c/owner", contract, key), contract + " " + key);
            }
        }
    }
}
