/// Facts that are proven about committed tables, columns and lists without showing them: a record's
/// qualification, statistics of a column, membership and non-membership in a list. Start at {@link Statement}.
///
/// Sources: commitments are Poseidon2 (ePrint 2023/323) with uniform salts, under Merkle trees (Merkle, CRYPTO 1987);
/// non-membership is shown by the gap around a value in the sorted list (Laurie, Kasper, "Revocation
/// transparency", 2012).
@NullMarked
package poyang.zkp.uses;

import org.jspecify.annotations.NullMarked;
