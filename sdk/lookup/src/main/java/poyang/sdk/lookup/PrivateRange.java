package poyang.sdk.lookup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.OrderedClient;
import poyang.pir.OrderedForm;
import poyang.pir.OrderedTable;
import poyang.pir.RecordFields;
import poyang.psi.IdentifierRule;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.LookupFrames;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewReads;

/// Reads the entries of a view whose keys lie in a range or begin with a prefix, so that the department that
/// holds them learns that there was a look-up, by whom, for what purpose and of how many entries at most, and
/// nothing else.
///
/// What the asker learns besides its entries: their neighbours in the same rows, and some first keys of the
/// search tree on its way (docs/private-reads.md). Number, order and lengths of all that leaves this process
/// depend on the view and on how many entries are asked for at most.
public final class PrivateRange {
    private final PrivateLookup.Counterparts others;
    private final RandomSource random;

    /// @param account an analyst's
    /// @param executors that of the view's department among them
    public PrivateRange(ChainAccount account, ExecutorClient executors, RandomSource random) {
        this(new ChainAndExecutor(account, executors), random);
    }

    PrivateRange(PrivateLookup.Counterparts others, RandomSource random) {
        this.others = others;
        this.random = random;
    }

    /// Reads the entries between two keys, both included, written as people write them.
    ///
    /// @param most entries, which are counted against the quotas, however many there are
    /// @throws PoyangException as {@link PrivateLookup#lookup}
    public RangeResult range(String view, String from, String to, int most, String purpose)
            throws InterruptedException {
        View known = known(view);
        byte[] low = bound(known, from);
        byte[] high = bound(known, to);
        return read(known, most, purpose, (client, source) -> client.range(low, high, most, source));
    }

    /// Reads the entries whose keys begin so.
    ///
    /// @throws PoyangException as {@link PrivateLookup#lookup}
    public RangeResult prefix(String view, String prefix, int most, String purpose) throws InterruptedException {
        View known = known(view);
        byte[] begins = bound(known, prefix);
        return read(known, most, purpose, (client, source) -> client.prefix(begins, most, source));
    }

    private View known(String id) {
        View view = PrivateLookup.view(id, others);
        if (view.getReads() != ViewReads.VIEW_READS_BY_RANGE) {
            throw new PoyangException(
                    LookupErrors.BAD_KEYWORD, "the view " + id + " is read by whole keys", "name keys");
        }
        return view;
    }

    /// A whole identifier in its kind's form, or the beginning of one as a text.
    private static byte[] bound(View view, String word) {
        return IdentifierRule.named(view.getIdentifierKind().name().toLowerCase(Locale.ROOT))
                .flatMap(rule -> rule.normalise(word))
                .or(() -> IdentifierRule.named("text").flatMap(rule -> rule.normalise(word)))
                .orElseThrow(() -> new PoyangException(
                        LookupErrors.BAD_KEYWORD,
                        "a bound of the range is no key and no beginning of one",
                        "name its first characters; nothing was asked"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private interface Beginning {
        OrderedClient.Reading read(OrderedClient client, RandomSource source);
    }

    private RangeResult read(View view, int most, String purpose, Beginning beginning) throws InterruptedException {
        OrderedForm form = OrderedForm.decode(PrivateLookup.form(view, others));
        OrderedClient client = new OrderedClient(form);
        List<SupervisorReport.Supervisor> supervisors = others.supervisors();
        try (OrderedClient.Reading tried = beginning.read(client, random.fork("trial"))) {
            tried.last(); // what cannot be asked is refused before it is counted
        }
        String id = others.ask(AskRequest.newBuilder()
                .setView(view.getId())
                .setVersion(view.getTable().getVersion())
                .setKeywords(most)
                .setPurpose(purpose)
                .build());
        RandomSource source = random.fork("range").fork(id);
        List<Bytes> frames = new ArrayList<>();
        try (OrderedClient.Reading reading = beginning.read(client, source.fork("frames"))) {
            while (!reading.last()) {
                byte[] asked = reading.next();
                byte[] answer = others.evaluate(view, PrivateLookup.frame(id, asked));
                frames.addAll(List.of(Bytes.copyOf(asked), Bytes.copyOf(answer)));
                reading.take(answer);
            }
            byte[] asked = reading.next();
            byte[] answer = others.answer(view, PrivateLookup.frame(id, asked));
            frames.addAll(List.of(Bytes.copyOf(asked), Bytes.copyOf(answer)));
            RangeResult result = result(reading, answer, view, frames, others.stated(id));
            int matched = result.good() ? result.entries().size() : most;
            new Closing(others, source.fork("report"))
                    .close(
                            new Closing.Closed(
                                    id,
                                    view.getId(),
                                    most,
                                    matched,
                                    result.complaint().orElse("")),
                            LookupFrames.digest(frames),
                            supervisors);
            return result;
        }
    }

    private static RangeResult result(
            OrderedClient.Reading reading, byte[] answer, View view, List<Bytes> frames, Lookup stated) {
        List<RangeResult.Entry> entries = new ArrayList<>();
        boolean more = false;
        String complaint = "";
        try {
            switch (reading.outcome(answer)) {
                case OrderedClient.Outcome.Found(List<OrderedTable.Entry> found, boolean goesOn) -> {
                    for (OrderedTable.Entry entry : found) {
                        entries.add(new RangeResult.Entry(
                                new String(entry.key().toArray(), StandardCharsets.UTF_8),
                                RecordFields.decode(entry.value().toArray(), view.getColumnsCount())));
                    }
                    more = goesOn;
                }
                case OrderedClient.Outcome.Complaint() -> complaint = "a row is not that of the committed table";
            }
        } catch (PoyangException e) {
            complaint = e.wrong();
        }
        if (!ChainForms.bytes(stated.getFramesDigest()).equals(LookupFrames.digest(frames))) {
            complaint = "the holder states other frames on chain";
        }
        return new RangeResult(
                stated.getId(),
                stated.getVersion(),
                view.getColumnsList(),
                complaint.isEmpty() ? entries : List.of(),
                more && complaint.isEmpty(),
                Optional.of(complaint).filter(text -> !text.isEmpty()),
                ChainForms.bytes(stated.getServedTransaction()),
                frames.stream().mapToLong(Bytes::length).sum());
    }
}
