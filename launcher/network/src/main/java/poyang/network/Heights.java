package poyang.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.SearchAnswer;

/// Up to which height validators have blocks whose results a quorum signed, asked of each of them alone.
final class Heights {
    private static final long LOOK_MILLIS = 200;

    private final BenchNetwork network;
    private final Function<ChainClient, ChainAccount> accounts;
    private final ChainAccount asking;

    /// @param client of all validators
    /// @param accounts who asks, by way of which client
    Heights(BenchNetwork network, ChainClient client, Function<ChainClient, ChainAccount> accounts) {
        this.network = network;
        this.accounts = accounts;
        asking = accounts.apply(client);
    }

    /// A validator's height; empty when it does not answer.
    private OptionalLong of(int number) {
        NodeAddress node = network.nodes().get(number);
        try {
            return OptionalLong.of(asking.status(node).getHeight());
        } catch (PoyangException e) {
            System.err.println("no status of " + node + ": " + e.wrong());
            return OptionalLong.empty();
        }
    }

    /// The highest of some validators' heights.
    ///
    /// @throws PoyangException `SET_UP_FAILED` when one of them does not answer
    long highest(Collection<Integer> numbers) {
        return numbers.stream()
                .mapToLong(number -> of(number)
                        .orElseThrow(() -> new PoyangException(
                                NetworkErrors.SET_UP_FAILED,
                                network.nodes().get(number) + " does not say its height",
                                "whoever runs must answer")))
                .max()
                .orElse(0);
    }

    /// Waits until one of these validators has a height; false when none has after so long.
    boolean reached(Collection<Integer> numbers, long height, long mostSeconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(mostSeconds);
        while (highest(numbers) < height) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    /// Waits until all validators are at one height, and holds the block there of each against the others': its hash
    /// is that of a header, with the roots of the state and of the receipts.
    ///
    /// @param mostSeconds until they are at one height
    boolean level(long mostSeconds) throws IOException, InterruptedException {
        List<Integer> all = IntStream.range(0, network.nodes().size()).boxed().toList();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(mostSeconds);
        while (System.nanoTime() < end) {
            List<OptionalLong> heights = all.stream().map(this::of).toList();
            OptionalLong height = heights.getFirst();
            if (height.isPresent() && heights.stream().allMatch(height::equals)) {
                return sameBlock(height.getAsLong());
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return false;
    }

    private boolean sameBlock(long height) throws IOException {
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < network.nodes().size(); i++) {
            try (ChainClient alone = network.client(i)) {
                SearchAnswer answer = accounts.apply(alone).search("blocks where height = " + height);
                hashes.add(answer.getRows(0)
                        .getValues(answer.getColumnsList().indexOf("hash"))
                        .getText());
            }
        }
        boolean same = hashes.stream().distinct().count() == 1;
        if (!same) {
            System.err.println("block " + height + " has the hashes " + hashes);
        }
        return same;
    }
}
