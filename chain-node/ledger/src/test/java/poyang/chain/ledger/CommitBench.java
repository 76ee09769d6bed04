package poyang.chain.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// What a block of 1,000 transactions costs the ledger: each transaction carries 600 bytes, puts two new
/// keys with 300 bytes and changes one of 2,000 accounts. Prints the median of the blocks after the
/// first ten; arguments: a folder and the number of blocks.
final class CommitBench {
    private static final int TRANSACTIONS = 1000;
    private static final int WARM_BLOCKS = 10;

    private CommitBench() {}

    public static void main(String[] arguments) throws Exception {
        Chain chain = new Chain();
        int blocks = Integer.parseInt(arguments[1]);
        List<Long> cpu = new ArrayList<>();
        List<Long> wall = new ArrayList<>();
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < blocks; i++) {
                long cpuFrom = processNanos();
                long wallFrom = System.nanoTime();
                commit(chain, ledger);
                if (i >= WARM_BLOCKS) {
                    cpu.add(processNanos() - cpuFrom);
                    wall.add(System.nanoTime() - wallFrom);
                }
            }
        }
        long bytes = 0;
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "block of %d transactions: %.1f ms CPU, %.1f ms wall (medians of %d); %,d bytes on disk%n",
                TRANSACTIONS,
                median(cpu) / 1e6,
                median(wall) / 1e6,
                cpu.size(),
                bytes);
    }

    private static void commit(Chain chain, Ledger ledger) {
        long height = ledger.height() + 1;
        StateOverlay overlay = ledger.overlay();
        List<LedgerTransaction> transactions = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            byte[] id = Sm3.digest(Bytes.utf8(height + "/" + i).toArray());
            overlay.begin();
            overlay.put(Chain.CONTRACT, "job/" + Bytes.wrap(id).hex(), filled(300, id));
            overlay.put(Chain.CONTRACT, "receipt/" + Bytes.wrap(id).hex(), filled(300, id));
            overlay.put(Chain.CONTRACT, "account/" + (height * 31 + i) % 2000, filled(100, id));
            overlay.accept();
            TransactionLeaf leaf = new TransactionLeaf(filled(600, id), Bytes.wrap(new byte[64]), 0);
            transactions.add(new LedgerTransaction(
                    leaf, leaf.transactionId(CryptoSuite.SM), "taxation/owner", Bytes.wrap(Arrays.copyOf(id, 16))));
            receipts.add(filled(200, id));
        }
        PreparedBlock block = ledger.prepare(overlay, transactions, receipts);
        BlockHeader header = chain.header(ledger, block);
        ledger.commit(header, block, new OrderedMark(2 * height, header.hash(CryptoSuite.SM)));
    }

    /// Bytes that do not compress.
    private static Bytes filled(int length, byte[] seed) {
        byte[] out = new byte[length];
        byte[] more = seed;
        for (int at = 0; at < length; at += more.length) {
            more = Sm3.digest(more);
            System.arraycopy(more, 0, out, at, Math.min(more.length, length - at));
        }
        return Bytes.wrap(out);
    }

    private static long processNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
