package poyang.zkp.uses;

import java.util.ArrayList;
import java.util.List;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Sm2Gadget;
import poyang.zkp.circuits.Sm2Signer;
import poyang.zkp.circuits.Variable;

/// A record that a department signed satisfies conditions. Public: purpose and bounds; the signer's key and the
/// record's form are part of the circuit.
///
/// The signed message is the form, 32 octets, and the record's salted commitment, 32 octets with the highest first,
/// which is below 2^253 or 2^254: signers choose the salt so.
///
/// - cost: 148,000 constraints for the signature, one block of SM3, and those of the conditions
final class AttestedCircuit extends Circuit {
    private static final int OCTETS_BITS = 256;

    private final Variable purpose = publicInput("purpose");
    private final List<Variable> bounds;
    private final List<Variable> fields;
    private final Variable salt = secretInput("salt");
    private final List<Variable> signature = secretInputs("signature", 4);
    private final Commitment signed;
    private final Sm2Signer signer;
    private final List<Condition> conditions;

    AttestedCircuit(Commitment signed, List<Condition> conditions) {
        this.signed = signed;
        this.conditions = conditions;
        signer = new Sm2Signer(signed.signer());
        bounds = publicInputs("bound", conditions.size());
        fields = secretInputs("field", signed.columns().size());
    }

    /// How many bits the commitment of a signed record has at most.
    static int bits(Commitment signed) {
        return signed.curve().scalars().modulus().bitLength() - 1;
    }

    @Override
    protected void define(Api api) {
        Variable commitment = new Disclosure(api, fields, salt).commitment();
        Sm2Gadget sm2 = new Sm2Gadget(api, signer);
        List<Variable> message = new ArrayList<>(sm2.constants(signed.form()));
        List<Variable> bits = api.toBits(commitment, bits(signed));
        for (int i = bits.size(); i < OCTETS_BITS; i++) {
            message.add(api.constant(0));
        }
        message.addAll(bits.reversed());
        sm2.assertSigned(sm2.digest(message), signature);
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            condition.define(api, fields.get(condition.index()), bounds.get(i));
        }
        api.assertProduct(purpose, api.constant(1), purpose);
    }
}
