package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.Attestations.Event;
import poyang.chain.consensus.Attestations.Word;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready.Outbound;

/// Words about what is final here: whoever asks is answered, and answers are not.
final class AttestationsTest {
    private static final Bytes HASH = Sm3.hash(new byte[] {1});

    private final Epoch epoch;
    private final List<Attestations> machines = new ArrayList<>();

    AttestationsTest() {
        SeededRandom random = new SeededRandom(new byte[32], "attestations-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            validators.add(new Validator(id(i), Sm2PrivateKey.generate(random).publicKey()));
        }
        epoch = Epoch.bft(0, validators);
        for (int i = 0; i < 4; i++) {
            machines.add(new Attestations(HASH, epoch, id(i), new QuickSignatures(epoch, id(i)), 0, List.of()));
        }
    }

    private static PartyId id(int index) {
        return new PartyId("validator-" + index);
    }

    private BlockHeader header() {
        return new BlockHeader(HASH, 0, 1, HASH, 3, id(0), 77, 1, HASH, HASH, HASH);
    }

    /// Has what one says heard by those it is for; gives what they say then.
    private List<Outbound<Word>> hear(int from, List<Outbound<Word>> said) {
        List<Outbound<Word>> answers = new ArrayList<>();
        for (Outbound<Word> each : said) {
            answers.addAll(machines.get(epoch.indexOf(each.to()))
                    .step(new Event.Heard(id(from), each.message()))
                    .sendAfterPersist());
        }
        return answers;
    }

    @Test
    void nobodyAnswersAnAnswer() {
        List<List<Outbound<Word>>> first = new ArrayList<>();
        machines.forEach(
                machine -> first.add(machine.step(new Event.Executed(header())).sendAfterPersist()));
        int heard = 0;
        for (int i = 0; i < 4; i++) {
            assertEquals(List.of(), hear(i, first.get(i)));
            heard += first.get(i).size();
        }
        assertEquals(12, heard);
        // The same words again, which is what a network may do, are no question.
        for (int i = 0; i < 4; i++) {
            assertEquals(List.of(), hear(i, first.get(i)));
        }
    }

    @Test
    void whoeverLagsIsAnsweredOnce() {
        List<List<Outbound<Word>>> first = new ArrayList<>();
        machines.forEach(
                machine -> first.add(machine.step(new Event.Executed(header())).sendAfterPersist()));
        for (int i = 0; i < 4; i++) {
            hear(i, first.get(i).stream().filter(out -> !out.to().equals(id(3))).toList());
        }
        List<Outbound<Word>> questions =
                machines.get(3).step(new Event.TimerFired()).sendAfterPersist();
        assertTrue(questions.stream().allMatch(out -> out.message().asks()));
        List<Outbound<Word>> answers = hear(3, questions);
        assertEquals(3, answers.size());
        int proofs = 0;
        for (int i = 0; i < 3; i++) {
            proofs += machines.get(3)
                    .step(new Event.Heard(id(i), answers.get(i).message()))
                    .apply()
                    .size();
        }
        assertEquals(1, proofs);
        assertTrue(answers.stream().noneMatch(out -> out.message().asks()));
    }
}
