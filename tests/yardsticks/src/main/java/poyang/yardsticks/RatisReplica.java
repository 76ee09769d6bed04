package poyang.yardsticks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import poyang.network.yardstick.Applied;
import poyang.network.yardstick.ReplicatedLog;
import poyang.network.yardstick.RequestDoor;

/// A replica of Apache Ratis: its segmented log, forced to disk before it answers (its usual setting), gRPC
/// between replicas with appends pipelined and batched, no waiting between appends, no snapshots. Requests
/// are brought to the leader's server within its process, which spares it a client's second way.
public final class RatisReplica implements ReplicatedLog {
    private static final RaftGroupId GROUP =
            RaftGroupId.valueOf(UUID.nameUUIDFromBytes("yardstick".getBytes(StandardCharsets.UTF_8)));
    private static final int OUTSTANDING_APPENDS = 128;
    private static final int PENDING = 1 << 16;
    private static final TimeDuration REMEMBERED = TimeDuration.valueOf(2, TimeUnit.SECONDS);

    private final Applied applied = new Applied();
    private final AtomicLong calls = new AtomicLong();
    private final ClientId client = ClientId.randomId();
    private final RaftServer server;

    private RatisReplica(Place place) throws IOException {
        List<RaftPeer> replicas = new ArrayList<>();
        for (int i = 0; i < place.ports().size(); i++) {
            replicas.add(RaftPeer.newBuilder()
                    .setId("replica-" + i)
                    .setAddress(place.address(i))
                    .build());
        }
        server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf("replica-" + place.index()))
                .setGroup(RaftGroup.valueOf(GROUP, replicas))
                .setStateMachine(new Machine())
                .setProperties(properties(place))
                .build();
        server.start();
    }

    private static RaftProperties properties(Place place) throws IOException {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        GrpcConfigKeys.Server.setHost(properties, Place.HOST);
        GrpcConfigKeys.Server.setPort(properties, place.ports().get(place.index()));
        GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, OUTSTANDING_APPENDS);
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(Files.createDirectories(place.folder()).toFile()));
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Log.setQueueElementLimit(properties, PENDING);
        RaftServerConfigKeys.Write.setElementLimit(properties, PENDING);
        // Each request is sent once, so what was answered need not be remembered for long.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, REMEMBERED);
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.valueOf(1_000, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(2_000, TimeUnit.MILLISECONDS));
        return properties;
    }

    /// `INDEX PORT,PORT,... DOOR FOLDER`; prints `READY` when it serves.
    public static void main(String[] arguments) throws IOException {
        Place place = Place.of(arguments);
        RequestDoor _ = RequestDoor.open(place.door(), new RatisReplica(place));
        System.out.println("READY ratis " + place.index());
    }

    private final class Machine extends BaseStateMachine {
        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = transaction.getLogEntry();
            applied.add(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
    }

    @Override
    public boolean leads() {
        try {
            return server.getDivision(GROUP).getInfo().isLeaderReady();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void order(byte[] request, Answer answer) {
        RaftClientRequest call = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server.getId())
                .setGroupId(GROUP)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(request)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            CompletableFuture<RaftClientReply> reply = server.submitClientRequestAsync(call);
            var _ = reply.whenComplete((found, failure) -> answer.done(failure == null && found.isSuccess()));
        } catch (IOException e) {
            answer.done(false);
        }
    }

    @Override
    public Applied applied() {
        return applied;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            System.err.println("the server does not close: " + e);
        }
    }
}
