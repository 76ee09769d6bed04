package poyang.psi;

import poyang.kernel.Bug;

/// How many keys both sides have, and none of them: the intersection by masking in which the sender gives the
/// receiver's tags back in a secret order of its own. Semi-honest.
///
/// ```
/// receiver R with X, secret a                 sender S with Y, secret b
///   H(x)^a for x in X, secret order     →
///                                       ←       H(y)^b for y in Y, secret order
///                                       ←       T(H(x)^ab), in another secret order
///   counts how many of them are among T(H(y)^ba)
/// ```
///
/// - rejects: as {@link DhPsi}
/// - secrecy: as {@link DhPsi}; besides, each of the receiver's tags may belong to each of its keys, for the
///   sender's order is uniform and tags are digests of points that only both secrets together give
/// - cost: that of {@link DhPsi}, to the byte
/// - source: Agrawal, Evfimievski, Srikant, ACM SIGMOD 2003, the intersection size; hashing and tags as there
final class DhPsiSize implements CollisionProtocol.Engine {
    private final DhPsi masking;

    DhPsiSize(MaskingGroup group) {
        masking = new DhPsi(group);
    }

    MaskingGroup group() {
        return masking.group;
    }

    @Override
    public boolean sizeOnly() {
        return true;
    }

    @Override
    public Cost cost(long receiverKeys, long senderKeys) {
        return masking.cost(receiverKeys, senderKeys);
    }

    @Override
    public int[] receive(Items items, long peerItems, Run run) {
        throw new Bug("this protocol tells a size, and no keys");
    }

    @Override
    public long receiveSize(Items items, long peerItems, Run run) {
        int[] order = Orders.permutation(items.size(), run.random("order"));
        int tagBytes = Tags.bytes(items.size(), peerItems);
        try (MaskingGroup.Mask mask = masking.group.mask(run.random("scalar"))) {
            byte[][] masked = masking.exchangeMasked(items, order, mask, (int) peerItems, run);
            Tags theirs = new Tags((int) peerItems, tagBytes);
            for (int i = 0; i < masked.length; i++) {
                theirs.addAll(masking.tags(masking.again(masked[i], mask, run), tagBytes));
                masked[i] = new byte[0];
                run.at(Progress.Phase.EXCHANGING, DhPsi.done(i, peerItems), peerItems);
            }
            return count(theirs, items.size(), tagBytes, run);
        }
    }

    private static long count(Tags theirs, int ownItems, int tagBytes, Run run) {
        long count = 0;
        for (int chunk = 0; chunk < DhPsi.chunks(ownItems); chunk++) {
            int width = DhPsi.width(chunk, ownItems);
            byte[] tags = run.frame("tags", width * tagBytes);
            for (int i = 0; i < width; i++) {
                count += theirs.contains(tags, i * tagBytes) ? 1 : 0;
            }
            run.at(Progress.Phase.MATCHING, DhPsi.done(chunk, ownItems), ownItems);
        }
        return count;
    }

    @Override
    public void send(Items items, long peerItems, Run run) {
        send(items, Orders.permutation(items.size(), run.random("order")), peerItems, run);
    }

    /// The sender's side with its keys in this secret order.
    void send(Items items, int[] order, long peerItems, Run run) {
        int[] back = Orders.permutation((int) peerItems, run.random("tags"));
        int tagBytes = Tags.bytes(peerItems, items.size());
        byte[] shuffled = new byte[back.length * tagBytes];
        try (MaskingGroup.Mask mask = masking.group.mask(run.random("scalar"))) {
            byte[][] masked = masking.exchangeMasked(items, order, mask, (int) peerItems, run);
            int at = 0;
            for (int i = 0; i < masked.length; i++) {
                byte[] tags = masking.tags(masking.again(masked[i], mask, run), tagBytes);
                for (int from = 0; from < tags.length; from += tagBytes) {
                    System.arraycopy(tags, from, shuffled, back[at++] * tagBytes, tagBytes);
                }
                masked[i] = new byte[0];
                run.at(Progress.Phase.EXCHANGING, DhPsi.done(i, peerItems), peerItems);
            }
        }
        for (int chunk = 0; chunk < DhPsi.chunks(peerItems); chunk++) {
            byte[] tags = new byte[DhPsi.width(chunk, back.length) * tagBytes];
            int from = (int) DhPsi.done(chunk - 1, peerItems) * tagBytes;
            System.arraycopy(shuffled, from, tags, 0, tags.length);
            run.send(tags);
        }
    }
}
