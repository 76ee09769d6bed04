/// Private set intersection: who is in both sets, and nothing about the others. Start at
/// {@link CollisionProtocol}, which states what each side learns and what a run costs, and runs either side.
@NullMarked
package poyang.psi;

import org.jspecify.annotations.NullMarked;
