package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.DisseminationMessage.Carried;
import poyang.chain.consensus.DisseminationMessage.Certified;
import poyang.chain.consensus.DisseminationMessage.Held;
import poyang.chain.consensus.DisseminationMessage.Wanted;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// Spreads transactions apart from ordering them: each validator sends what it admitted to all others in
/// batches, once; n − q + 1 signed words that a batch is held make its certificate; consensus orders
/// certificates.
///
/// Every quorum of q has an honest holder among any n − q + 1, so whoever must execute a certified batch can
/// have it. What a validator votes for it also makes durable first (its driver keeps the batches of a block
/// with the vote), so an ordered batch outlives a crash of everybody.
///
/// Sources: Danezis, Kokoris-Kogias, Sonnino, Spiegelman, "Narwhal and Tusk", EuroSys 2022, section 3;
/// Giridharan et al., "Autobahn", SOSP 2024, section 4 (lanes), of which this takes the certificates and not
/// the chaining, since a block names every batch.
public final class Dissemination
        implements Machine<Dissemination.Event, Ready<Void, DisseminationMessage, Dissemination.Effect>>, Payloads {
    static final String GATHER_TIMER = "gather";
    static final String CARE_TIMER = "care";

    /// Transactions and bytes of the batches of one block.
    public static final int BLOCK_TRANSACTIONS = 4_000;

    private static final long BLOCK_BYTES = 8 << 20;
    private static final int BATCH_FULL = 400;
    private static final long BATCH_FULL_BYTES = 128 << 10;
    private static final long SHORTEST_GATHER_MILLIS = 10;
    private static final long LONGEST_GATHER_MILLIS = 80;
    /// A certificate grows with the number of validators, and each of them makes some: so many validators gather
    /// for longer, that all together make 250 batches a second at most.
    private static final long GATHER_MILLIS_A_VALIDATOR = 4;
    /// After a batch of so many transactions a validator gathers for half as long again: each batch costs all of them
    /// signatures and messages, whatever it holds.
    static final int BUSY_TRANSACTIONS = 12;

    private static final long CARE_MILLIS = 400;
    private static final int MOST_TICKS = 8;
    private static final long FORGET_MILLIS = 30_000;
    private static final long OPEN_BYTES_OF_ONE_AUTHOR = 24 << 20;
    private static final int REMEMBERED = 8_192;

    private final Bytes chainId;
    private final Epoch epoch;
    private final PartyId self;
    private final Signatures signatures;
    private long gatherMillis;
    private final List<Bytes> gathered = new ArrayList<>();
    private final LinkedHashMap<Bytes, Known> open = new LinkedHashMap<>();
    private final Map<PartyId, Long> openBytesOf = new TreeMap<>();
    private final LinkedHashMap<Bytes, Batch> kept = new LinkedHashMap<>();
    private final LinkedHashMap<Bytes, Boolean> ordered = new LinkedHashMap<>();
    private final LinkedHashMap<Bytes, Integer> wanted = new LinkedHashMap<>();
    private long gatheredBytes;
    private long sequence;
    private long now;
    private long sentMillis;
    private boolean caring;
    private boolean changed;

    private List<Outbound<DisseminationMessage>> send = new ArrayList<>();
    private List<Effect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    /// A batch that is not ordered yet.
    private static final class Known {
        private @Nullable Batch batch;
        private @Nullable BatchCertificate certificate;
        private @Nullable Bytes encodedCertificate;
        private final TreeMap<PartyId, Signature> holders = new TreeMap<>();
        private final long sinceMillis;
        private long toldMillis;
        private long patienceMillis = CARE_MILLIS;

        Known(long sinceMillis) {
            this.sinceMillis = sinceMillis;
            toldMillis = sinceMillis;
        }
    }

    /// What happens. `nowMillis` is the driver's clock, for patience only.
    public sealed interface Event {
        /// Transactions that this validator admitted and that no other one spreads.
        record Admitted(List<Bytes> transactions, long nowMillis) implements Event {}

        /// A message from an authenticated peer.
        record Received(PartyId from, DisseminationMessage message, long nowMillis) implements Event {}

        record TimerFired(String timer, long nowMillis) implements Event {}

        /// These items of a block's payload are needed, of which the peer may know.
        record Needed(List<Bytes> payload, PartyId holder, long nowMillis) implements Event {}

        /// A block with this payload is executed.
        record Executed(List<Bytes> payload) implements Event {}
    }

    /// What came of it.
    public sealed interface Effect {
        /// A batch came in from elsewhere: its transactions are to be admitted.
        record Arrived(Batch batch) implements Effect {}

        /// What there is to order has changed: {@link Dissemination#available}.
        record Changed() implements Effect {}

        /// The peer asks for a batch that this machine does not hold any more; the driver may.
        record Asked(PartyId from, Bytes batch) implements Effect {}
    }

    /// @param sequence above every sequence that this validator used before, for example the time
    /// @param batches what the driver kept, of blocks that are not executed yet
    public Dissemination(
            Bytes chainId, Epoch epoch, PartyId self, Signatures signatures, long sequence, List<Batch> batches) {
        this.chainId = chainId;
        this.epoch = epoch;
        this.self = self;
        this.signatures = signatures;
        this.sequence = sequence;
        gatherMillis = gatherMillis(epoch, 0);
        batches.forEach(batch -> kept.put(batch.id(epoch.suite()), batch));
    }

    private static long gatherMillis(Epoch epoch, int transactions) {
        return gatherMillis(epoch.blockTimeMillis(), epoch.validators().size(), transactions);
    }

    /// How long a validator gathers, at most, after a batch of so many transactions.
    static long gatherMillis(long blockTimeMillis, int validators, double transactions) {
        long usual = Math.max(
                Math.clamp(blockTimeMillis / 5, SHORTEST_GATHER_MILLIS, LONGEST_GATHER_MILLIS),
                GATHER_MILLIS_A_VALIDATOR * (long) validators);
        return transactions < BUSY_TRANSACTIONS ? usual : usual + usual / 2;
    }

    @Override
    public Ready<Void, DisseminationMessage, Effect> step(Event event) {
        switch (event) {
            case Event.Admitted(List<Bytes> transactions, long at) -> {
                now = at;
                admit(transactions);
            }
            case Event.Received(PartyId from, DisseminationMessage message, long at) -> {
                now = at;
                receive(from, message);
            }
            case Event.TimerFired(String timer, long at) -> {
                now = at;
                onTimer(timer);
            }
            case Event.Needed(List<Bytes> payload, PartyId holder, long at) -> {
                now = at;
                need(payload, holder);
            }
            case Event.Executed(List<Bytes> payload) ->
                payload.forEach(item -> BatchCertificate.of(item).ifPresent(c -> forget(c.batch())));
        }
        if (!caring && (!open.isEmpty() || !wanted.isEmpty())) {
            caring = true;
            timers.add(new TimerChange(CARE_TIMER, CARE_MILLIS));
        }
        if (changed) {
            changed = false;
            apply.add(new Effect.Changed());
        }
        Ready<Void, DisseminationMessage, Effect> ready = new Ready<>(List.of(), send, apply, timers, rejected);
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    // ---- the own batches --------------------------------------------------------------------------

    private void admit(List<Bytes> transactions) {
        for (Bytes transaction : transactions) {
            if (gatheredBytes + transaction.length() > Batch.MOST_BYTES) {
                spread();
            }
            gathered.add(transaction);
            gatheredBytes += transaction.length();
            if (gathered.size() >= BATCH_FULL || gatheredBytes >= BATCH_FULL_BYTES) {
                spread();
            }
        }
        long wait = sentMillis + gatherMillis - now;
        if (!gathered.isEmpty() && wait > 0 && wait <= gatherMillis) {
            timers.add(new TimerChange(GATHER_TIMER, wait));
        } else {
            spread();
        }
    }

    private void spread() {
        if (gathered.isEmpty()) {
            return;
        }
        Batch batch = new Batch(self, sequence++, gathered);
        gatherMillis = gatherMillis(epoch, gathered.size());
        gathered.clear();
        gatheredBytes = 0;
        sentMillis = now;
        Bytes id = batch.id(epoch.suite());
        Known known = hold(id, batch);
        broadcast(new Carried(batch));
        count(id, known, self, held(id, batch));
    }

    private Signature held(Bytes id, Batch batch) {
        return signatures.sign(BatchCertificate.message(
                chainId, epoch, id, batch.transactions().size(), batch.bytes()));
    }

    private Known hold(Bytes id, Batch batch) {
        Known known = open.computeIfAbsent(id, _ -> new Known(now));
        known.batch = batch;
        openBytesOf.merge(batch.author(), batch.bytes(), Long::sum);
        boolean _ = wanted.remove(id) != null;
        return known;
    }

    private void count(Bytes id, Known known, PartyId holder, Signature signature) {
        Batch batch = known.batch;
        if (batch == null || known.certificate != null) {
            return;
        }
        known.holders.put(holder, signature);
        if (known.holders.size() >= BatchCertificate.needed(epoch)) {
            BatchCertificate certificate = new BatchCertificate(
                    id,
                    batch.transactions().size(),
                    batch.bytes(),
                    known.holders.entrySet().stream()
                            .map(e -> new FinalityProof.Signed(e.getKey(), e.getValue()))
                            .toList());
            certify(known, certificate);
            broadcast(new Certified(certificate));
        }
    }

    private void certify(Known known, BatchCertificate certificate) {
        known.certificate = certificate;
        known.encodedCertificate = certificate.encoded();
        changed = true;
    }

    // ---- the others' ------------------------------------------------------------------------------

    private void receive(PartyId from, DisseminationMessage message) {
        if (epoch.indexOf(from) < 0 || from.equals(self)) {
            reject(from, "a message from a stranger or from oneself");
            return;
        }
        switch (message) {
            case Carried(Batch batch) -> carried(from, batch);
            case Held(Bytes id, Signature signature) -> heldThere(from, id, signature);
            case Certified(BatchCertificate certificate) -> certified(from, certificate);
            case Wanted(List<Bytes> ids) -> serve(from, ids);
        }
    }

    private void carried(PartyId from, Batch batch) {
        Bytes id = batch.id(epoch.suite());
        Known known = open.get(id);
        boolean asked = wanted.containsKey(id) || (known != null && known.batch == null);
        if (!batch.fits() || epoch.indexOf(batch.author()) < 0 || (!asked && !from.equals(batch.author()))) {
            reject(from, "a batch that is malformed, or that nobody asked for");
            return;
        }
        if (ordered.containsKey(id)) {
            // Its author does not know yet.
            return;
        }
        if (known != null && known.batch != null || kept.containsKey(id)) {
            send.add(new Outbound<>(batch.author(), new Held(id, held(id, batch))));
            return;
        }
        if (!asked && openBytesOf.getOrDefault(from, 0L) >= OPEN_BYTES_OF_ONE_AUTHOR) {
            reject(from, "a batch although so much of its own is open already");
            return;
        }
        Known _ = hold(id, batch);
        changed = true;
        apply.add(new Effect.Arrived(batch));
        if (!batch.author().equals(self)) {
            send.add(new Outbound<>(batch.author(), new Held(id, held(id, batch))));
        }
    }

    private void heldThere(PartyId from, Bytes id, Signature signature) {
        Known known = open.get(id);
        Batch batch = known == null ? null : known.batch;
        if (known == null
                || batch == null
                || known.certificate != null
                || !batch.author().equals(self)) {
            return;
        }
        Bytes message = Bytes.wrap(BatchCertificate.message(
                chainId, epoch, id, batch.transactions().size(), batch.bytes()));
        if (signatures.verify(List.of(new Signatures.Signed(from, message, signature)))) {
            count(id, known, from, signature);
        } else {
            reject(from, "a forged word that a batch is held");
        }
    }

    private void certified(PartyId from, BatchCertificate certificate) {
        Known known = open.get(certificate.batch());
        if (ordered.containsKey(certificate.batch()) || (known != null && known.certificate != null)) {
            return;
        }
        if (!holds(certificate)) {
            reject(from, "a forged certificate of a batch");
            return;
        }
        Known certain = open.computeIfAbsent(certificate.batch(), _ -> new Known(now));
        certify(certain, certificate);
        if (certain.batch == null && !kept.containsKey(certificate.batch())) {
            want(List.of(certificate.batch()), from);
        }
    }

    private boolean holds(BatchCertificate certificate) {
        Optional<List<Signatures.Signed>> claims = certificate.claims(chainId, epoch);
        return claims.isPresent() && signatures.verify(claims.get());
    }

    // ---- what a replica asks ----------------------------------------------------------------------

    /// What can be ordered now, oldest first: the payload of a block that is to be proposed.
    public List<Bytes> available() {
        List<Bytes> found = new ArrayList<>();
        for (Known known : open.values()) {
            Bytes encoded = known.encodedCertificate;
            if (encoded != null && known.batch != null) {
                found.add(encoded);
            }
        }
        return found;
    }

    /// The own transactions that are not ordered yet, oldest first: another epoch may take them over.
    public List<Bytes> unordered() {
        List<Bytes> found = new ArrayList<>();
        kept.values().stream()
                .filter(batch -> batch.author().equals(self))
                .forEach(batch -> found.addAll(batch.transactions()));
        for (Known known : open.values()) {
            Batch batch = known.batch;
            if (batch != null && batch.author().equals(self)) {
                found.addAll(batch.transactions());
            }
        }
        found.addAll(gathered);
        return found;
    }

    /// The batch, when it is here and not long executed.
    public Optional<Batch> find(Bytes id) {
        Known known = open.get(id);
        return known == null || known.batch == null ? Optional.ofNullable(kept.get(id)) : Optional.of(known.batch);
    }

    /// The transactions that a payload stands for, but those executed before; empty when one is not here.
    public Optional<List<Bytes>> transactions(List<Bytes> payload) {
        List<Bytes> found = new ArrayList<>();
        for (Bytes item : payload) {
            Bytes id = BatchCertificate.decode(item.toArray()).batch();
            Optional<Batch> batch = find(id);
            if (batch.isPresent()) {
                found.addAll(batch.get().transactions());
            } else if (!ordered.containsKey(id)) {
                return Optional.empty();
            }
        }
        return Optional.of(found);
    }

    @Override
    public Verdict judge(List<Bytes> payload) {
        boolean missing = false;
        long transactions = 0;
        long bytes = 0;
        TreeSet<Bytes> different = new TreeSet<>();
        for (Bytes item : payload) {
            Optional<BatchCertificate> certificate = BatchCertificate.of(item);
            if (certificate.isEmpty() || !different.add(certificate.get().batch()) || !known(item, certificate.get())) {
                return Verdict.WRONG;
            }
            transactions += certificate.get().transactions();
            bytes += certificate.get().bytes();
            Optional<Batch> batch = find(certificate.get().batch());
            missing |= batch.isEmpty() && !ordered.containsKey(certificate.get().batch());
        }
        if (transactions > BLOCK_TRANSACTIONS || bytes > BLOCK_BYTES) {
            return Verdict.WRONG;
        }
        return missing ? Verdict.MISSING : Verdict.HERE;
    }

    /// Was exactly this certificate here before, or does it hold?
    private boolean known(Bytes item, BatchCertificate certificate) {
        Known known = open.get(certificate.batch());
        return (known != null && Objects.equals(known.encodedCertificate, item)) || holds(certificate);
    }

    @Override
    public long count(List<Bytes> payload) {
        return payload.stream()
                .flatMap(item -> BatchCertificate.of(item).stream())
                .mapToLong(BatchCertificate::transactions)
                .sum();
    }

    @Override
    public List<Bytes> fitting(List<Bytes> fresh) {
        List<Bytes> chosen = new ArrayList<>();
        TreeSet<Bytes> different = new TreeSet<>();
        long transactions = 0;
        long bytes = 0;
        for (Bytes item : fresh) {
            BatchCertificate certificate = BatchCertificate.decode(item.toArray());
            transactions += certificate.transactions();
            bytes += certificate.bytes();
            if (transactions > BLOCK_TRANSACTIONS || bytes > BLOCK_BYTES) {
                break;
            }
            if (different.add(certificate.batch())) {
                chosen.add(item);
            }
        }
        return chosen;
    }

    // ---- what is missing --------------------------------------------------------------------------

    private void need(List<Bytes> payload, PartyId holder) {
        List<Bytes> missing = payload.stream()
                .flatMap(item -> BatchCertificate.of(item).stream())
                .map(BatchCertificate::batch)
                .filter(id -> find(id).isEmpty())
                .toList();
        want(missing, holder);
    }

    private void want(List<Bytes> ids, PartyId holder) {
        List<Bytes> fresh =
                ids.stream().filter(id -> wanted.putIfAbsent(id, 0) == null).toList();
        ask(fresh, holder);
    }

    private void ask(List<Bytes> ids, PartyId holder) {
        for (int from = 0; from < ids.size() && !holder.equals(self); from += Wanted.MOST) {
            send.add(new Outbound<>(holder, new Wanted(ids.subList(from, Math.min(ids.size(), from + Wanted.MOST)))));
        }
    }

    private void serve(PartyId from, List<Bytes> ids) {
        for (Bytes id : ids) {
            Optional<Batch> batch = find(id);
            if (batch.isPresent()) {
                send.add(new Outbound<>(from, new Carried(batch.get())));
            } else {
                apply.add(new Effect.Asked(from, id));
            }
        }
    }

    private void onTimer(String timer) {
        if (timer.equals(GATHER_TIMER)) {
            spread();
            return;
        }
        caring = false;
        forgetOld();
        for (Map.Entry<Bytes, Known> entry : open.entrySet()) {
            remind(entry.getValue());
        }
        wanted.keySet().removeIf(id -> find(id).isPresent());
        TreeMap<PartyId, List<Bytes>> questions = new TreeMap<>();
        for (Map.Entry<Bytes, Integer> each : wanted.entrySet()) {
            int tick = each.getValue() + 1;
            each.setValue(tick);
            // Not with each tick: where answers are slow, more questions make them slower.
            if (Integer.bitCount(tick) != 1 && tick % MOST_TICKS != 0) {
                continue;
            }
            int turn = tick < MOST_TICKS ? Integer.numberOfTrailingZeros(tick) : 2 + tick / MOST_TICKS;
            PartyId holder = epoch.validators()
                    .get((epoch.indexOf(self) + 1 + turn % (epoch.validators().size() - 1))
                            % epoch.validators().size())
                    .id();
            questions.computeIfAbsent(holder, _ -> new ArrayList<>()).add(each.getKey());
        }
        questions.forEach((holder, ids) -> ask(ids, holder));
    }

    /// Says again what others may have missed: the own batch, or that it is certified. After each time it waits
    /// twice as long: who answers late because there is much to do is not given more of it.
    private void remind(Known known) {
        Batch batch = known.batch;
        BatchCertificate certificate = known.certificate;
        if (batch == null || !batch.author().equals(self) || now - known.toldMillis < known.patienceMillis) {
            return;
        }
        known.toldMillis = now;
        known.patienceMillis = Math.min(2 * known.patienceMillis, MOST_TICKS * CARE_MILLIS);
        if (certificate != null) {
            broadcast(new Certified(certificate));
        } else {
            epoch.validators().stream()
                    .filter(v -> !known.holders.containsKey(v.id()) && !v.id().equals(self))
                    .forEach(v -> send.add(new Outbound<>(v.id(), new Carried(batch))));
        }
    }

    /// Others' batches that nobody certified in a long time.
    private void forgetOld() {
        List<Bytes> old = open.entrySet().stream()
                .filter(e -> e.getValue().certificate == null && now - e.getValue().sinceMillis > FORGET_MILLIS)
                .filter(e -> e.getValue().batch == null
                        || !e.getValue().batch.author().equals(self))
                .map(Map.Entry::getKey)
                .toList();
        old.forEach(this::drop);
    }

    private void drop(Bytes id) {
        Known known = open.remove(id);
        if (known != null && known.batch != null) {
            openBytesOf.merge(known.batch.author(), -known.batch.bytes(), Long::sum);
        }
    }

    private void forget(Bytes id) {
        drop(id);
        kept.remove(id);
        wanted.remove(id);
        ordered.put(id, true);
        if (ordered.size() > REMEMBERED) {
            ordered.pollFirstEntry();
        }
        changed = true;
    }

    private void broadcast(DisseminationMessage message) {
        epoch.validators().stream()
                .filter(v -> !v.id().equals(self))
                .forEach(v -> send.add(new Outbound<>(v.id(), message)));
    }

    private void reject(PartyId from, String reason) {
        rejected.add(new Rejected(from.name(), reason));
    }
}
