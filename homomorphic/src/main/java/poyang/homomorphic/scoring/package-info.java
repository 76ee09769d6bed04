/// One party's model scores another party's rows, which it sees encrypted only. Start from
/// {@link poyang.homomorphic.scoring.Scoring}.
///
/// The papers are in {@link poyang.homomorphic.rlwe.BfvCombination}.
@NullMarked
package poyang.homomorphic.scoring;

import org.jspecify.annotations.NullMarked;
