package poyang.notarization;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.chain.contract.SystemContract;
import poyang.kernel.Bug;

/// A contract that names its methods once: how the request is parsed, and what answers it.
abstract class ServiceContract implements SystemContract {
    private static final int PAGE = 256;

    /// Fields that hold a department, or what belongs to one as ORGANISATION/NAME.
    private static final Set<String> OWNER_FIELDS = Set.of("organisation", "account", "id");

    private final String name;
    private final TreeMap<String, Call> calls = new TreeMap<>();
    private final TreeMap<String, Read> reads = new TreeMap<>();

    ServiceContract(String name) {
        this.name = name;
    }

    private interface Call {
        Message parse(byte[] arguments);

        Message run(Message request, CallContext context, ContractState state);
    }

    private interface Read {
        Message run(byte[] arguments, Account reader, ReadableState state);
    }

    /// What changes the state.
    interface CallHandler<Q> {
        Message run(Q request, CallContext context, ContractState state);
    }

    /// What only reads it.
    interface ReadHandler<Q> {
        Message run(Q request, Account reader, ReadableState state);
    }

    final <Q extends Message> void call(String method, Parser<Q> parser, CallHandler<Q> handler) {
        calls.put(method, new Call() {
            @Override
            public Message parse(byte[] arguments) {
                return Rules.parse(parser, arguments);
            }

            @Override
            @SuppressWarnings("unchecked") // what this call's own parser gave
            public Message run(Message request, CallContext context, ContractState state) {
                return handler.run((Q) request, context, state);
            }
        });
    }

    final <Q extends Message> void read(String method, Parser<Q> parser, ReadHandler<Q> handler) {
        reads.put(method, (arguments, reader, state) -> handler.run(Rules.parse(parser, arguments), reader, state));
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final byte[] execute(String method, byte[] arguments, CallContext context, ContractState state) {
        Call call = known(method);
        Message request = call.parse(arguments);
        if (!context.sender().isGenesis()) {
            new PermissionRules(state).check(name + "/" + method, context.sender(), () -> owners(request));
        }
        return call.run(request, context, state).toByteArray();
    }

    /// The same for a call that as many departments want as its rule asks for.
    final byte[] executeApproved(String method, byte[] arguments, CallContext context, ContractState state) {
        Call call = known(method);
        return call.run(call.parse(arguments), context, state).toByteArray();
    }

    /// Refuses arguments that are none.
    final void check(String method, byte[] arguments) {
        Message _ = known(method).parse(arguments);
    }

    /// The methods that change the state.
    final Set<String> methods() {
        return Set.copyOf(calls.keySet());
    }

    private Call known(String method) {
        Call call = calls.get(method);
        if (call == null) {
            throw unknown(method, calls.keySet());
        }
        return call;
    }

    /// Can a request of this method name the department that it is about?
    final boolean namesOwners(String method) {
        return known(method).parse(new byte[0]).getDescriptorForType().getFields().stream()
                .anyMatch(field -> OWNER_FIELDS.contains(field.getName()));
    }

    /// The departments that a request names as those it is about.
    private static Set<String> owners(Message request) {
        Set<String> found = new TreeSet<>();
        for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
            if (OWNER_FIELDS.contains(field.getName())
                    && request.getField(field) instanceof String value
                    && !value.isEmpty()) {
                found.add(value.indexOf('/') < 0 ? value : value.substring(0, value.indexOf('/')));
            }
        }
        return found;
    }

    @Override
    public final byte[] read(String method, byte[] arguments, Account reader, ReadableState state) {
        Read read = reads.get(method);
        if (read == null) {
            throw unknown(method, reads.keySet());
        }
        return read.run(arguments, reader, state).toByteArray();
    }

    private RuntimeException unknown(String method, Iterable<String> known) {
        return Rules.rejection(
                NotarizationErrors.NO_SUCH_METHOD,
                name + " has no such method " + Rules.quoted(method),
                "one of " + String.join(", ", known) + " is needed");
    }

    /// Supervisors and consoles' indexes read everything.
    static boolean seesAll(Account reader) {
        return reader.has(Role.SUPERVISOR) || reader.has(Role.CONSOLE);
    }

    /// Everything under keys with a prefix, in key order.
    static <T extends Message> List<T> all(ReadableState state, String prefix, Parser<T> parser) {
        List<T> found = new ArrayList<>();
        String after = "";
        while (true) {
            List<ReadableState.Entry> page = state.scan(prefix, after, PAGE);
            page.forEach(entry -> found.add(stored(parser, entry.value().toArray())));
            if (page.size() < PAGE) {
                return found;
            }
            after = page.getLast().key();
        }
    }

    /// What this module stored itself.
    static <T> T stored(Parser<T> parser, byte[] value) {
        try {
            return parser.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("the state holds a value that this contract did not write", e);
        }
    }

    /// What stands under a key, or the rejection that there is no such thing.
    static <T> T need(ReadableState state, String key, Parser<T> parser, String what) {
        return state.get(key)
                .map((Function<byte[], T>) value -> stored(parser, value))
                .orElseThrow(() -> notFound(what));
    }

    /// The same for what is not there and for what the reader may not see.
    static RuntimeException notFound(String what) {
        return Rules.rejection(
                NotarizationErrors.NOT_FOUND, "there is no such " + what + " for you", "look it up in the list");
    }
}
