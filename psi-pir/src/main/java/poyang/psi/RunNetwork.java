package poyang.psi;

import java.util.List;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;

/// A run's peer as the network of a protocol inside the run.
final class RunNetwork implements PartyNetwork {
    private final Run run;
    private final PartyId self;
    private final PartyId peer;

    RunNetwork(Run run, PartyId self, PartyId peer) {
        this.run = run;
        this.self = self;
        this.peer = peer;
    }

    @Override
    public PartyId self() {
        return self;
    }

    @Override
    public List<PartyId> peers() {
        return List.of(peer);
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        Bug.unless(to.equals(peer), "there is one peer");
        run.send(frame);
    }

    @Override
    public byte[] receive(PartyId from) {
        Bug.unless(from.equals(peer), "there is one peer");
        return run.frame();
    }
}
