package poyang.sdk.lookup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import poyang.crypto.SealedBox;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.AccountList;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Empty;
import poyang.wire.schema.LookupReport;
import poyang.wire.schema.Role;
import poyang.wire.schema.SealedReport;

/// What an asker tells the supervisors of a look-up: 256 bytes, sealed, whatever it says. Only they see
/// whether the holder answered rightly.
public final class SupervisorReport {
    static final int BYTES = 256;
    private static final int SUPERVISORS_MAX = 8;
    private static final int COMPLAINT_CHARACTERS = 70;
    private static final String ACCOUNTS = "poyang.v1.Accounts";

    private SupervisorReport() {}

    record Supervisor(String account, VerificationKey key) {}

    /// The first eight supervisors of the chain, with their keys as the chain proves them.
    static List<Supervisor> supervisors(ChainAccount account) {
        Bytes listed = Bytes.wrap(account.read(ACCOUNTS, "List", Empty.getDefaultInstance()));
        List<Supervisor> found = new ArrayList<>();
        for (AccountRecord record :
                ChainForms.attested(AccountList.parser(), listed).getAccountsList()) {
            if (record.getRolesList().contains(Role.SUPERVISOR) && found.size() < SUPERVISORS_MAX) {
                AccountRecord proven = account.state(ACCOUNTS, "account/" + record.getId(), 0)
                        .value()
                        .map(value -> ChainForms.attested(AccountRecord.parser(), value))
                        .filter(known -> known.getRolesList().contains(Role.SUPERVISOR))
                        .orElseThrow(() -> notProven(record.getId()));
                found.add(new Supervisor(
                        proven.getId(),
                        VerificationKey.decode(proven.getPublicKey().toByteArray())));
            }
        }
        if (found.isEmpty()) {
            throw notProven("any");
        }
        return found;
    }

    private static PoyangException notProven(String account) {
        return new PoyangException(
                SdkErrors.NOT_PROVEN,
                "no node proves the supervisor " + account,
                "ask another node; nothing was asked");
    }

    /// A report for each of them.
    ///
    /// @param complaint empty when all was well
    static List<SealedReport> sealed(
            String lookup, String complaint, Bytes digest, List<Supervisor> supervisors, RandomSource random) {
        byte[] encoded = LookupReport.newBuilder()
                .setLookup(lookup)
                .setGood(complaint.isEmpty())
                .setComplaint(complaint.substring(0, Math.min(COMPLAINT_CHARACTERS, complaint.length())))
                .setFramesDigest(ChainForms.byteString(digest))
                .build()
                .toByteArray();
        Bug.unless(encoded.length <= BYTES - Short.BYTES, "a report fits");
        byte[] filled = ByteBuffer.allocate(BYTES)
                .putShort((short) encoded.length)
                .put(encoded)
                .array();
        List<SealedReport> reports = new ArrayList<>();
        for (Supervisor supervisor : supervisors) {
            byte[] box = SealedBox.seal(supervisor.key(), context(lookup), filled, random.fork(supervisor.account()));
            reports.add(SealedReport.newBuilder()
                    .setAccount(supervisor.account())
                    .setSealed(ChainForms.byteString(Bytes.wrap(box)))
                    .build());
        }
        return reports;
    }

    private static byte[] context(String lookup) {
        return ("poyang.lookup-report.v1:" + lookup).getBytes(StandardCharsets.UTF_8);
    }

    /// A report as the supervisor reads it.
    ///
    /// @throws PoyangException `AUTHENTICATION_FAILED` when it is not for this key and look-up; `NOT_PROVEN` for
    ///     one that holds no report of this look-up
    public static LookupReport open(SigningKey supervisor, String lookup, Bytes sealed) {
        byte[] plain = SealedBox.open(supervisor, context(lookup), sealed.toArray());
        int length = plain.length == BYTES ? ByteBuffer.wrap(plain).getShort() : -1;
        if (length < 0 || length > BYTES - Short.BYTES) {
            throw malformed();
        }
        LookupReport report =
                ChainForms.attested(LookupReport.parser(), Bytes.wrap(plain).slice(Short.BYTES, Short.BYTES + length));
        if (!report.getLookup().equals(lookup)) {
            throw malformed();
        }
        return report;
    }

    private static PoyangException malformed() {
        return new PoyangException(
                SdkErrors.NOT_PROVEN, "the box holds no report of this look-up", "ask its asker, who sealed it");
    }
}
