package poyang.chain.contract;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// An account as the chain knows it.
///
/// @param id `organisation/name`, for example `taxation/analyst`
/// @param organisation the department
/// @param roles what it may do
/// @param keys its latest keys, oldest first, with the blocks in which they are good; none for genesis
public record Account(String id, String organisation, Set<Role> roles, List<KeyWindow> keys) {

    /// The sender of the calls that make the first state.
    public static final Account GENESIS = new Account("genesis", "", Set.of(), List.of());

    /// What stands for the organisation of the chain's validators; no organisation has this id.
    public static final String VALIDATORS = "validators";

    public Account {
        roles = Set.copyOf(new TreeSet<>(roles));
        keys = List.copyOf(keys);
    }

    /// The keys that may sign what stands in the block at `height`.
    public List<KeyWindow> keysAt(long height) {
        return keys.stream().filter(key -> key.contains(height)).toList();
    }

    public boolean has(Role role) {
        return roles.contains(role);
    }

    public boolean isGenesis() {
        return id.equals("genesis");
    }

    /// Is it a node of the chain, acting with the key that an epoch or its admission names?
    public boolean isValidator() {
        return organisation.equals(VALIDATORS);
    }

    /// What an account may do. Numbers are those of the protobuf enum `Role`.
    public enum Role {
        /// Registers its organisation's accounts.
        ADMINISTRATOR,
        /// Registers data sets, sets policies, consents.
        OWNER,
        /// Submits jobs and receives results.
        ANALYST,
        /// Sees everything on chain and no raw data; registers organisations.
        SUPERVISOR,
        /// A department's compute node: commits inputs, submits receipts.
        EXECUTOR,
        /// A console's index: reads all finalised blocks, writes nothing but audit anchors.
        CONSOLE,
        /// Operates a certificate authority and reports its certificates' status.
        AUTHORITY
    }
}
