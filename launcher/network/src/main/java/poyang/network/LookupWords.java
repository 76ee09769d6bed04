package poyang.network;

import java.time.Instant;
import java.util.Locale;
import poyang.kernel.Bytes;
import poyang.sdk.ReceiptVerifier.Verdict;
import poyang.wire.schema.LookupReceipt;

/// A proven look-up in words.
final class LookupWords {
    private LookupWords() {}

    static String of(Verdict.LookupProven proven) {
        LookupReceipt said = proven.receipt();
        return String.format(
                Locale.ROOT,
                "PROVEN. Block %d of chain %s (%s) holds this statement of %s:%n"
                        + "  look-up %s: %d keywords looked up by %s in version %d, sandbox %s%n"
                        + "  table's form       %s%n"
                        + "  asked in           %s%n"
                        + "  all frames         %s%n"
                        + "What this proves: %d of %d validators signed the block, %s;%n"
                        + "  %s;%n"
                        + "  the look-up was asked and counted on chain, within the view's quotas and policies, before it was%n"
                        + "  answered, and is used up.%n"
                        + "What it does not say: which keywords, and whether there were records. Nobody but the asker knows.",
                proven.header().height(),
                proven.header().chainId().slice(0, 8).hex() + "…",
                Instant.ofEpochMilli(proven.header().timestampMillis()),
                proven.sender(),
                said.getLookup(),
                said.getKeywords(),
                said.getAccount(),
                said.getVersion(),
                said.getSandbox(),
                Bytes.wrap(said.getFormHash().toByteArray()).hex(),
                Bytes.wrap(said.getAskTransaction().toByteArray()).hex(),
                Bytes.wrap(said.getFramesDigest().toByteArray()).hex(),
                proven.signers(),
                proven.epoch().validators().size(),
                proven.signatureChecked()
                        ? "and the executor signed the statement with its key"
                        : "and vouch for the executor's signature",
                proven.epoch().strength());
    }
}
