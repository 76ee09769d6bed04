package poyang.dashboard;

import com.google.protobuf.Message;
import java.util.function.Consumer;
import poyang.kernel.Bytes;
import poyang.sdk.ExecutorClient;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.SignedQuery;

/// The departments' executors over the SDK's client.
final class SdkExecutorGateway implements ExecutorGateway {
    private final ExecutorClient client;

    SdkExecutorGateway(ExecutorClient client) {
        this.client = client;
    }

    @Override
    public Bytes call(String organisation, Method method, SignedQuery query) {
        Message answer = switch (method) {
            case CONNECTORS -> client.connectors(organisation, query);
            case TEST_SOURCE -> client.testSource(organisation, query);
            case ADD_SOURCE -> client.addSource(organisation, query);
            case LIST_SOURCES -> client.listSources(organisation, query);
            case RESULT -> client.result(organisation, query);
            case FORM -> client.viewForm(organisation, query);
            case EVALUATE -> client.evaluate(organisation, query);
            case ANSWER -> client.answer(organisation, query);
            case STATUS -> client.viewStatus(organisation, query);
        };
        return Bytes.wrap(answer.toByteArray());
    }

    @Override
    public void progress(String organisation, SignedQuery query, Consumer<JobProgress> sink)
            throws InterruptedException {
        client.progress(organisation, query, sink);
    }
}
