package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import poyang.notarization.ProtocolRegistry.Protocol;
import poyang.wire.schema.Network;
import poyang.wire.schema.ProtocolChoice;

/// What `auto` comes to: the protocol that is reckoned to be the fastest for these sizes on this network, with
/// the reckoning in words. Whole numbers only, so that every node chooses alike.
final class ProtocolChoices {
    private static final int MEGABITS = 100;
    private static final int DELAY_MILLIS = 5;

    private ProtocolChoices() {}

    /// @param able at least one, in the order in which ties are broken
    /// @param network zeros where the submitter does not know: 100 Mbit/s and 5 ms
    static ProtocolChoice fastest(List<Protocol> able, Network network, long receiverRows, long senderRows) {
        long megabits = network.getMegabitsPerSecond() == 0 ? MEGABITS : network.getMegabitsPerSecond();
        long delay = network.getMegabitsPerSecond() == 0 ? DELAY_MILLIS : network.getDelayMillis();
        Protocol best = able.getFirst();
        long least = Long.MAX_VALUE;
        List<String> chinese = new ArrayList<>();
        List<String> english = new ArrayList<>();
        for (Protocol protocol : able) {
            long millis = protocol.cost().millis(receiverRows, senderRows, megabits, delay);
            if (millis < least) {
                best = protocol;
                least = millis;
            }
            chinese.add(protocol.name() + " 约 " + seconds(millis) + " 秒");
            english.add(protocol.name() + " about " + seconds(millis) + " s");
        }
        return ProtocolChoice.newBuilder()
                .setProtocol(best.name())
                .setReason("接收方约 " + receiverRows + " 行，另一方约 " + senderRows + " 行，网络 " + megabits + " Mbit/s、延迟 "
                        + delay + " 毫秒，双方规则都允许的协议中预计最快：" + String.join("，", chinese))
                .setReasonEnglish("reckoned to be the fastest that both policies allow, for about " + receiverRows
                        + " rows of the receiver and " + senderRows + " of the other side at " + megabits
                        + " Mbit/s and a delay of " + delay + " ms: " + String.join(", ", english))
                .build();
    }

    /// The same for a group, whose leader runs with each of the others.
    ///
    /// @param otherRows of each party but the leader
    static ProtocolChoice ofGroup(List<Protocol> able, Network network, long leaderRows, List<Long> otherRows) {
        long megabits = network.getMegabitsPerSecond() == 0 ? MEGABITS : network.getMegabitsPerSecond();
        long delay = network.getMegabitsPerSecond() == 0 ? DELAY_MILLIS : network.getDelayMillis();
        Protocol best = able.getFirst();
        long least = Long.MAX_VALUE;
        for (Protocol protocol : able) {
            long millis = otherRows.stream()
                    .mapToLong(rows -> protocol.cost().millis(leaderRows, rows, megabits, delay))
                    .sum();
            if (millis < least) {
                best = protocol;
                least = millis;
            }
        }
        int parties = otherRows.size() + 1;
        return ProtocolChoice.newBuilder()
                .setProtocol(best.name())
                .setReason(parties + " 方共同碰撞，领头方约 " + leaderRows + " 行，网络 " + megabits + " Mbit/s、延迟 " + delay
                        + " 毫秒，各方规则都允许的协议中预计最快：" + best.name() + " 约 " + seconds(least) + " 秒")
                .setReasonEnglish("reckoned to be the fastest for " + parties + " parties that all policies allow, for"
                        + " about " + leaderRows + " rows of the leader at " + megabits + " Mbit/s and a delay of "
                        + delay + " ms: " + best.name() + " about " + seconds(least) + " s")
                .build();
    }

    /// One decimal.
    private static String seconds(long millis) {
        long tenths = (millis + 50) / 100;
        return tenths / 10 + "." + tenths % 10;
    }
}
