package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.chain.consensus.Payloads;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// Runs a proposed epoch's engine in memory, with this validator alone and its own key, in virtual time, until
/// it has decided something: shows that the software has the engine, and that the key signs what others check.
final class EngineTrial {
    private static final int MOST_STEPS = 1_000;
    private static final Bytes ITEM = Bytes.utf8("trial");

    private final TreeMap<String, Long> timers = new TreeMap<>();
    private boolean decided;
    private long now;

    private EngineTrial() {}

    private static final Payloads ANYTHING = new Payloads() {
        @Override
        public Verdict judge(List<Bytes> payload) {
            return Verdict.HERE;
        }

        @Override
        public List<Bytes> fitting(List<Bytes> fresh) {
            return fresh;
        }
    };

    /// How long it took, in microseconds.
    ///
    /// @throws PoyangException `ENGINE_TRIAL_FAILED`
    static long run(Epoch next, PartyId self, SigningKey key) {
        long from = System.nanoTime();
        byte[] word = next.encoded().toArray();
        Signature signature = key.sign(word);
        boolean known = next.find(self)
                .map(Validator::publicKey)
                .filter(named -> named.verify(word, signature))
                .isPresent();
        try {
            if (known && new EngineTrial().decides(next, self, key)) {
                return (System.nanoTime() - from) / 1_000;
            }
        } catch (Bug e) {
            throw failed(next, String.valueOf(e.getMessage()));
        }
        throw failed(next, known ? "it decided nothing" : "the epoch does not know this node's key");
    }

    private static PoyangException failed(Epoch next, String why) {
        return new PoyangException(
                NodeErrors.ENGINE_TRIAL_FAILED,
                "the engine " + next.engine() + " did not pass its trial here: " + why,
                "software that has the engine, and the key that the proposal names, are needed");
    }

    private boolean decides(Epoch next, PartyId self, SigningKey key) {
        Epoch alone = Epoch.of(
                next.number(), next.engine(), next.blockTimeMillis(), List.of(new Validator(self, key.publicKey())));
        Bytes start = next.suite().hash(next.encoded().toArray());
        Engine engine = Engines.open(
                start,
                start,
                alone,
                new Stage.Signer(self, List.of(key)),
                ANYTHING,
                Map.of(),
                new OrderedMark(0, start));
        take(engine.started(now));
        take(engine.available(List.of(ITEM), now));
        for (int step = 0; step < MOST_STEPS && !decided && !timers.isEmpty(); step++) {
            Map.Entry<String, Long> first =
                    timers.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
            String name = first.getKey();
            now = Math.max(now, first.getValue());
            boolean _ = timers.keySet().remove(name);
            take(engine.timerFired(name, now));
        }
        return decided;
    }

    private void take(Engine.Steps steps) {
        List<Engine.Effect> effects = new ArrayList<>(steps.apply());
        decided |= effects.stream()
                .anyMatch(effect -> effect instanceof Engine.Effect.Decided(Ordered ordered)
                        && ordered.payload().contains(ITEM));
        for (Ready.TimerChange change : steps.timers()) {
            if (change.delayMillis() < 0) {
                timers.remove(change.name());
            } else {
                timers.put(change.name(), now + change.delayMillis());
            }
        }
    }
}
