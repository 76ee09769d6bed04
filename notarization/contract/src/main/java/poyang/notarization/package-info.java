/// The chain's own contracts: who takes part, which data sets there are and under which policies, joint
/// computations with their state machine, receipts, evidence and anchors of audit logs. Each is one
/// protobuf service of `wire/schema`, whose comments are the specification; docs/contracts.md is the
/// overview. Start at {@link poyang.notarization.JobsContract}.
@NullMarked
package poyang.notarization;

import org.jspecify.annotations.NullMarked;
