package poyang.chain.ledger;

import java.util.Arrays;
import java.util.List;
import poyang.chain.proofs.StateTree;
import poyang.crypto.CryptoSuite;

/// Hashes many nodes of the tree at once: a page's 16 places are four levels of the binary trie of
/// {@link StateTree}, and all pairs of one level go through the digest together.
final class PageHashes {
    private static final int MESSAGE = 1 + 2 * TreePage.HASH;
    private static final int PAGES_AT_ONCE = 512;

    private PageHashes() {}

    /// The hashes of the pages, 32 bytes each. A page that is hashed holds two leaves or an inner node.
    static byte[] of(CryptoSuite suite, List<TreePage> pages) {
        byte[] out = new byte[pages.size() * TreePage.HASH];
        for (int from = 0; from < pages.size(); from += PAGES_AT_ONCE) {
            List<TreePage> part = pages.subList(from, Math.min(pages.size(), from + PAGES_AT_ONCE));
            byte[] hashes = some(suite, part);
            System.arraycopy(hashes, 0, out, from * TreePage.HASH, hashes.length);
        }
        return out;
    }

    private static byte[] some(CryptoSuite suite, List<TreePage> pages) {
        int width = TreePage.SLOTS;
        byte[] kinds = new byte[pages.size() * width];
        byte[] hashes = new byte[pages.size() * width * TreePage.HASH];
        for (int i = 0; i < pages.size(); i++) {
            System.arraycopy(pages.get(i).kinds, 0, kinds, i * width, width);
            System.arraycopy(pages.get(i).hashes, 0, hashes, i * width * TreePage.HASH, width * TreePage.HASH);
        }
        int nodes = pages.size() * width;
        byte[] messages = new byte[nodes / 2 * MESSAGE];
        int[] targets = new int[nodes / 2];
        // After each round the first half as many nodes stand at the front of the arrays.
        for (int left = nodes; left > pages.size(); left /= 2) {
            int count = 0;
            for (int to = 0; to < left / 2; to++) {
                int a = 2 * to;
                int b = a + 1;
                byte kind = joined(kinds[a], kinds[b]);
                if (kind == TreePage.INNER) {
                    messages[count * MESSAGE] = StateTree.NODE_PREFIX;
                    System.arraycopy(hashes, a * TreePage.HASH, messages, count * MESSAGE + 1, 2 * TreePage.HASH);
                    targets[count++] = to;
                } else {
                    int from = kinds[a] == TreePage.NONE ? b : a;
                    System.arraycopy(hashes, from * TreePage.HASH, hashes, to * TreePage.HASH, TreePage.HASH);
                }
                kinds[to] = kind;
            }
            byte[] digests = suite.digestMany(messages, MESSAGE, count);
            for (int i = 0; i < count; i++) {
                System.arraycopy(digests, i * TreePage.HASH, hashes, targets[i] * TreePage.HASH, TreePage.HASH);
            }
        }
        return Arrays.copyOf(hashes, pages.size() * TreePage.HASH);
    }

    private static byte joined(byte a, byte b) {
        if (a == TreePage.NONE && b == TreePage.NONE) {
            return TreePage.NONE;
        }
        boolean lone = (a == TreePage.NONE && b == TreePage.LEAF) || (a == TreePage.LEAF && b == TreePage.NONE);
        return lone ? TreePage.LEAF : TreePage.INNER;
    }

    /// The hash of the binary subtree over some places of a page.
    static byte[] ofPart(CryptoSuite suite, TreePage page, int from, int to) {
        if (page.empty(from, to)) {
            return new byte[TreePage.HASH];
        }
        int lone = to - from == 1 ? from : page.loneLeaf(from, to);
        if (lone >= 0) {
            return Arrays.copyOfRange(page.hashes, lone * TreePage.HASH, (lone + 1) * TreePage.HASH);
        }
        int middle = (from + to) >>> 1;
        return suite.digest(
                new byte[] {StateTree.NODE_PREFIX}, ofPart(suite, page, from, middle), ofPart(suite, page, middle, to));
    }

    /// The hashes of many leaves.
    static byte[] ofLeaves(CryptoSuite suite, List<Tree.Change> puts) {
        byte[] messages = new byte[puts.size() * MESSAGE];
        for (int i = 0; i < puts.size(); i++) {
            messages[i * MESSAGE] = StateTree.LEAF_PREFIX;
            puts.get(i).keyHash().copyInto(messages, i * MESSAGE + 1);
            puts.get(i).valueHash().orElseThrow().copyInto(messages, i * MESSAGE + 1 + TreePage.HASH);
        }
        return suite.digestMany(messages, MESSAGE, puts.size());
    }
}
