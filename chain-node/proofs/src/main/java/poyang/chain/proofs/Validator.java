package poyang.chain.proofs;

import poyang.crypto.VerificationKey;
import poyang.kernel.PartyId;

/// A node that votes and attests.
public record Validator(PartyId id, VerificationKey publicKey) {}
