package poyang.executor.compute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.JobFacts;
import poyang.executor.job.Opening;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// The other parties as the compute child sees them: frames through the host's socket, the incoming ones
/// kept in the opening in the order in which the protocol takes them.
final class HostNetwork implements PartyNetwork {
    private final ChildChannel host;
    private final JobFacts facts;
    private final Opening.Writer opening;
    /// What came while the protocol waited for somebody else.
    private final Map<PartyId, Deque<Bytes>> early = new TreeMap<>();

    HostNetwork(ChildChannel host, JobFacts facts, Opening.Writer opening) {
        this.host = host;
        this.facts = facts;
        this.opening = opening;
        facts.peers().forEach(peer -> early.put(peer, new ArrayDeque<>()));
    }

    @Override
    public PartyId self() {
        return facts.self();
    }

    @Override
    public List<PartyId> peers() {
        return List.copyOf(early.keySet());
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        host.send(new ChildMessage.Frame(to, Bytes.wrap(frame)));
    }

    @Override
    public byte[] receive(PartyId from) {
        Bytes content = next(from);
        opening.write(
                early.size() == 1 ? new Opening.Entry.Frame(content) : new Opening.Entry.PeerFrame(from, content));
        return content.toArray();
    }

    private Bytes next(PartyId from) {
        Deque<Bytes> waiting = queue(from);
        while (waiting.isEmpty()) {
            if (!(host.receive() instanceof ChildMessage.Frame(PartyId peer, Bytes content))) {
                throw new PoyangException(
                        KernelErrors.PEER_LOST,
                        "the host ended the session with " + from,
                        "run the job again when all departments' executors are up");
            }
            queue(peer).add(content);
        }
        return waiting.remove();
    }

    private Deque<Bytes> queue(PartyId peer) {
        Deque<Bytes> queue = early.get(peer);
        if (queue == null) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    peer + " is no party of this job",
                    "host and child of one release are needed");
        }
        return queue;
    }
}
