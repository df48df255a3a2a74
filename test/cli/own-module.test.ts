// A module of one's own, analysed and expanded from its files: the formulas give what its trace does.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { evaluate, parse } from '../../src/sym/index.ts'
import type { ModelAnalysis } from '../../src/trace/formats.ts'
import { cli } from './run.ts'

const source = `import functools
import torch
from torch import nn

@functools.lru_cache
def grouped(shape, heads):
    batch, tokens, width = shape
    return batch, tokens, 3, heads, width // heads // 3

class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        y = self.qkv(x)
        q, k, v = y.view(grouped(y.shape, self.heads)).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2), -1) @ v
        return self.out(a.transpose(1, 2).flatten(2))

class Net(nn.Module):
    def __init__(self, dim=64, heads=4, depth=2):
        super().__init__()
        self.blocks = nn.ModuleList([Block(dim, heads) for _ in range(depth)])

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x
`

interface Traced {
  readonly kernels: readonly { readonly flops: number }[]
  readonly provenance: { readonly sources: readonly { readonly package: string; readonly sha256: string }[] }
}

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-own-'))
const saved = process.cwd()
afterAll(() => {
  process.chdir(saved)
  rmSync(folder, { recursive: true })
})

test('expands to what its trace says, weights included', { timeout: 60_000 }, async () => {
  process.chdir(folder)
  writeFileSync('mine.py', source)
  const own = ['--source', '.', '--input', 'x=bf16[batch_size,seq_len,64]']
  const results = ['--module-analysis', 'results']
  expect(await cli('analyze', '--module', 'mine.Net', '--recursive', '--output', 'results', ...own)).toMatchObject({
    code: 0,
  })
  expect(await cli('expand', '--model', 'mine.Net', ...results, ...own)).toMatchObject({ code: 0 })
  const model = JSON.parse(readFileSync('model_analysis.json', 'utf8')) as ModelAnalysis
  const sizes = { dim: 64, heads: 4, depth: 2, batch_size: 3, seq_len: 40, w_bytes: 2, a_bytes: 2 }
  const at = (formula: string | undefined) => Number(evaluate(parse(formula ?? ''), new Map(Object.entries(sizes))))
  const { out } = await cli('trace', 'mine.Net', ...own, '--batch', '3', '--seq', '40', '--json')
  const { kernels, provenance } = JSON.parse(out) as Traced
  const flops = kernels.reduce((sum, k) => sum + k.flops, 0)
  expect(model.assumptions.map((a) => a.condition).filter((c) => /seq_len|batch/.test(c))).toEqual([])
  expect(at(model.totals.flops)).toBe(flops)
  expect(provenance.sources.map((s) => s.package)).toContain('mine')
  expect(at(model.memory?.weights)).toBe(2 * 2 * (4 * 64 * 64 + 4 * 64))
})

test('a package may be a link to one beside it', async () => {
  process.chdir(folder)
  mkdirSync('real_package')
  writeFileSync('real_package/__init__.py', source)
  symlinkSync('real_package', 'linked')
  const { code, out } = await cli('trace', 'linked.Net', '--source', '.', '--input', 'x=bf16[2,3,64]', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toHaveProperty('model', 'linked.Net')
})
