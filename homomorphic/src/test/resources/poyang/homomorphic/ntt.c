/* The scalar transform that the bench compares with: Harvey's butterflies on 64-bit integers. */
#include <stdint.h>

void forward(uint64_t *a, const uint64_t *w, const uint64_t *q, uint64_t n, uint64_t p) {
    uint64_t twice = 2 * p;
    for (uint64_t blocks = 1, half = n / 2; half > 0; blocks *= 2, half /= 2) {
        for (uint64_t block = 0; block < blocks; block++) {
            uint64_t root = w[blocks + block], quotient = q[blocks + block];
            uint64_t *x = a + 2 * block * half, *y = x + half;
            for (uint64_t j = 0; j < half; j++) {
                uint64_t u = x[j] >= twice ? x[j] - twice : x[j];
                uint64_t high = (uint64_t) (((unsigned __int128) y[j] * quotient) >> 64);
                uint64_t v = y[j] * root - high * p;
                x[j] = u + v;
                y[j] = u - v + twice;
            }
        }
    }
    for (uint64_t j = 0; j < n; j++) {
        uint64_t u = a[j] >= twice ? a[j] - twice : a[j];
        a[j] = u >= p ? u - p : u;
    }
}
