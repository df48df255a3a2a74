// Speed of integer algebra: repeated operations (what a model run does a million times), new operations (what it does a
// few thousand times), and compiled formulas. Run: npx tsx bench/sym.ts
import { add, compile, eq, floorDiv, ge, type Int, lt, mul, parse, Scope } from '../src/sym/index.ts'

function time(what: string, count: number, run: () => void): void {
  const start = performance.now()
  run()
  const ms = performance.now() - start
  console.log(
    `${what.padEnd(28)} ${((ms * 1e6) / count).toFixed(0).padStart(8)} ns each  ${ms.toFixed(1).padStart(8)} ms`,
  )
}

interface Sizes {
  readonly batch: Int
  readonly seq: Int
  readonly hidden: Int
  readonly heads: Int
}

function sizes(scope: Scope): Sizes {
  return {
    batch: scope.variable('batch_size', 2),
    seq: scope.variable('seq_len', 32),
    hidden: scope.variable('hidden_size', 4096),
    heads: scope.variable('num_heads', 32),
  }
}

/** Shape arithmetic as attention does it: strides, their order, numbers of elements. */
function attention({ batch, seq, hidden, heads }: Sizes, shift: Int): boolean {
  const head = floorDiv(hidden, heads)
  const shape = [batch, heads, add(seq, shift), head]
  let stride: Int = 1
  let ordered = true
  for (const dimension of shape.toReversed()) {
    const next = mul(stride, dimension)
    ordered &&= ge(next, stride) && !eq(dimension, 1) && lt(stride, mul(next, 2))
    stride = next
  }
  return ordered
}

const repeated = 50_000
time('repeated operations', repeated * 22, () => {
  const s = sizes(new Scope())
  for (let i = 0; i < repeated; i++) attention(s, 0)
})

const fresh = 2000
time('new operations', fresh * 22, () => {
  const s = sizes(new Scope())
  for (let i = 0; i < fresh; i++) attention(s, i)
})

const evaluations = 1_000_000
time('compiled formula, 6 terms', evaluations, () => {
  const program = compile([parse('2*b*s*h*i/n + 3*b*s*h + b*s + 4*h*i + 7*b + s*h')], ['b', 's', 'h', 'i', 'n'])
  const point = Float64Array.of(4, 100, 4096, 11008, 32)
  const out = new Float64Array(1)
  for (let i = 0; i < evaluations; i++) {
    point[1] = i
    program.evaluate(point, out)
  }
})
