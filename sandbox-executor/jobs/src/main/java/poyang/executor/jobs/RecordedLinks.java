package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import poyang.executor.job.JobRun.Exchange;
import poyang.executor.job.LinkDigest;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.psi.RecordedNetwork;

/// Counts and digests the frames of each link of a party that has several.
final class RecordedLinks implements PartyNetwork {
    private final PartyNetwork network;
    private final Map<PartyId, RecordedNetwork> links = new TreeMap<>();

    RecordedLinks(PartyNetwork network) {
        this.network = network;
        network.peers().forEach(peer -> links.put(peer, new RecordedNetwork(network)));
    }

    @Override
    public PartyId self() {
        return network.self();
    }

    @Override
    public List<PartyId> peers() {
        return network.peers();
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        link(to).send(to, frame);
    }

    @Override
    public byte[] receive(PartyId from) {
        return link(from).receive(from);
    }

    private RecordedNetwork link(PartyId peer) {
        return Optional.ofNullable(links.get(peer)).orElseThrow(() -> new Bug(peer + " is no party of this job"));
    }

    /// Ends the recording.
    Exchange exchange(int rounds) {
        List<LinkDigest> digests = links.entrySet().stream()
                .map(link -> new LinkDigest(link.getKey(), link.getValue().transcript(link.getKey())))
                .toList();
        return new Exchange(
                LinkDigest.all(digests),
                digests,
                rounds,
                links.values().stream().mapToLong(RecordedNetwork::bytesSent).sum(),
                links.values().stream()
                        .mapToLong(RecordedNetwork::bytesReceived)
                        .sum());
    }
}
