package poyang.dashboard;

import java.util.function.Consumer;
import poyang.kernel.Bytes;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.SignedQuery;

/// Carries people's signed queries to the departments' executors over mutual TLS. Organisations
/// without an address are refused by a {@link poyang.kernel.PoyangException}, like everything that the
/// executor refuses.
public interface ExecutorGateway {
    /// The encoded answer message of the method.
    Bytes call(String organisation, Method method, SignedQuery query);

    /// Hands over progress on the calling thread until the attempt ends.
    void progress(String organisation, SignedQuery query, Consumer<JobProgress> sink) throws InterruptedException;

    /// The unary methods of `poyang.v1.Executor` and `poyang.v1.PrivateReads`.
    enum Method {
        CONNECTORS("Connectors"),
        TEST_SOURCE("TestSource"),
        ADD_SOURCE("AddSource"),
        LIST_SOURCES("ListSources"),
        RESULT("Result"),
        FORM("Form"),
        EVALUATE("Evaluate"),
        ANSWER("Answer"),
        STATUS("Status");

        private final String rpc;

        Method(String rpc) {
            this.rpc = rpc;
        }

        /// The method's name in the schema.
        public String rpc() {
            return rpc;
        }
    }
}
