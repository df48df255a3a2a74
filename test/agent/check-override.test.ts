// Kernel entries with something wrong in them: each is rejected, and the reason says what to mend.
import { describe, expect, it } from 'vitest'
import { checkOverride } from '../../src/agent/index.ts'
import type { KernelOverride } from '../../src/huggingface/index.ts'
import { projectOf } from '../support/override-cases.ts'

const project = projectOf({
  'my_pkg/__init__.py': '',
  'my_pkg/kernels.py': [
    'import torch',
    '',
    'def fused(x, w, scale=1):',
    '    return torch.ops.my_ext.fused(x, w, scale)',
    '',
    'def plain(x, w, scale=1):',
    '    return torch.mm(x, w) * scale',
    '',
  ].join('\n'),
})

const source = [{ file: 'my_pkg/kernels.py', line: 4, text: 'return torch.ops.my_ext.fused(x, w, scale)' }] as const
const because = 'a product, scaled'
const product = { formula: '2*x.shape[0]*x.shape[1]*w.shape[1]', because, source }

const right: KernelOverride = {
  kind: 'kernel',
  name: 'torch.ops.my_ext.fused',
  schema: '(Tensor x, Tensor w, int scale=1) -> Tensor',
  outputs: [{ name: 'out', shape: ['x.shape[0]', 'w.shape[1]'], dtype: 'x', source }],
  flops: { ...product, formula: `${product.formula} + out.numel` },
  matmul_flops: product,
  read: { formula: 'x.bytes + w.bytes', because, source },
  write: { formula: 'out.bytes', because, source },
  reference: 'my_pkg.kernels.plain',
  calls: [['bf16[6,10]', 'bf16[10,14]', 'scale=2']],
  author: { kind: 'person' },
}

function changed(change: Partial<Record<keyof KernelOverride, unknown>>): unknown {
  return { ...right, ...change }
}

function formula(text: string) {
  return { formula: text, because, source }
}

describe('checkOverride', () => {
  it('verifies an entry that a reference implementation confirms', async () => {
    const report = await checkOverride(right, project)
    expect(report.why).toEqual([])
    expect(report.verdict).toBe('verified')
    expect(report.checks.map((c) => c.name)).toEqual([
      'schema',
      'citations',
      'formulas',
      'units',
      'shapes',
      'costs',
      'traffic',
      'reference',
    ])
  })

  it.each([
    ['no reference', changed({ reference: undefined }), /reference: no implementation/],
    ['no call', changed({ calls: undefined }), /names no call it was met with/],
    [
      'traffic that only its lines speak for',
      changed({ read: formula('x.bytes + 2*w.bytes') }),
      /traffic: read is not/,
    ],
  ])('leaves one with %s unverified', async (_, entry, why) => {
    const report = await checkOverride(JSON.parse(JSON.stringify(entry)), project)
    expect(report.verdict).toBe('unverified')
    expect(report.why.join('\n')).toMatch(why)
  })

  it.each([
    ['a missing part', changed({ write: undefined }), /schema: the entry must have required property 'write'/],
    ['an unknown kind of argument', changed({ schema: '(Matrix x) -> Tensor' }), /"Matrix x" is no argument/],
    ['two arguments of a name', changed({ schema: '(Tensor x, Tensor x) -> Tensor' }), /two arguments x/],
    ['something that is no schema', changed({ schema: 'x, w' }), /is not of the form/],
    ['a result that is no tensor', changed({ schema: '(Tensor x, Tensor w) -> int' }), /something else than tensors/],
    ['a quote that is not there', changed({ read: { ...right.read, source: [{ ...source[0], text: 'return x' }] } }), /citations: .* not "return x"/], // prettier-ignore
    ['a line past the end', changed({ read: { ...right.read, source: [{ ...source[0], line: 400 }] } }), /that text is on line 4/], // prettier-ignore
    ['a file that is not there', changed({ read: { ...right.read, source: [{ ...source[0], file: 'my_pkg/k.py' }] } }), /there is no file my_pkg\/k.py/], // prettier-ignore
    [
      'an unknown argument',
      changed({ flops: formula('2*y.numel') }),
      /there is no argument y; there are x, w, scale, out/,
    ],
    ['a tensor taken for a number', changed({ flops: formula('2*x') }), /x is a tensor: say x.numel/],
    ['a property that no tensor has', changed({ flops: formula('x.size') }), /a tensor has .shape\[i\], .numel/],
    [
      'elements in place of bytes',
      changed({ write: formula('out.numel') }),
      /write 84 is less than the bytes of the outputs/,
    ],
    ['bytes in place of FLOPs', changed({ flops: formula('2*x.bytes*w.shape[1]') }), /holds a width, so it is bytes/],
    ['a width squared', changed({ read: formula('x.bytes*w.width') }), /multiplies a width by a width/],
    ['a multiply-add counted as 1', changed({ matmul_flops: formula('x.shape[0]*x.shape[1]*w.shape[1]') }), /matmul_flops is 840, the reference's kernels make 1680/], // prettier-ignore
    ['contractions without the rest', changed({ flops: product }), /flops is 1680, the reference's kernels make 1764/],
    ['contractions beyond the FLOPs', changed({ flops: formula('0') }), /is more than flops 0/],
    ['a dimension too many', changed({ flops: formula('x.shape[2]') }), /x has 2 dimensions/],
    ['a shape that is transposed', changed({ outputs: [{ name: 'out', shape: ['w.shape[1]', 'x.shape[0]'], dtype: 'x', source }] }), /the outputs are bf16\[14,6\], the reference's bf16\[6,14\]/], // prettier-ignore
    ['another dtype', changed({ outputs: [{ name: 'out', shape: ['x.shape[0]', 'w.shape[1]'], dtype: 'float32', source }], write: formula('out.bytes') }), /f32\[6,14\]/], // prettier-ignore
    ['an unknown dtype', changed({ outputs: [{ name: 'out', shape: ['x.shape[0]', 'w.shape[1]'], dtype: 'brain', source }] }), /brain is neither a dtype/], // prettier-ignore
    ['fewer outputs than its schema', changed({ outputs: [] }), /returns 1 tensors, the entry has 0 outputs/],
    ['a negative cost', changed({ read: formula('x.bytes - w.bytes - 10000') }), /read is -/],
    ['a reference that is not there', changed({ reference: 'my_pkg.kernels.ghost' }), /there is no function/],
    ['an output named as an argument', changed({ outputs: [{ name: 'x', like: 'w', source }] }), /has the name of an argument/], // prettier-ignore
  ])('rejects one with %s', async (_, entry, why) => {
    const report = await checkOverride(JSON.parse(JSON.stringify(entry)), project)
    expect(report.why.join('\n')).toMatch(why)
    expect(report.verdict).toBe('rejected')
  })
})
