/// The few types that every room of the house speaks: bytes, parties, machines, errors, randomness
/// and the canonical form of everything that is hashed or signed. Start at {@link Machine} for
/// consensus code, at {@link PartyNetwork} for protocols. No dependency at all.
@NullMarked
package poyang.kernel;

import org.jspecify.annotations.NullMarked;
