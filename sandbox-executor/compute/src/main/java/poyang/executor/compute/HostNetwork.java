package poyang.executor.compute;

import java.util.List;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.JobFacts;
import poyang.executor.job.Opening;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// The other side as the compute child sees it: frames through the host's socket, the incoming ones
/// kept in the opening.
final class HostNetwork implements PartyNetwork {
    private final ChildChannel host;
    private final JobFacts facts;
    private final Opening.Writer opening;

    HostNetwork(ChildChannel host, JobFacts facts, Opening.Writer opening) {
        this.host = host;
        this.facts = facts;
        this.opening = opening;
    }

    @Override
    public PartyId self() {
        return facts.self();
    }

    @Override
    public List<PartyId> peers() {
        return List.of(facts.peer());
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        host.send(new ChildMessage.Frame(Bytes.wrap(frame)));
    }

    @Override
    public byte[] receive(PartyId from) {
        if (!(host.receive() instanceof ChildMessage.Frame(Bytes content))) {
            throw new PoyangException(
                    KernelErrors.PEER_LOST,
                    "the host ended the session with " + from,
                    "run the job again when both departments' executors are up");
        }
        opening.write(new Opening.Entry.Frame(content));
        return content.toArray();
    }
}
