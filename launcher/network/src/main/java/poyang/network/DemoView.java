package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewQuota;

/// The taxation department's queryable view: who has a citizen's number may read region and months of its
/// record, and taxation does not learn whose.
final class DemoView {
    static final String ID = "taxation/registrations";
    static final List<String> COLUMNS = List.of("region", "months", "flag");
    private static final String VIEWS = "poyang.v1.Views";
    private static final int RECORDS_PER_KEY = 2;
    private static final long POLL_MILLIS = 250;

    private final LocalNetwork network;
    private final String id;

    DemoView(LocalNetwork network) {
        this(network, ID);
    }

    /// The same under another name.
    DemoView(LocalNetwork network, String id) {
        this.network = network;
        this.id = id;
    }

    /// The owner publishes it; its executor begins to make the table.
    void publish() {
        var _ = network.account("taxation/owner")
                .call(
                        VIEWS,
                        "Publish",
                        View.newBuilder()
                                .setId(id)
                                .setOrganisation("taxation")
                                .setTitle("纳税登记状态查询")
                                .setDataset("taxation/taxpayers")
                                .setKeyColumn("key")
                                .setIdentifierKind(IdentifierKind.ID)
                                .addAllColumns(COLUMNS)
                                .setRecordsPerKey(RECORDS_PER_KEY)
                                .addAskers("medical-insurance")
                                .addAskers("housing")
                                .setQuota(ViewQuota.newBuilder()
                                        .setPeriodHours(24)
                                        .setKeywordsPerAccount(50)
                                        .setKeywordsPerOrganisation(200)
                                        .setKeywordsPerLookup(8))
                                .setPriceClass("standard")
                                .setPurposeRequired(true)
                                .build());
    }

    /// The view as the chain proves it.
    View now() {
        ChainAccount reader = network.account("medical-insurance/analyst");
        try {
            return View.parseFrom(reader.state(VIEWS, "view/" + id, 0)
                    .value()
                    .orElseThrow(() -> failed("the chain has no view " + id))
                    .toArray());
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    NetworkErrors.JOB_FAILED, "the chain's answer is malformed", "one release is needed", e);
        }
    }

    /// Waits until a table of this version or a later one stands.
    View awaitTable(int version) throws InterruptedException {
        View view = now();
        while (view.getTable().getVersion() < version) {
            if (!view.getFailure().isEmpty()) {
                throw failed("the view's table could not be made: " + view.getFailure());
            }
            Thread.sleep(POLL_MILLIS);
            view = now();
        }
        return view;
    }

    private PoyangException failed(String wrong) {
        return new PoyangException(
                NetworkErrors.JOB_FAILED,
                wrong,
                "see the logs in " + network.folder().resolve("logs"));
    }
}
