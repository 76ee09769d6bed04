package poyang.sdk.lookup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.KeywordClient;
import poyang.pir.KeywordForm;
import poyang.pir.RecordFields;
import poyang.psi.IdentifierRule;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.LookupFrames;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.TallyState;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewReads;

/// Looks up records of a view by key, so that the department that holds them learns that there was a look-up,
/// by whom, for what purpose and of how many keys, and nothing else.
///
/// ```
/// Ask on chain (counted) → evaluate → answer (stated on chain by the holder) → Close on chain (sealed report)
/// ```
/// Keys leave this process blinded only. The report is sent whatever came of it, at once and in one length,
/// so that a holder that spoils some answers learns nothing from what follows.
public final class PrivateLookup {
    private final Counterparts others;
    private final RandomSource random;

    /// @param account an analyst's
    /// @param executors that of the view's department among them
    public PrivateLookup(ChainAccount account, ExecutorClient executors, RandomSource random) {
        this(new ChainAndExecutor(account, executors), random);
    }

    PrivateLookup(Counterparts others, RandomSource random) {
        this.others = others;
        this.random = random;
    }

    /// All that a look-up does outside this process; whoever watches it sees these calls and nothing else.
    interface Counterparts extends OwnTally.Box {
        /// The view as the chain proves it.
        Optional<View> view(String id);

        ViewForm form(View view);

        List<SupervisorReport.Supervisor> supervisors();

        /// Gives the look-up's id.
        String ask(AskRequest request);

        byte[] evaluate(View view, LookupFrame frame);

        byte[] answer(View view, LookupFrame frame);

        /// The look-up with the holder's statement, as the chain proves it.
        ///
        /// @throws PoyangException `HOLDER_LIES` when there is none for too long
        Lookup stated(String id) throws InterruptedException;

        /// The asker's tally of a view, as the chain proves it.
        TallyState tally(String view);

        /// @return false when the tally has changed meanwhile
        boolean close(CloseLookup request);

        void tell(TellTotal request);
    }

    /// Looks up keys, written as people write them.
    ///
    /// @param view its id
    /// @param purpose for the holder to read; may be empty where the view does not ask for one
    /// @throws PoyangException `LOOKUP_NO_SUCH_VIEW`, `BAD_KEYWORD`, `LOOKUP_NOT_STANDING`: nothing was asked;
    ///     the contract's refusal; `HOLDER_LIES` for a form or frames that cannot be the committed table's
    public LookupResult lookup(String view, List<String> keys, String purpose) throws InterruptedException {
        View known = view(view);
        List<byte[]> keywords = normalised(known, keys);
        if (known.getReads() != ViewReads.VIEW_READS_BY_KEY) {
            throw new PoyangException(
                    LookupErrors.BAD_KEYWORD, "the view " + view + " is read by ranges", "name a range or a prefix");
        }
        KeywordForm form = KeywordForm.decode(form(known, others));
        List<SupervisorReport.Supervisor> supervisors = others.supervisors();
        String id = others.ask(AskRequest.newBuilder()
                .setView(view)
                .setVersion(known.getTable().getVersion())
                .setKeywords(keys.size())
                .setPurpose(purpose)
                .build());
        RandomSource source = random.fork("lookup").fork(id);
        try (KeywordClient.Lookup lookup = new KeywordClient(form).lookup(keywords, source.fork("frames"))) {
            byte[] blinded = lookup.blinded();
            byte[] evaluated = others.evaluate(known, frame(id, blinded));
            byte[] queries = lookup.queries(evaluated);
            byte[] answers = others.answer(known, frame(id, queries));
            Bytes digest = LookupFrames.digest(blinded, evaluated, queries, answers);
            Lookup stated = others.stated(id);
            List<LookupResult.Answer> found = outcomes(lookup, answers, known);
            if (!ChainForms.bytes(stated.getFramesDigest()).equals(digest)) {
                found = List.of(new LookupResult.Answer.Complaint("the holder states other frames on chain"));
            }
            LookupResult result = new LookupResult(
                    id,
                    stated.getVersion(),
                    known.getColumnsList(),
                    found,
                    ChainForms.bytes(stated.getServedTransaction()),
                    (long) blinded.length + evaluated.length + queries.length + answers.length);
            new Closing(others, source.fork("report"))
                    .close(
                            new Closing.Closed(id, view, keys.size(), matched(result, keys.size()), complaint(result)),
                            digest,
                            supervisors);
            return result;
        }
    }

    /// The view as the chain proves it.
    ///
    /// @throws PoyangException `LOOKUP_NO_SUCH_VIEW`
    public View view(String id) {
        return view(id, others);
    }

    static View view(String id, Counterparts others) {
        return others.view(id)
                .filter(found -> !found.getWithdrawn())
                .orElseThrow(() -> new PoyangException(
                        LookupErrors.NO_SUCH_VIEW,
                        "there is no view \"" + id + "\"",
                        "look it up in the list of views"));
    }

    private static List<byte[]> normalised(View view, List<String> keys) {
        IdentifierRule rule = IdentifierRule.named(
                        view.getIdentifierKind().name().toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new PoyangException(
                        SdkErrors.NOT_PROVEN, "the view's identifier kind is unknown", "one release is needed"));
        List<byte[]> normalised = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            int number = i + 1;
            normalised.add(rule.normalise(keys.get(i))
                    .orElseThrow(() -> new PoyangException(
                            LookupErrors.BAD_KEYWORD,
                            "key " + number + " is no identifier of the kind " + view.getIdentifierKind(),
                            "check its digits (docs/identifiers.md); nothing was asked"))
                    .getBytes(StandardCharsets.UTF_8));
        }
        return normalised;
    }

    /// The form of the table that stands, as its department's executor hands it out and the chain knows it.
    static byte[] form(View view, Counterparts others) {
        if (!view.hasTable()) {
            throw notStanding(view.getId() + " has no table yet");
        }
        ViewForm handed = others.form(view);
        if (handed.getVersion() != view.getTable().getVersion()) {
            throw notStanding("the executor has version " + handed.getVersion() + " and the chain version "
                    + view.getTable().getVersion());
        }
        byte[] form = handed.getForm().toByteArray();
        if (!Sm3.hash(form).equals(ChainForms.bytes(view.getTable().getFormHash()))) {
            throw lies("the form that the holder hands out is not the one on chain");
        }
        return form;
    }

    static LookupFrame frame(String id, byte[] content) {
        return LookupFrame.newBuilder()
                .setLookup(id)
                .setFrame(ChainForms.byteString(Bytes.wrap(content)))
                .build();
    }

    private static List<LookupResult.Answer> outcomes(KeywordClient.Lookup lookup, byte[] answers, View view) {
        List<KeywordClient.Outcome> outcomes;
        try {
            outcomes = lookup.outcomes(answers);
        } catch (PoyangException e) {
            return List.of(new LookupResult.Answer.Complaint(e.wrong()));
        }
        List<LookupResult.Answer> found = new ArrayList<>();
        for (KeywordClient.Outcome outcome : outcomes) {
            found.add(
                    switch (outcome) {
                        case KeywordClient.Outcome.Found(List<Bytes> records) -> answer(records, view);
                        case KeywordClient.Outcome.Absent() -> new LookupResult.Answer.Absent();
                        case KeywordClient.Outcome.Complaint(String reason) ->
                            new LookupResult.Answer.Complaint(reason);
                    });
        }
        return found;
    }

    private static LookupResult.Answer answer(List<Bytes> records, View view) {
        List<List<Optional<String>>> fields = new ArrayList<>();
        try {
            for (Bytes record : records) {
                fields.add(RecordFields.decode(record.toArray(), view.getColumnsCount()));
            }
        } catch (PoyangException e) {
            return new LookupResult.Answer.Complaint(e.wrong());
        }
        return new LookupResult.Answer.Found(fields);
    }

    /// The first complaint; empty where there is none.
    private static String complaint(LookupResult result) {
        return result.answers().stream()
                .filter(LookupResult.Answer.Complaint.class::isInstance)
                .map(answer -> ((LookupResult.Answer.Complaint) answer).reason())
                .findFirst()
                .orElse("");
    }

    private static int matched(LookupResult result, int keywords) {
        if (result.answers().size() != keywords) {
            return keywords;
        }
        return result.answers().stream()
                .mapToInt(answer -> switch (answer) {
                    case LookupResult.Answer.Found(List<List<Optional<String>>> records) -> records.size();
                    case LookupResult.Answer.Absent() -> 0;
                    case LookupResult.Answer.Complaint _ -> 1;
                })
                .sum();
    }

    private static PoyangException notStanding(String wrong) {
        return new PoyangException(LookupErrors.NOT_STANDING, wrong, "ask again when the table has been made");
    }

    static PoyangException lies(String wrong) {
        return new PoyangException(LookupErrors.HOLDER_LIES, wrong, "tell the supervisors; what is on chain shows it");
    }
}
