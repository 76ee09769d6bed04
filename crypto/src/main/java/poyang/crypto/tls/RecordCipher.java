package poyang.crypto.tls;

import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.impl.TlsAEADCipherImpl;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm4;
import poyang.kernel.Bug;

/// One direction of SM4-GCM for records, by this project's own kernels.
final class RecordCipher implements TlsAEADCipherImpl {
    static final int KEY_BYTES = 16;
    static final int TAG_BYTES = 16;

    private final boolean encrypts;
    private byte[] nonce = new byte[0];
    private @Nullable Sm4 cipher;

    RecordCipher(boolean encrypts) {
        this.encrypts = encrypts;
    }

    @Override
    public void setKey(byte[] key, int from, int count) {
        byte[] copy = Arrays.copyOfRange(key, from, from + count);
        Sm4 old = cipher;
        cipher = new Sm4(copy);
        Arrays.fill(copy, (byte) 0);
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void init(byte[] recordNonce, int tagBytes) {
        Bug.unless(tagBytes == TAG_BYTES, "TLS_SM4_GCM_SM3 has tags of 16 bytes");
        nonce = recordNonce.clone();
    }

    @Override
    public int getOutputSize(int inputLength) {
        return encrypts ? inputLength + TAG_BYTES : Math.max(0, inputLength - TAG_BYTES);
    }

    @Override
    public int doFinal(byte[] associated, byte[] in, int from, int count, byte[] out, int to) throws IOException {
        Sm4 own = cipher;
        if (own == null) {
            throw new Bug("a record cipher has a key before its first record");
        }
        byte[] part = Arrays.copyOfRange(in, from, from + count);
        byte[] done = encrypts
                ? own.gcmEncrypt(nonce, associated, part, TAG_BYTES)
                : own.gcmDecrypt(nonce, associated, part, TAG_BYTES)
                        .orElseThrow(() -> new TlsFatalAlert(AlertDescription.bad_record_mac));
        System.arraycopy(done, 0, out, to, done.length);
        return done.length;
    }
}
