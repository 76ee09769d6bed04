package poyang.notarization;

import java.util.LinkedHashMap;
import java.util.Map;
import poyang.chain.contract.Account;
import poyang.kernel.Bytes;
import poyang.wire.schema.AccountRecord;

/// Accounts as they were read off states lately, by the octets that stood there: those who send are looked up several
/// times with each transaction. What is kept is a function of these octets alone. Thread-safe.
final class ReadAccounts {
    private static final int CAPACITY = 1_024;

    private final Map<Bytes, Read> known = new LinkedHashMap<>(2 * CAPACITY, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, Read> eldest) {
            return size() > CAPACITY;
        }
    };

    /// What the octets say, as the contract keeps it and as others see it.
    record Read(AccountRecord record, Account account) {}

    /// @param value gives up the array
    Read read(byte[] value) {
        Bytes octets = Bytes.wrap(value);
        synchronized (known) {
            Read found = known.get(octets);
            if (found != null) {
                return found;
            }
        }
        AccountRecord record = ServiceContract.stored(AccountRecord.parser(), value);
        Read made = new Read(record, AccountsContract.account(record));
        synchronized (known) {
            known.put(octets, made);
        }
        return made;
    }
}
