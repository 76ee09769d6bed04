package poyang.chain.ledger;

import poyang.kernel.PoyangException;

/// How many states a ledger keeps: all of them, or those of the last blocks. Blocks, receipts and proofs of
/// finality are always kept.
public sealed interface Retention {
    /// Every state from the genesis on.
    record Archive() implements Retention {}

    /// The states after the last `blocks` blocks.
    record Window(long blocks) implements Retention {}

    /// The fewest blocks of a window: a sync from this node's states takes some time.
    long FEWEST = Ledger.NONCE_WINDOW;

    /// From a configuration: `archive`, or the number of blocks of a window.
    ///
    /// @throws PoyangException `BAD_RETENTION`
    static Retention named(String text) {
        if (text.equals("archive")) {
            return new Archive();
        }
        try {
            long blocks = Long.parseLong(text);
            if (blocks >= FEWEST) {
                return new Window(blocks);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new PoyangException(
                LedgerErrors.BAD_RETENTION,
                "\"" + text + "\" does not say how many states to keep",
                "archive, or a number of blocks from " + FEWEST + " on, is needed");
    }

    /// The lowest height whose state is kept when the chain is at `height`.
    default long keptFrom(long height) {
        return switch (this) {
            case Archive() -> 0;
            case Window(long blocks) -> Math.max(0, height - blocks + 1);
        };
    }
}
