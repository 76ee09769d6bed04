package poyang.crypto.keys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.PoyangException;

/// Finds the slot of a token by the token's label, which the JDK's own PKCS#11 provider cannot: it wants
/// the slot's number, and SoftHSM chooses that anew for each token.
///
/// Calls two functions of PKCS#11 2.40 section 5.5 through the function list (section 5.4): C_GetSlotList,
/// C_GetTokenInfo. The library must be initialised. For machines with 64-bit `unsigned long`.
final class TokenSlots {
    private static final int GET_SLOT_LIST = 4;
    private static final int GET_TOKEN_INFO = 6;
    private static final int FIRST_FUNCTION_OFFSET = 8;
    private static final long TOKEN_INFO_BYTES = 256;
    private static final int LABEL_BYTES = 32;
    private static final int SERIAL_OFFSET = 80;
    private static final int SERIAL_BYTES = 16;
    private static final int SLOTS_MAX = 256;

    private TokenSlots() {}

    record Slot(long id, String label, String serial) {}

    /// @throws PoyangException `TOKEN_FAILED` unless there is exactly one token of that label
    static Slot find(Path library, String label) {
        List<Slot> slots = list(library);
        List<Slot> found = slots.stream().filter(s -> s.label().equals(label)).toList();
        if (found.size() != 1) {
            throw HardwareToken.failed(
                    "there are " + found.size() + " tokens labelled \"" + label + "\"",
                    "one of these is needed: " + slots.stream().map(Slot::label).toList(),
                    null);
        }
        return found.getFirst();
    }

    @SuppressWarnings("restricted") // a native library is what PKCS#11 is
    private static List<Slot> list(Path library) {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
            MethodHandle getFunctionList = linker.downcallHandle(
                    symbols.find("C_GetFunctionList")
                            .orElseThrow(() -> HardwareToken.failed(
                                    library + " is no PKCS#11 library", "name the vendor's library", null)),
                    FunctionDescriptor.of(JAVA_LONG, ADDRESS));
            MemorySegment pointer = arena.allocate(ADDRESS);
            check((long) getFunctionList.invokeExact(pointer), "C_GetFunctionList");
            MemorySegment functions =
                    pointer.get(ADDRESS, 0).reinterpret(FIRST_FUNCTION_OFFSET + 8L * (GET_TOKEN_INFO + 1));
            MethodHandle getSlotList = linker.downcallHandle(
                    function(functions, GET_SLOT_LIST), FunctionDescriptor.of(JAVA_LONG, JAVA_BYTE, ADDRESS, ADDRESS));
            MethodHandle getTokenInfo = linker.downcallHandle(
                    function(functions, GET_TOKEN_INFO), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS));
            MemorySegment count = arena.allocate(JAVA_LONG);
            MemorySegment ids = arena.allocate(JAVA_LONG, SLOTS_MAX);
            count.set(JAVA_LONG, 0, SLOTS_MAX);
            check((long) getSlotList.invokeExact((byte) 1, ids, count), "C_GetSlotList");
            List<Slot> slots = new ArrayList<>();
            for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
                long id = ids.getAtIndex(JAVA_LONG, i);
                MemorySegment token = arena.allocate(TOKEN_INFO_BYTES);
                check((long) getTokenInfo.invokeExact(id, token), "C_GetTokenInfo");
                slots.add(new Slot(id, text(token, 0, LABEL_BYTES), text(token, SERIAL_OFFSET, SERIAL_BYTES)));
            }
            return slots;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call threw", e);
        }
    }

    private static MemorySegment function(MemorySegment functions, int index) {
        return functions.get(ADDRESS, FIRST_FUNCTION_OFFSET + 8L * index);
    }

    private static void check(long result, String call) {
        if (result != 0) {
            throw HardwareToken.failed(
                    call + " failed with 0x" + Long.toHexString(result), "check the token and its driver", null);
        }
    }

    /// Fixed fields are padded with blanks.
    private static String text(MemorySegment from, int at, int length) {
        return new String(from.asSlice(at, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8).strip();
    }
}
