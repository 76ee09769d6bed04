package poyang.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Where a node listens, and what it runs inside of.
///
/// @param peerHost address at which the other nodes reach it
/// @param clientHost address at which clients reach it
/// @param entrance the command that starts another inside of it; empty where that is this process's own surroundings
record Place(String peerHost, int peerPort, String clientHost, int clientPort, List<String> entrance) {
    private static final String LOOPBACK = "127.0.0.1";

    Place {
        entrance = List.copyOf(entrance);
    }

    /// So many places on loopback, at ports that are free now.
    static List<Place> onLoopback(int count) throws IOException {
        List<Integer> ports = BenchNetwork.freePorts(2 * count);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(new Place(LOOPBACK, ports.get(2 * i), LOOPBACK, ports.get(2 * i + 1), List.of()));
        }
        return places;
    }
}
