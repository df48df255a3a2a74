// Properties of the checks: whatever is changed in an analysis that is verified, it is verified no longer, unless the change
// is another way to write the same.
import fc from 'fast-check'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAnalysis } from '../../src/agent/index.ts'
import { parse } from '../../src/sym/index.ts'
import type { BasicKernel, KernelInfo, LedgerLine, ModuleAnalysis } from '../../src/trace/formats.ts'
import { cli } from '../cli/run.ts'
import { projectOf } from '../support/override-cases.ts'

const source = `import torch
from torch import nn


def scaled(x, by):
    return x * by + x


class Block(nn.Module):
    def __init__(self, hidden_size, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.up = nn.Parameter(torch.ones(hidden_size, width))

    def forward(self, x):
        shape = x.shape
        y = x.float().pow(2).mean(-1, keepdim=True)
        y = (x * torch.rsqrt(y)).to(x.dtype) * self.weight
        z = torch.matmul(y.view(-1, shape[-1]), self.up)
        if self.training:
            z = z.relu()
        return torch.cat([scaled(z, 3.0), z.softmax(-1)], dim=-1)
`
const project = projectOf({ 'my_model.py': source })

let own: ModuleAnalysis
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src/my_model.py'), source)
  const model = ['--module', 'my_model.Block', '--source', join(folder, 'src'), '--arg', 'hidden_size=64']
  const call = ['--arg', 'width=48', '--input', 'x=bf16[batch_size,seq_len,64]', '--output', join(folder, 'own.json')]
  await cli('analyze', ...model, ...call)
  own = JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8')) as ModuleAnalysis
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

const verdictOf = async (analysis: ModuleAnalysis): Promise<string> =>
  (await checkAnalysis(analysis, project, own)).verdict

// --- What is changed ------------------------------------------------------------------------------------------------

type Rewrite = (formula: string) => string

const sizes = fc.constantFrom('{batch_size}', '{seq_len}', '{width}', '{hidden_size}')
const anyVariable = fc.oneof(sizes, fc.constantFrom('{a_bytes}', '{w_bytes}'))
const number = fc.integer({ min: 2, max: 9 })

/** Other formulas, most of them with another value. */
const changes: fc.Arbitrary<Rewrite> = fc.oneof(
  anyVariable.map((v) => (f: string) => `(${f}) + ${v}`),
  anyVariable.map((v) => (f: string) => `(${f}) * ${v}`),
  anyVariable.map((v) => (f: string) => `(${f}) / ${v}`),
  number.map((n) => (f: string) => `${n} * (${f})`),
  number.map((n) => (f: string) => `(${f}) // ${n}`),
  number.map((n) => (f: string) => `(${f}) - ${n}`),
  number.map((n) => (f: string) => `((${f}) // ${n}) * ${n} + 1`),
  fc.tuple(anyVariable, anyVariable).map(
    ([a, b]) =>
      (f: string) =>
        f.replace(a, b),
  ),
  fc.tuple(anyVariable, number).map(
    ([a, n]) =>
      (f: string) =>
        f.replace(a, String(n)),
  ),
  fc.constantFrom('0', '{hidden}', '{batch_size', 'as the input', '').map((text) => () => text),
)

/** The same formula, written otherwise. */
const sameValue: fc.Arbitrary<Rewrite> = fc
  .array(
    fc.oneof(
      sizes.map((v) => (f: string) => `${v} + (${f}) - ${v}`),
      sizes.map((v) => (f: string) => `(${f}) * (${v} + 1) - ${v} * (${f})`),
      fc.tuple(sizes, number).map(
        ([v, n]) =>
          (f: string) =>
            `${n} * ${v} * (${f}) / (${n} * ${v})`,
      ),
      fc.constant((f: string) => `max(${f}, ${f})`),
      fc.constant((f: string) => `-(0 - (${f}))`),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => (f) => all.reduce((g, rewrite) => rewrite(g), f))

const formulaFields = ['flops', 'matmul_flops', 'read', 'write', 'in', 'out'] as const

/** One formula of a kernel, rewritten. */
function rewritten(k: BasicKernel, field: (typeof formulaFields)[number], rewrite: Rewrite): BasicKernel {
  if (field === 'read' || field === 'write')
    return { ...k, memory_access: { ...k.memory_access, [field]: rewrite(k.memory_access[field]) } }
  if (field === 'flops' || field === 'matmul_flops') return { ...k, [field]: rewrite(k[field]) }
  const [shape = '', ...rest] = k[field]
  return { ...k, [field]: [shape.replace(/\[([^,\]]*)/, (_, d: string) => `[${rewrite(d)}`), ...rest] }
}

function inKernel(at: number, change: (k: BasicKernel) => BasicKernel): ModuleAnalysis {
  const kernels = own.kernels.map((k, i): KernelInfo =>
    i === at % own.kernels.length && k.kernel_type === 'basic' ? change(k) : k,
  )
  return { ...own, kernels }
}

function inLine(at: number, change: (l: LedgerLine) => LedgerLine): ModuleAnalysis {
  return { ...own, lines: own.lines.map((l, i) => (i === at % own.lines.length ? change(l) : l)) }
}

/** All formulas of an analysis by place, in their one spelling; as they are where they don't parse. */
function formulasOf(a: ModuleAnalysis): readonly string[] {
  return a.kernels.flatMap((k) => {
    if (k.kernel_type === 'composite') return [k.flops]
    const shapes = [...k.in, ...k.out].flatMap((s) => s.replace(/^\w+\[|\]$/g, '').split(','))
    return [k.flops, k.matmul_flops, k.memory_access.read, k.memory_access.write, ...shapes].map(keyOf)
  })
}

function keyOf(formula: string): string {
  try {
    return parse(formula).key
  } catch {
    return formula
  }
}

const anyIndex = fc.nat(50)
const anyField = fc.constantFrom(...formulaFields)
const options = { numRuns: 60 }

describe('an analysis that is verified', { timeout: 120_000 }, () => {
  it('is so to begin with', async () => {
    expect(await verdictOf(own)).toBe('verified')
  })

  it('is so with formulas written otherwise', async () => {
    const property = fc.asyncProperty(anyIndex, anyField, sameValue, async (at, field, rewrite) => {
      expect(await verdictOf(inKernel(at, (k) => rewritten(k, field, rewrite)))).toBe('verified')
    })
    await fc.assert(property, options)
  })

  it('is not with another formula', async () => {
    const property = fc.asyncProperty(anyIndex, anyField, changes, async (at, field, rewrite) => {
      const changed = inKernel(at, (k) => rewritten(k, field, rewrite))
      fc.pre(JSON.stringify(formulasOf(changed)) !== JSON.stringify(formulasOf(own)))
      expect(await verdictOf(changed)).toBe('rejected')
    })
    await fc.assert(property, options)
  })

  it('is not with another value of a variable or of a parameter', async () => {
    const names = fc.constantFrom('hidden_size', 'width', 'batch_size', 'seq_len', 'a_bytes')
    const property = fc.asyncProperty(names, fc.nat(100), async (name, value) => {
      const variables = { ...own.variables, [name]: { meaning: 'a size', value } }
      fc.pre(own.variables[name]?.value !== value)
      expect(await verdictOf({ ...own, variables })).toBe('rejected')
      const parameters = own.parameters.map((p) => (p.name === name ? { ...p, value } : p))
      if (own.parameters.some((p) => p.name === name)) expect(await verdictOf({ ...own, parameters })).toBe('rejected')
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('is not with a kernel put down to another line, or another quotation', async () => {
    const shift = fc.integer({ min: -30, max: 30 }).filter((n) => n !== 0)
    const property = fc.asyncProperty(anyIndex, shift, async (at, by) => {
      const moved = inKernel(at, (k) => ({ ...k, line: (k.line ?? 0) + by }))
      expect(await verdictOf(moved)).toBe('rejected')
      const quoted = inKernel(at, (k) =>
        k.source === 'bundled' ? k : { ...k, source: { ...k.source, line: k.source.line + by } },
      )
      expect(await verdictOf(quoted)).toBe('rejected')
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('is not with a line that another thing became of, or that is left out', async () => {
    const statuses = fc.constantFrom('counted' as const, 'free' as const, 'not_reached' as const)
    const property = fc.asyncProperty(anyIndex, statuses, async (at, status) => {
      const changed = inLine(at, (l) => ({ ...l, status }))
      fc.pre(JSON.stringify(changed) !== JSON.stringify(own))
      expect(await verdictOf(changed)).toBe('rejected')
      expect(await verdictOf(inLine(at, (l) => ({ ...l, source: `${l.source} # so` })))).toBe('rejected')
    })
    await fc.assert(property, { numRuns: 15 })
  })

  it('is not with kernels left out, doubled or exchanged', async () => {
    const property = fc.asyncProperty(anyIndex, anyIndex, async (i, j) => {
      const all = own.kernels
      const [a, b] = [i % all.length, j % all.length]
      const exchanged = all.map((k, n) => all[n === a ? b : n === b ? a : n] ?? k)
      const wrong = [all.filter((_, n) => n !== a), all.flatMap((k, n) => (n === a ? [k, k] : [k])), exchanged]
      for (const kernels of a === b ? wrong.slice(0, 2) : wrong)
        expect(await verdictOf({ ...own, kernels })).toBe('rejected')
    })
    await fc.assert(property, { numRuns: 15 })
  })

  it('is not with other weights', async () => {
    const [weight, up] = own.weights
    if (weight === undefined || up === undefined) throw new Error('there are two weights')
    const wrong = [
      [],
      [weight],
      [weight, up, up],
      [weight, { ...up, dtype: 'f32' }],
      [weight, { ...up, name: 'down' }],
      [weight, { ...up, shape: [...up.shape].reverse() }],
      [weight, { ...up, shape: ['{hidden_size}'] }],
    ]
    for (const weights of wrong) expect(await verdictOf({ ...own, weights })).toBe('rejected')
    expect(await verdictOf({ ...own, weights: [up, weight] })).toBe('verified')
  })
})
