package poyang.homomorphic.rlwe;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// Microsoft SEAL's C functions (`libsealc`, version 4) through the foreign-function interface,
/// where an operator has installed it. It is looked for once, when this class is first used, where
/// the system's linker looks.
///
/// Objects of the library are destroyed when nothing here can reach them any more.
final class SealLibrary {
    static final MemorySegment NOTHING = MemorySegment.NULL;
    private static final int MAJOR = 4;
    private static final Optional<SealLibrary> FOUND = look();

    private final SymbolLookup symbols;
    private final Cleaner cleaner = Cleaner.create();
    private final ConcurrentHashMap<String, MethodHandle> functions = new ConcurrentHashMap<>();
    private final String version;

    /// An object of the library.
    static final class Handle {
        private final MemorySegment address;

        private Handle(MemorySegment address) {
            this.address = address;
        }
    }

    private SealLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
        version = versionPart("Major") + "." + versionPart("Minor") + "." + versionPart("Patch");
    }

    static Optional<SealLibrary> found() {
        return FOUND;
    }

    @SuppressWarnings("restricted")
    private static Optional<SealLibrary> look() {
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(System.mapLibraryName("sealc"), Arena.global());
            SealLibrary library = new SealLibrary(symbols);
            return library.versionPart("Major") == MAJOR ? Optional.of(library) : Optional.empty();
        } catch (IllegalArgumentException | IllegalCallerException | Missing e) {
            return Optional.empty(); // not installed, or native code is not allowed here
        }
    }

    /// A function that the library lacks: another version.
    private static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Missing(String function) {
            super(function);
        }
    }

    String version() {
        return version;
    }

    private int versionPart(String which) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_BYTE);
            call("Version_" + which, out);
            return out.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        }
    }

    /// Calls a function whose last argument is where it puts a new object.
    ///
    /// @param destroy what destroys the object
    Handle make(String function, String destroy, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            Object[] all = new Object[arguments.length + 1];
            System.arraycopy(arguments, 0, all, 0, arguments.length);
            all[arguments.length] = out;
            call(function, all);
            MemorySegment address = out.get(ValueLayout.ADDRESS, 0);
            Handle handle = new Handle(address);
            cleaner.register(handle, () -> call(destroy, address));
            return handle;
        }
    }

    /// @param arguments handles, segments, longs, doubles, integers, booleans and bytes, as the
    ///     function has them
    /// @throws PoyangException `BAD_CIPHERTEXT` when the library refuses
    void call(String function, Object... arguments) {
        Object[] plain = new Object[arguments.length];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = arguments[i] instanceof Handle handle ? handle.address : arguments[i];
        }
        MethodHandle handle = functions.computeIfAbsent(function, name -> linked(name, plain));
        long answer;
        try {
            answer = (long) handle.invokeWithArguments(plain);
        } catch (Throwable e) {
            throw new Bug("a call of " + function + " that does not fit: " + e);
        } finally {
            for (Object argument : arguments) {
                Reference.reachabilityFence(argument);
            }
        }
        if (answer != 0) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_CIPHERTEXT,
                    "SEAL refuses " + function + " with 0x" + Long.toHexString(answer & 0xffff_ffffL),
                    "operands of one session whose result still hides its slots are needed");
        }
    }

    @SuppressWarnings("restricted")
    private MethodHandle linked(String function, Object[] arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = switch (arguments[i]) {
                case MemorySegment _ -> ValueLayout.ADDRESS;
                case Long _ -> ValueLayout.JAVA_LONG;
                case Double _ -> ValueLayout.JAVA_DOUBLE;
                case Integer _ -> ValueLayout.JAVA_INT;
                case Boolean _ -> ValueLayout.JAVA_BOOLEAN;
                case Byte _ -> ValueLayout.JAVA_BYTE;
                default -> throw new Bug("an argument of " + arguments[i].getClass());
            };
        }
        MemorySegment symbol = symbols.find(function).orElseThrow(() -> new Missing(function));
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
    }
}
