package poyang.yardsticks;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import poyang.network.yardstick.Applied;
import poyang.network.yardstick.ReplicatedLog;
import poyang.network.yardstick.RequestDoor;

/// A replica of SOFAJRaft: its log in RocksDB, synced (its usual setting), replication pipelined and batched, no
/// snapshots, so that nothing but ordering is measured.
public final class SofaReplica implements ReplicatedLog {
    private static final int APPLY_BATCH = 256;
    private static final int RING = 1 << 16;
    private static final int ELECTION_MILLIS = 2_000;

    private final Applied applied = new Applied();
    private final RaftGroupService service;
    private final Node node;

    private SofaReplica(Place place) throws IOException {
        Configuration replicas = new Configuration();
        for (int i = 0; i < place.ports().size(); i++) {
            replicas.addPeer(PeerId.parsePeer(place.address(i)));
        }
        RaftOptions raft = new RaftOptions();
        raft.setSync(true);
        raft.setReplicatorPipeline(true);
        raft.setApplyBatch(APPLY_BATCH);
        raft.setDisruptorBufferSize(RING);
        NodeOptions options = new NodeOptions();
        options.setInitialConf(replicas);
        options.setElectionTimeoutMs(ELECTION_MILLIS);
        options.setDisableCli(true);
        options.setRaftOptions(raft);
        options.setFsm(new Machine());
        Path folder = Files.createDirectories(place.folder());
        options.setLogUri(folder.resolve("log").toString());
        options.setRaftMetaUri(folder.resolve("meta").toString());
        service = new RaftGroupService("yardstick", PeerId.parsePeer(place.address(place.index())), options);
        node = service.start();
    }

    /// `INDEX PORT,PORT,... DOOR FOLDER`; prints `READY` when it serves.
    public static void main(String[] arguments) throws IOException {
        Place place = Place.of(arguments);
        RequestDoor _ = RequestDoor.open(place.door(), new SofaReplica(place));
        System.out.println("READY sofajraft " + place.index());
    }

    /// What is told to a sender, carried through the library to where its request is applied.
    private record Told(Answer answer) implements Closure {
        @Override
        public void run(Status status) {
            answer.done(status.isOk());
        }
    }

    private final class Machine extends StateMachineAdapter {
        @Override
        public void onApply(Iterator entries) {
            while (entries.hasNext()) {
                applied.add(entries.getData());
                Closure told = entries.done();
                if (told != null) {
                    told.run(Status.OK());
                }
                entries.next();
            }
        }
    }

    @Override
    public boolean leads() {
        return node.isLeader();
    }

    @Override
    public void order(byte[] request, Answer answer) {
        node.apply(new Task(ByteBuffer.wrap(request), new Told(answer)));
    }

    @Override
    public Applied applied() {
        return applied;
    }

    @Override
    public void close() {
        service.shutdown();
    }
}
