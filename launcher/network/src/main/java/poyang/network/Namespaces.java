package poyang.network;

import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import poyang.kernel.PoyangException;

/// A network namespace for each validator, so that the links between them can be cut as by a pulled cable: packets get
/// lost, and nobody is told.
///
/// Each validator has two interfaces. By `peers` it reaches the other validators, over one of two bridges: at first all
/// are at the same, and whoever is moved to the other one is cut from those who are not. By `clients` the host reaches
/// it, and that is never cut, so that a client can ask both sides what they hold for final. The bridges are in a
/// namespace of their own, where no packet filter of the host is in their way; the host gets one interface.
///
/// ```
///   validator-1    validator-2    validator-3    validator-4    host
///     |     |        |     |        |     |        |     |        |
///   peers clients  peers clients  peers clients  peers clients    |
///     |     |        |     |        |     |        |     |        |
///   [near or far]--[near or far]--[near or far]--[near or far]    |
///           |              |              |              |        |
///         [clients]--------+--------------+--------------+--------+
/// ```
///
/// Addresses are of a range `10.128.0.0/9` that no interface of the host has; the ports are the same in every
/// namespace.
final class Namespaces {
    private static final int PEER_PORT = 7001;
    private static final int CLIENT_PORT = 7002;
    /// The last number of the host's address; validators count from 1.
    private static final int HOST = 254;
    private static final String NEAR = "near";
    private static final String FAR = "far";
    private static final String CLIENTS = "clients";
    private static final String PEERS = "peers";

    private final RunMark mark;
    private final String hub;
    private final Range range;
    private final int count;

    private Namespaces(RunMark mark, int count) {
        this.mark = mark;
        this.count = count;
        hub = mark.on("s");
        range = Range.free();
    }

    /// Addresses `10.second.third.*` for the validators among each other, and `10.second.third + 1.*` for clients.
    private record Range(int second, int third) {
        private static final int TRIES = 100;

        static Range free() {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            return IntStream.range(0, TRIES)
                    .mapToObj(_ -> new Range(random.nextInt(128, 256), 2 * random.nextInt(128)))
                    .filter(Range::isFree)
                    .findFirst()
                    .orElseThrow(() -> new PoyangException(
                            NetworkErrors.SET_UP_FAILED,
                            "this machine has addresses in all of 10.128.0.0/9",
                            "a free range of addresses is needed"));
        }

        private boolean isFree() {
            try {
                return NetworkInterface.networkInterfaces()
                        .flatMap(each -> each.getInterfaceAddresses().stream())
                        .map(InterfaceAddress::getAddress)
                        .noneMatch(used -> used.getHostAddress().startsWith("10." + second + "." + third + ".")
                                || used.getHostAddress().startsWith("10." + second + "." + (third + 1) + "."));
            } catch (SocketException e) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "the machine's interfaces cannot be read (" + e.getMessage() + ")",
                        "Linux is needed",
                        e);
            }
        }

        String peer(int number) {
            return "10." + second + "." + third + "." + number;
        }

        String client(int number) {
            return "10." + second + "." + (third + 1) + "." + number;
        }
    }

    /// Makes so many namespaces, with all links whole.
    ///
    /// @param mark takes them away
    /// @param count 1 to 250
    /// @throws PoyangException `SET_UP_FAILED` where this machine or this user cannot
    static Namespaces make(RunMark mark, int count) {
        Namespaces made = new Namespaces(mark, count);
        made.makeHub();
        for (int i = 0; i < count; i++) {
            made.makePlace(i);
        }
        return made;
    }

    private void makeHub() {
        ip("netns", "add", hub);
        for (String bridge : List.of(NEAR, FAR, CLIENTS)) {
            ip("-n", hub, "link", "add", "name", bridge, "type", "bridge");
            ip("-n", hub, "link", "set", bridge, "up");
        }
        String host = mark.on("h");
        ip("link", "add", "name", host, "type", "veth", "peer", "name", "host", "netns", hub);
        ip("-n", hub, "link", "set", "host", "master", CLIENTS, "up");
        ip("address", "add", range.client(HOST) + "/24", "dev", host);
        ip("link", "set", host, "up");
    }

    private void makePlace(int number) {
        String own = name(number);
        ip("netns", "add", own);
        ip("-n", own, "link", "set", "lo", "up");
        plug(number, PEERS, NEAR, range.peer(number + 1));
        plug(number, CLIENTS, CLIENTS, range.client(number + 1));
    }

    private void plug(int number, String cable, String bridge, String address) {
        String own = name(number);
        ip("-n", hub, "link", "add", "name", cable + number, "type", "veth", "peer", "name", cable, "netns", own);
        ip("-n", hub, "link", "set", cable + number, "master", bridge, "up");
        ip("-n", own, "address", "add", address + "/24", "dev", cable);
        ip("-n", own, "link", "set", cable, "up");
    }

    private String name(int number) {
        return mark.on("v" + number);
    }

    /// Where nodes run, one in each namespace.
    List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(new Place(
                    range.peer(i + 1),
                    PEER_PORT,
                    range.client(i + 1),
                    CLIENT_PORT,
                    List.of("nsenter", "--net=/run/netns/" + name(i))));
        }
        return places;
    }

    /// From now on these, from 0 on, reach each other and none of the rest, and the rest reach each other.
    void cut(Collection<Integer> off) {
        for (int i = 0; i < count; i++) {
            ip("-n", hub, "link", "set", PEERS + i, "master", off.contains(i) ? FAR : NEAR);
        }
    }

    /// From now on all reach each other.
    void heal() {
        cut(List.of());
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        SystemCommand.run(command.toArray(String[]::new));
    }
}
