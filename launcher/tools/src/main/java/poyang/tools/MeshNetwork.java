package poyang.tools;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;

/// A network of each party's own links to each other one.
final class MeshNetwork implements PartyNetwork {
    private final PartyId self;
    private final Map<PartyId, PartyNetwork> links;

    /// @param links to each other party
    MeshNetwork(PartyId self, Map<PartyId, PartyNetwork> links) {
        this.self = self;
        this.links = new TreeMap<>(links);
    }

    @Override
    public PartyId self() {
        return self;
    }

    @Override
    public List<PartyId> peers() {
        return List.copyOf(links.keySet());
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        link(to).send(to, frame);
    }

    @Override
    public byte[] receive(PartyId from) {
        return link(from).receive(from);
    }

    private PartyNetwork link(PartyId peer) {
        PartyNetwork link = links.get(peer);
        if (link == null) {
            throw new Bug("there is no link to " + peer);
        }
        return link;
    }
}
