package poyang.executor.job;

import java.util.List;

/// A proof that a run made for everybody to see.
///
/// @param proof in the JSON of the circom and snarkjs world
/// @param publicValues decimal numbers in their shortest form
public record ShownProof(String proof, List<String> publicValues) {
    public ShownProof {
        publicValues = List.copyOf(publicValues);
    }
}
