package poyang.pir;

import java.util.List;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// A look-up by keyword between two parties: what each learns, what it costs, and either side of
/// it.
///
/// - learnt by the holder: that there was a look-up, and of how many keywords
/// - learnt by the asker: the records of its keywords and the table's form
/// - adversary: the asker's keywords are safe from a malicious holder, who can spoil answers but is
///   found out and learns nothing from it; the holder's records are safe from a malicious asker up
///   to one keyword for each evaluation
/// - cost: four frames, two of each side, of lengths that {@link KeywordForm} gives
public final class KeywordRead {
    /// Stable number in this project's registry of protocols.
    public static final int ID = 101;

    public static final int VERSION = 1;
    public static final String NAME = "keyword-pir";
    public static final int FRAMES_EACH = 2;

    private KeywordRead() {}

    /// The asker's side to its end.
    ///
    /// @throws PoyangException `PEER_MISBEHAVED` for frames of wrong lengths
    public static List<KeywordClient.Outcome> ask(
            KeywordClient client, List<byte[]> keywords, PartyNetwork network, PartyId holder, RandomSource random) {
        try (KeywordClient.Lookup lookup = client.lookup(keywords, random)) {
            network.send(holder, lookup.blinded());
            network.send(holder, lookup.queries(network.receive(holder)));
            return lookup.outcomes(network.receive(holder));
        } catch (PoyangException e) {
            throw blamed(e);
        }
    }

    /// The holder's side to its end; gives the number of keywords that were looked up.
    ///
    /// @param allowed how many keywords this asker may still look up
    /// @throws PoyangException `PEER_MISBEHAVED` for frames that are none, or more keywords than
    ///     allowed
    public static int serve(
            KeywordTable table,
            int allowed,
            PartyNetwork network,
            PartyId asker,
            RandomSource random,
            Workers workers) {
        try {
            byte[] blinded = network.receive(asker);
            int keywords = blinded.length / EqualityProof.POINT_BYTES;
            if (keywords > allowed) {
                throw new PoyangException(
                        PirErrors.BAD_FRAME,
                        keywords + " keywords are looked up at once",
                        allowed + " are allowed at most");
            }
            network.send(asker, table.evaluate(blinded, random));
            network.send(asker, table.answer(network.receive(asker), keywords, workers));
            return keywords;
        } catch (PoyangException e) {
            throw blamed(e);
        }
    }

    private static PoyangException blamed(PoyangException e) {
        return e.code().equals(PirErrors.BAD_FRAME)
                ? new PoyangException(KernelErrors.PEER_MISBEHAVED, e.wrong(), e.right(), e)
                : e;
    }
}
