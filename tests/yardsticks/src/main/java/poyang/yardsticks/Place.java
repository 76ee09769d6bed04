package poyang.yardsticks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// What a replica's process is told.
///
/// @param index of this replica
/// @param ports of all replicas, for each other
/// @param door where requests come in
/// @param folder of the log
record Place(int index, List<Integer> ports, int door, Path folder) {
    static final String HOST = "127.0.0.1";

    /// `INDEX PORT,PORT,... DOOR FOLDER`.
    static Place of(String[] arguments) {
        return new Place(
                Integer.parseInt(arguments[0]),
                Arrays.stream(arguments[1].split(",", -1)).map(Integer::valueOf).toList(),
                Integer.parseInt(arguments[2]),
                Path.of(arguments[3]));
    }

    String address(int replica) {
        return HOST + ":" + ports.get(replica);
    }
}
