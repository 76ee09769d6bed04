package poyang.crypto;

import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import poyang.kernel.Bytes;

/// SM3 (GB/T 32905-2016), 256 bits; an instance hashes one message piece by piece.
public final class Sm3 {
    public static final int DIGEST_BYTES = 32;

    private final SM3Digest state = new SM3Digest();

    public Sm3 update(byte[] data) {
        state.update(data, 0, data.length);
        return this;
    }

    /// Adds `data[from .. from+length)`.
    public Sm3 update(byte[] data, int from, int length) {
        state.update(data, from, length);
        return this;
    }

    public Sm3 update(Bytes data) {
        return update(data.toArray());
    }

    /// The digest; the instance starts anew.
    public byte[] digest() {
        byte[] out = new byte[DIGEST_BYTES];
        state.doFinal(out, 0);
        return out;
    }

    /// The digest of the parts' concatenation.
    public static byte[] digest(byte[]... parts) {
        Sm3 hash = new Sm3();
        for (byte[] part : parts) {
            hash.update(part);
        }
        return hash.digest();
    }

    public static Bytes hash(byte[]... parts) {
        return Bytes.wrap(digest(parts));
    }

    /// HMAC-SM3 over the parts' concatenation.
    public static byte[] hmac(byte[] key, byte[]... parts) {
        HMac mac = new HMac(new SM3Digest());
        mac.init(new KeyParameter(key));
        for (byte[] part : parts) {
            mac.update(part, 0, part.length);
        }
        byte[] out = new byte[DIGEST_BYTES];
        mac.doFinal(out, 0);
        return out;
    }
}
