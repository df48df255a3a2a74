// Plausible wrong analyses, made of the engine's own by the mistakes that people and agents make: each is rejected, or at least
// not verified. The right ones they are made from are verified, also with their formulas written otherwise.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAnalysis } from '../../src/agent/index.ts'
import { openProject } from '../../src/cli/engine/context.ts'
import type { BasicKernel, CompositeKernel, KernelInfo, ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli } from '../cli/run.ts'
import { howToFetch, pinnedSources } from '../support/sources.ts'

const sources = pinnedSources()
const config = {
  ...{ model_type: 'llama', hidden_size: 64, intermediate_size: 112, num_hidden_layers: 1, vocab_size: 96 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16 },
}

type ClassName = 'LlamaAttention' | 'LlamaMLP' | 'LlamaRMSNorm'
const classNames: readonly ClassName[] = ['LlamaAttention', 'LlamaMLP', 'LlamaRMSNorm']

let folder = ''
const own = new Map<ClassName, ModuleAnalysis>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  if (sources === undefined) return
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  for (const name of classNames) {
    const output = join(folder, `${name}.json`)
    const module = `transformers.models.llama.modeling_llama.${name}`
    const argv = ['--module', module, '--transformers', sources.transformers, '--config', join(folder, 'config.json')]
    await cli('analyze', ...argv, '--output', output)
    own.set(name, JSON.parse(readFileSync(output, 'utf8')) as ModuleAnalysis)
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

function analysisOf(name: ClassName): ModuleAnalysis {
  const found = own.get(name)
  if (found === undefined) throw new Error(`${name} was not analysed`)
  return found
}

async function verdictOf(analysis: ModuleAnalysis, name: ClassName) {
  const { project } = openProject({ transformers: sources?.transformers }, undefined, { PATH: '' })
  return checkAnalysis(analysis, project, analysisOf(name))
}

// --- Mistakes -------------------------------------------------------------------------------------------------------

type Mistake = (analysis: ModuleAnalysis) => ModuleAnalysis

/** Changes the first kernel of a name that the change does not leave as it is. */
function inKernel(name: string, change: (k: BasicKernel) => Partial<BasicKernel>): Mistake {
  return (a) => {
    let done = false
    const kernels = a.kernels.map((k): KernelInfo => {
      if (done || k.kernel_type !== 'basic' || !k.aten.includes(name)) return k
      const changed = { ...k, ...change(k) }
      if (JSON.stringify(changed) === JSON.stringify(k)) return k
      done = true
      return changed
    })
    return { ...a, kernels }
  }
}

const flops = (name: string, change: (formula: string) => string) => inKernel(name, (k) => ({ flops: change(k.flops) }))
const read = (name: string, change: (formula: string) => string) =>
  inKernel(name, (k) => ({ memory_access: { ...k.memory_access, read: change(k.memory_access.read) } }))
const write = (name: string, change: (formula: string) => string) =>
  inKernel(name, (k) => ({ memory_access: { ...k.memory_access, write: change(k.memory_access.write) } }))

/** Changes the nth composite kernel. */
function inComposite(n: number, change: (k: CompositeKernel) => Partial<CompositeKernel>): Mistake {
  return (a) => {
    let at = 0
    return {
      ...a,
      kernels: a.kernels.map((k) => (k.kernel_type === 'composite' && at++ === n ? { ...k, ...change(k) } : k)),
    }
  }
}

const bound = (n: number, change: (reference: string) => string) =>
  inComposite(n, (k) => ({
    flops: change(k.flops),
    memory_access: { read: change(k.memory_access.read), write: change(k.memory_access.write) },
  }))

const kernels =
  (change: (all: readonly KernelInfo[]) => readonly KernelInfo[]): Mistake =>
  (a) => ({
    ...a,
    kernels: [...change(a.kernels)],
  })
const isNamed = (k: KernelInfo, name: string): boolean => k.kernel_type === 'basic' && k.aten.includes(name)
const without = (name: string) => kernels((all) => all.filter((k) => !isNamed(k, name)))
const ledger =
  (change: (lines: ModuleAnalysis['lines']) => ModuleAnalysis['lines']): Mistake =>
  (a) => ({
    ...a,
    lines: change(a.lines),
  })

const attention = 'sdpa'
const cached = '{batch_size} * ({seq_len} + {cache_len}) * {hidden_size} * {a_bytes}'
const rows = '{batch_size} * {seq_len} * {hidden_size}'

const mistakes: readonly (readonly [what: string, of: ClassName, mistake: Mistake])[] = [
  ['a causal discount on attention', 'LlamaAttention', flops(attention, (f) => `(${f}) / 2`)],
  ['attention over new tokens alone', 'LlamaAttention', flops(attention, (f) => f.replaceAll('{cache_len}', '0'))],
  [
    'a multiply-add as one in attention',
    'LlamaAttention',
    inKernel(attention, (k) => ({ matmul_flops: `(${k.matmul_flops}) / 2` })),
  ],
  [
    'softmax by rule of thumb',
    'LlamaAttention',
    flops(attention, (f) => `${f} - {batch_size} * {num_heads} * {seq_len} * ({seq_len} + {cache_len})`),
  ],
  ['no softmax', 'LlamaAttention', inKernel(attention, (k) => ({ flops: k.matmul_flops }))],
  [
    'one of the two products of attention',
    'LlamaAttention',
    inKernel(attention, (k) => ({
      matmul_flops: `(${k.matmul_flops}) * 1/2`,
      flops: `${k.flops} - (${k.matmul_flops}) / 2`,
    })),
  ],
  ['keys and values read for every query head', 'LlamaAttention', read(attention, (f) => `${f} + ${cached}`)],
  [
    'scores written to memory',
    'LlamaAttention',
    write(attention, (f) => `${f} + {batch_size} * {num_heads} * {seq_len} * ({seq_len} + {cache_len}) * {a_bytes}`),
  ],
  [
    'a mask of two bytes an element',
    'LlamaAttention',
    read(attention, (f) => `${f} + {seq_len} * ({seq_len} + {cache_len})`),
  ],
  ['no mask read', 'LlamaAttention', read(attention, (f) => `${f} - {seq_len} * ({seq_len} + {cache_len})`)],
  ['the cache not read', 'LlamaAttention', read(attention, (f) => f.replaceAll('{cache_len}', '0'))],
  ['a cache that is appended to in place', 'LlamaAttention', write('cat', (f) => f.replaceAll('{cache_len}', '0'))],
  ['the concatenation of the cache left out', 'LlamaAttention', without('aten.cat')],
  [
    'k_proj as wide as q_proj',
    'LlamaAttention',
    bound(1, (r) => r.replace(/out_features=.*\)$/, 'out_features={hidden_size})')),
  ],
  [
    'v_proj as wide as q_proj',
    'LlamaAttention',
    bound(2, (r) => r.replace(/out_features=.*\)$/, 'out_features={hidden_size})')),
  ],
  [
    'o_proj the wrong way round',
    'LlamaAttention',
    bound(3, (r) => r.replace(/out_features=.*\)$/, 'out_features=2*{hidden_size})')),
  ],
  ['a projection left out', 'LlamaAttention', kernels(([, ...rest]) => rest)],
  ['one projection for all three', 'LlamaAttention', inComposite(0, () => ({ repeat: 3 }))],
  [
    'a view charged as a copy',
    'LlamaAttention',
    kernels((all) => [
      ...all.slice(0, 1),
      { ...(all.find((k) => isNamed(k, 'clone')) as KernelInfo) },
      ...all.slice(1),
    ]),
  ],
  ['the copy after attention left out', 'LlamaAttention', without('aten.clone')],
  [
    'rotary embedding of queries alone',
    'LlamaAttention',
    kernels((all) =>
      all.filter((k, i) => k.kernel_type !== 'basic' || i < 8 || k.source === 'bundled' || k.source.line !== 148),
    ),
  ],
  ['rotate_half for free', 'LlamaAttention', without('aten.neg')],
  [
    'cos and sin read once a head',
    'LlamaAttention',
    read('mul', (f) => `${f} + {seq_len} * {hidden_size} * {a_bytes}`),
  ],
  ['cos and sin for free', 'LlamaAttention', read('mul', (f) => f.split(' + ')[0] ?? f)],
  ['a concatenation that computes', 'LlamaAttention', flops('cat', () => rows)],
  ['negation of the whole head', 'LlamaAttention', flops('neg', (f) => `2 * (${f})`)],
  ['kernels in another order', 'LlamaAttention', kernels((all) => [...all].reverse())],
  [
    'a line that is not accounted for',
    'LlamaAttention',
    ledger((lines) => lines.filter((l) => l.status !== 'counted')),
  ],
  ['a line accounted for twice', 'LlamaAttention', ledger((lines) => [...lines, ...lines.slice(-1)])],
  [
    'a line that says something else',
    'LlamaAttention',
    ledger((lines) =>
      lines.map((l, i) => (i === 2 ? { ...l, source: 'query_states = self.q_proj(hidden_states)' } : l)),
    ),
  ],
  [
    'a quotation from another line',
    'LlamaAttention',
    inKernel(attention, (k) => ({
      source: k.source === 'bundled' ? k.source : { ...k.source, line: k.source.line + 1 },
    })),
  ],
  ['put down to another line', 'LlamaAttention', inKernel(attention, (k) => ({ line: (k.line ?? 0) + 1 }))],
  [
    'eager attention in place of the fused kernel',
    'LlamaAttention',
    inKernel(attention, () => ({ aten: 'aten.bmm.default' })),
  ],
  [
    'an output of another shape',
    'LlamaAttention',
    inKernel(attention, (k) => ({ out: k.out.map((s) => s.replace('{seq_len}', '{seq_len} + {cache_len}')) })),
  ],
  [
    'an output in fp32',
    'LlamaAttention',
    inKernel(attention, (k) => ({ out: k.out.map((s) => s.replace('bf16', 'f32')) })),
  ],
  ['a gated MLP without its gate', 'LlamaMLP', kernels(([, ...rest]) => rest)],
  ['down_proj as up_proj', 'LlamaMLP', kernels((all) => [...all.slice(0, -1), { ...(all[0] as KernelInfo) }])],
  [
    'an MLP of four times the hidden size',
    'LlamaMLP',
    bound(0, (r) => r.replace(/out_features=.*\)$/, 'out_features=4*{hidden_size})')),
  ],
  ['the product of gate and up left out', 'LlamaMLP', without('aten.mul')],
  ['the product reads one operand', 'LlamaMLP', read('mul', (f) => `(${f}) / 2`)],
  ['a product that counts two', 'LlamaMLP', flops('mul', (f) => `2 * (${f})`)],
  ['a square root for free', 'LlamaRMSNorm', flops('rsqrt', () => '0')],
  ['a mean that counts rows', 'LlamaRMSNorm', flops('mean', () => '{batch_size} * {seq_len}')],
  ['fp32 intermediates of two bytes', 'LlamaRMSNorm', write('_to_copy', (f) => f.replace(/\b4 \* |\* 4\b/, '2 * '))],
  ['a norm without its conversions', 'LlamaRMSNorm', without('aten._to_copy')],
  ['conversions that compute', 'LlamaRMSNorm', flops('_to_copy', () => rows)],
  [
    'a weight read for every token',
    'LlamaRMSNorm',
    kernels((all) =>
      all.map((k, i) =>
        i === all.length - 1 && k.kernel_type === 'basic'
          ? { ...k, memory_access: { ...k.memory_access, read: `2 * ${rows} * {a_bytes}` } }
          : k,
      ),
    ),
  ],
  [
    'layer norm for RMS norm',
    'LlamaRMSNorm',
    kernels((all) =>
      all.slice(0, 1).map((k) => (k.kernel_type === 'basic' ? { ...k, aten: 'aten.native_layer_norm.default' } : k)),
    ),
  ],
  ['an invented variable', 'LlamaRMSNorm', flops('pow', () => '{batch_size} * {tokens} * {hidden_size}')],
  ['bytes without a width that has one', 'LlamaRMSNorm', read('_to_copy', () => rows)],
  ['FLOPs that contain a width', 'LlamaRMSNorm', flops('pow', (f) => `${f} * {a_bytes}`)],
  ['a formula that is none', 'LlamaRMSNorm', flops('pow', () => 'hidden_size squared')],
  ['a formula without a value', 'LlamaRMSNorm', flops('pow', (f) => `${f} / ({seq_len} - {seq_len})`)],
  ['a shape that is none', 'LlamaRMSNorm', inKernel('pow', () => ({ out: ['as the input'] }))],
]

describe.skipIf(sources === undefined)(`wrong analyses${sources === undefined ? ` (${howToFetch})` : ''}`, () => {
  it.each(classNames)('none: that of %s is verified', async (name) => {
    expect(await verdictOf(analysisOf(name), name)).toMatchObject({ verdict: 'verified', why: [] })
  })

  it.each(classNames)('none: formulas of %s in another form', async (name) => {
    const other = (f: string): string => `(${f}) * 3 / 3 + {seq_len} - {seq_len}`
    const kernels = analysisOf(name).kernels.map((k): KernelInfo =>
      k.kernel_type === 'composite' ? k : { ...k, flops: other(k.flops), matmul_flops: other(k.matmul_flops) },
    )
    expect((await verdictOf({ ...analysisOf(name), kernels }, name)).verdict).toBe('verified')
  })

  it.each(mistakes)('%s (%s)', async (_, name, mistake) => {
    const wrong = mistake(analysisOf(name))
    expect(wrong).not.toEqual(analysisOf(name))
    const { verdict, why } = await verdictOf(wrong, name)
    expect(verdict).toBe('rejected')
    expect(why.length).toBeGreaterThan(0)
  })
})
