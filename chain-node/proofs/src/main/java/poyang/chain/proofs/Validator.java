package poyang.chain.proofs;

import poyang.crypto.Sm2PublicKey;
import poyang.kernel.PartyId;

/// A node that votes and attests.
public record Validator(PartyId id, Sm2PublicKey publicKey) {}
