// The compiled parts of scipy that models compute sizes with.
import type { Overlay } from '../../vm.ts'

export const pocketfft: Overlay = {
  module: 'scipy.fft._pocketfft.pypocketfft',
  mode: 'extension',
  reason:
    'Compiled; which lengths pocketfft is fast for is known (good_size_cmplx and good_size_real of pocketfft_hdronly.h).',
  source: String.raw`
def _is_smooth(n, primes):
    for p in primes:
        while n % p == 0:
            n //= p
    return n == 1

def good_size(target, real=False):
    if target < 0:
        raise ValueError("Target length must be positive")
    n = target
    while n > 0 and not _is_smooth(n, (2, 3, 5) if real else (2, 3, 5, 7, 11)):
        n += 1
    return n
`,
}
