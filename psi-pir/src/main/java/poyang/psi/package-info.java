/// Private set intersection: who is in both sets, and nothing about the others. Start at
/// {@link DhPsi}; {@link CollisionProtocol} states what each side learns and what a run costs.
@NullMarked
package poyang.psi;

import org.jspecify.annotations.NullMarked;
