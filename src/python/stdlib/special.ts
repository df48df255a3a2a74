// Special functions of `math`: the error function by its Taylor series near 0 and by a continued fraction beyond, the gamma
// function by Lanczos's approximation.

/** Where the continued fraction converges faster than the series. */
const seriesLimit = 1.5
const seriesTerms = 25
const fractionTerms = 50

/** exp(-x²) · 2x/√π · Σ (2x²)ⁿ / (1·3·5···(2n+1)) */
function erfSeries(x: number): number {
  let sum = 0
  for (let k = seriesTerms - 0.5; k > 0; k--) sum = 2 + (x * x * sum) / k
  return (sum * x * Math.exp(-x * x)) / Math.sqrt(Math.PI)
}

/** The continued fraction of erfc for x > 0, by its convergents. */
function erfcFraction(x: number): number {
  if (x >= 30) return 0
  let [a, da] = [0, 0.5]
  let [p, q, pLast, qLast] = [1, da + x * x, 0, 1]
  for (let i = 0; i < fractionTerms; i++) {
    a += da
    da += 2
    const b = da + x * x
    ;[p, pLast] = [b * p - a * pLast, p]
    ;[q, qLast] = [b * q - a * qLast, q]
  }
  return ((p / q) * x * Math.exp(-x * x)) / Math.sqrt(Math.PI)
}

export function erf(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) < seriesLimit) return erfSeries(x)
  const rest = erfcFraction(Math.abs(x))
  return x > 0 ? 1 - rest : rest - 1
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) < seriesLimit) return 1 - erfSeries(x)
  const rest = erfcFraction(Math.abs(x))
  return x > 0 ? rest : 2 - rest
}

/** Lanczos's coefficients for g = 7 (Godfrey, 2001). */
const lanczosG = 7
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** ln |Γ(x)|; infinite at 0 and the negative integers. */
export function logGamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Infinity
  if (x < 0.5) return Math.log(Math.abs(Math.PI / Math.sin(Math.PI * x))) - logGamma(1 - x)
  const z = x - 1
  const series = lanczos.reduce((sum, c, i) => sum + (i === 0 ? c : c / (z + i)), 0)
  const t = z + lanczosG + 0.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series)
}
