package poyang.executor.host;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.connectors.Discovery;
import poyang.connectors.Setting;
import poyang.connectors.SourceSettings;
import poyang.crypto.SealedBox;
import poyang.crypto.SigningKey;
import poyang.executor.job.Rounding;
import poyang.executor.job.SourceDescription;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditLog;
import poyang.sdk.CallErrors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.ConnectorForm;
import poyang.wire.schema.ConnectorList;
import poyang.wire.schema.ConnectorSetting;
import poyang.wire.schema.DiscoveredColumn;
import poyang.wire.schema.ExecutorGrpc;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.Role;
import poyang.wire.schema.SealedResult;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.SourceDefinition;
import poyang.wire.schema.SourceDiscovery;
import poyang.wire.schema.SourceList;

/// What this executor offers to its department's people, whoever carries their signed queries.
final class ExecutorApi extends ExecutorGrpc.ExecutorImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorApi.class);
    private static final String EXECUTOR = "poyang.v1.Executor";
    private static final byte[] SECRET_CONTEXT = "poyang.source-secret.v1".getBytes(StandardCharsets.UTF_8);
    private static final long WATCH_MILLIS = 1_000;
    /// A result is handed over in pieces of this size.
    private static final int SLICE_BYTES = 2 << 20;

    private static final int RELEASED_MOST = 10_000;

    private final JobAttempt.Desk desk;
    private final Path sourcesFolder;
    private final SigningKey account;
    private final SignedQueries queries;
    private final AuditTrail audit;
    /// What was handed over from its beginning on, so that its further pieces need no record of their own.
    private final Set<String> released = ConcurrentHashMap.newKeySet();

    /// Writes who did what into the audit log.
    interface AuditTrail {
        void record(String actor, String action, String subject, String result);

        default void record(String actor, String action, String subject) {
            record(actor, action, subject, AuditLog.DONE);
        }

        /// The same for what takes effect only once its record is anchored on chain, which it is when this returns.
        void release(String actor, String action, String subject);
    }

    ExecutorApi(JobAttempt.Desk desk, Path sourcesFolder, SigningKey account, SignedQueries queries, AuditTrail audit) {
        this.desk = desk;
        this.sourcesFolder = sourcesFolder;
        this.account = account;
        this.queries = queries;
        this.audit = audit;
    }

    @Override
    public void connectors(SignedQuery query, StreamObserver<ConnectorList> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Connectors");
            need(asker.account().getOrganisation().equals(desk.organisation()), asker);
            ConnectorList.Builder list = ConnectorList.newBuilder();
            for (SourceDescription.Form form : Discoveries.forms(desk.setup()).forms()) {
                ConnectorForm.Builder one = ConnectorForm.newBuilder().setKind(form.kind());
                form.settings().forEach(s -> one.addSettings(setting(s)));
                list.addConnectors(one);
            }
            return list.build();
        });
    }

    private static ConnectorSetting setting(Setting setting) {
        return ConnectorSetting.newBuilder()
                .setName(setting.name())
                .setKind(setting.kind().name())
                .setRequired(setting.required())
                .setDefaultValue(setting.defaultValue())
                .setLabel(setting.label())
                .setLabelEnglish(setting.labelEnglish())
                .build();
    }

    @Override
    public void testSource(SignedQuery query, StreamObserver<SourceDiscovery> out) {
        answer(out, () -> {
            SignedAsker asker = owner(query, "TestSource");
            SourceVault.Entry entry = entry(asker.arguments(SourceDefinition.parser()));
            audit.record(asker.name(), "test-source", entry.name());
            return discovery(Discoveries.discover(desk.setup(), entry.source()).discovery());
        });
    }

    @Override
    public void addSource(SignedQuery query, StreamObserver<SourceDiscovery> out) {
        answer(out, () -> {
            SignedAsker asker = owner(query, "AddSource");
            SourceVault.Entry entry = entry(asker.arguments(SourceDefinition.parser()));
            audit.record(asker.name(), "add-source", entry.name());
            SourceDiscovery found =
                    discovery(Discoveries.discover(desk.setup(), entry.source()).discovery());
            desk.vault().add(entry);
            return found;
        });
    }

    @Override
    public void listSources(SignedQuery query, StreamObserver<SourceList> out) {
        answer(out, () -> {
            SignedAsker asker = owner(query, "ListSources");
            audit.record(asker.name(), "list-sources", "");
            SourceList.Builder list = SourceList.newBuilder();
            for (SourceVault.Entry entry : desk.vault().all()) {
                Map<String, String> open = new TreeMap<>(entry.settings().values());
                open.keySet().removeAll(entry.secrets());
                list.addSources(SourceDefinition.newBuilder()
                        .setName(entry.name())
                        .setConnector(entry.connector())
                        .putAllSettings(open));
            }
            return list.build();
        });
    }

    @Override
    public void result(SignedQuery query, StreamObserver<SealedResult> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Result");
            JobQuery wanted = asker.arguments(JobQuery.parser());
            Job job = desk.facts().job(wanted.getJob(), 0);
            need(job.getReceiver().equals(asker.name()), asker);
            int attempt = wanted.getAttempt() == 0 ? job.getAttempt() : wanted.getAttempt();
            String handedOver = job.getId() + ":" + attempt + ":" + asker.name();
            if (wanted.getOffset() == 0 || !released.contains(handedOver)) {
                audit.release(asker.name(), "result", job.getId());
                if (released.size() > RELEASED_MOST) {
                    released.clear();
                }
                boolean _ = released.add(handedOver);
            }
            ResultStore.Slice slice = desk.results()
                    .sealedResult(job.getId(), attempt, wanted.getOffset(), SLICE_BYTES)
                    .orElseThrow(() -> new PoyangException(
                            HostErrors.NO_RESULT,
                            "there is no result of attempt " + attempt + " here",
                            "ask when the job is completed, and the executor of the receiver's department"));
            return SealedResult.newBuilder()
                    .setJob(job.getId())
                    .setAttempt(attempt)
                    .setOffset(wanted.getOffset())
                    .setTotalBytes(slice.total())
                    .setSealed(ByteString.copyFrom(slice.content().toArray()))
                    .build();
        });
    }

    @Override
    public void progress(SignedQuery query, StreamObserver<JobProgress> out) {
        ServerCallStreamObserver<JobProgress> stream = (ServerCallStreamObserver<JobProgress>) out;
        stream.setOnCancelHandler(() -> LOG.debug("a watcher left"));
        try {
            SignedAsker asker = ask(query, "Progress");
            Job job = desk.facts().job(asker.arguments(JobQuery.parser()).getJob(), 0);
            boolean party = job.getPartiesList().stream()
                    .map(JobParty::getOrganisation)
                    .anyMatch(asker.account().getOrganisation()::equals);
            need(party, asker);
            Optional<JobProgress> seen = Optional.empty();
            while (!stream.isCancelled()) {
                Optional<JobProgress> next = desk.board().next(job.getId(), seen, WATCH_MILLIS);
                if (next.isPresent()) {
                    stream.onNext(next.get());
                    seen = next;
                    if (ProgressBoard.ends(next.get())) {
                        stream.onCompleted();
                        return;
                    }
                }
            }
        } catch (PoyangException e) {
            stream.onError(CallErrors.toStatus(e));
        } catch (InterruptedException e) {
            stream.onError(Status.UNAVAILABLE.asRuntimeException());
        }
    }

    // ---- sources --------------------------------------------------------------------------------

    private SourceVault.Entry entry(SourceDefinition definition) throws IOException {
        Map<String, String> settings = new TreeMap<>(definition.getSettingsMap());
        Set<String> secrets = new TreeSet<>(definition.getSealedSettingsMap().keySet());
        definition.getSealedSettingsMap().forEach((name, box) -> {
            byte[] opened = SealedBox.open(account, SECRET_CONTEXT, box.toByteArray());
            settings.put(name, new String(opened, StandardCharsets.UTF_8));
        });
        String path = settings.get("path");
        if (path != null) {
            settings.put("path", within(path).toString());
        }
        return new SourceVault.Entry(
                definition.getName(), definition.getConnector(), new SourceSettings(settings), secrets);
    }

    /// The real path of a file in the folder that the operator allowed.
    private Path within(String path) throws IOException {
        Path folder = sourcesFolder.toRealPath();
        Path file;
        try {
            file = folder.resolve(path).toRealPath();
        } catch (IOException | IllegalArgumentException e) {
            throw outside(path, folder, e);
        }
        if (!file.startsWith(folder)) {
            throw outside(path, folder, null);
        }
        return file;
    }

    private static PoyangException outside(String path, Path folder, @Nullable Exception cause) {
        return new PoyangException(
                HostErrors.OUTSIDE_FOLDER,
                "there is no file \"" + path + "\" in the folder for sources",
                "put the file into " + folder + ", which this executor's operator allowed",
                cause);
    }

    private static SourceDiscovery discovery(Discovery found) {
        SourceDiscovery.Builder answer = SourceDiscovery.newBuilder()
                .setRows(found.rows())
                .setRoundedRows(Rounding.up(found.rows()))
                .setModifiedMillis(found.modifiedMillis());
        found.columns()
                .forEach(column -> answer.addColumns(DiscoveredColumn.newBuilder()
                        .setName(column.name())
                        .setType(column.type())
                        .setNulls(column.nulls())
                        .setDistinct(column.distinct())));
        return answer.build();
    }

    // ---- who asks -------------------------------------------------------------------------------

    private SignedAsker ask(SignedQuery query, String method) {
        return SignedAsker.of(query, queries, desk.facts(), EXECUTOR, method);
    }

    private SignedAsker owner(SignedQuery query, String method) {
        SignedAsker asker = ask(query, method);
        need(
                asker.account().getOrganisation().equals(desk.organisation())
                        && asker.account().getRolesList().contains(Role.OWNER),
                asker);
        return asker;
    }

    private void need(boolean allowed, SignedAsker asker) {
        if (!allowed) {
            audit.record(asker.name(), "call", asker.payload().getMethod(), "refused " + HostErrors.NOT_ALLOWED);
            throw new PoyangException(
                    HostErrors.NOT_ALLOWED,
                    asker.name() + " may not do this here",
                    "an owner of " + desk.organisation() + " manages sources; the receiver gets the result; the"
                            + " parties watch a job");
        }
    }

    private static <T> void answer(StreamObserver<T> out, Callable<T> work) {
        CallErrors.answer(out, work, mistake -> LOG.error("a call failed", mistake));
    }
}
