// What kernels cost: FLOPs by the project's convention, bytes by what is read and written, widths by role.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { call, PyFunction, type Value } from '../../src/python/index.ts'
import { hint } from '../../src/sym/index.ts'
import { dtypes, newTensor, torchState, type KernelCall, type Tensor } from '../../src/torch/index.ts'
import { torchVm } from './machine.ts'

const f32 = dtypes.float32
const bf16 = dtypes.bfloat16

function f(...shape: number[]): Tensor {
  return newTensor(shape, f32)
}

function i(...shape: number[]): Tensor {
  return newTensor(shape, dtypes.int64)
}

/** Runs `def run(a, b, c)` and returns its kernels. */
function kernelsOf(
  body: string,
  args: readonly Value[],
  prepare?: (vm: ReturnType<typeof torchVm>) => void,
): KernelCall[] {
  const vm = torchVm()
  prepare?.(vm)
  const names = ['a', 'b', 'c'].slice(0, args.length).join(', ')
  const module = vm.runModuleText('case', `import torch\ndef run(${names}):\n    return ${body}\n`)
  const run = module.dict.get('run')
  if (!(run instanceof PyFunction)) throw new Error('no function')
  const calls: KernelCall[] = []
  vm.state(torchState).recorder = calls
  call(vm, run, args)
  return calls
}

function cost(body: string, ...args: Value[]): { flops: number; read: number; write: number } {
  const [only, second] = kernelsOf(body, args)
  if (only === undefined || second !== undefined) throw new Error('expected one kernel')
  return { flops: Number(hint(only.flops)), read: Number(hint(only.read)), write: Number(hint(only.write)) }
}

describe('FLOPs', () => {
  it.each([
    { body: 'a + b', flops: 6, because: 'one per output element' },
    { body: 'a * 2', flops: 6, because: 'one per output element' },
    { body: 'torch.sigmoid(a)', flops: 18, because: '3 each: exp, add, reciprocal' },
    { body: 'torch.clamp(a, 0, 1)', flops: 12, because: '2 each: max, min' },
    { body: 'torch.rsqrt(a)', flops: 6, because: 'one each' },
    { body: 'torch.addcmul(a, a, b)', flops: 18, because: '3 each: mul, mul, add' },
    { body: 'a.sum(-1)', flops: 6, because: 'one per input element' },
    { body: 'a.mean(-1)', flops: 8, because: 'one per input element, one per output: 6 + 2' },
    { body: 'a.var(-1)', flops: 24, because: '4 per input element' },
    { body: 'a.softmax(-1)', flops: 30, because: '5 per element' },
    { body: 'a.log_softmax(-1)', flops: 30, because: '5 per element' },
    { body: 'a.cumsum(-1)', flops: 6, because: 'one per input element' },
    { body: 'a.norm(dim=-1)', flops: 6, because: 'one per input element' },
    { body: 'a.max()', flops: 6, because: 'one per input element' },
    { body: 'a > 0', flops: 0, because: 'comparisons do not count' },
    { body: 'torch.where(a > 0, a, b)', flops: 0, because: 'selections do not count' },
    { body: 'a.to(torch.float16)', flops: 0, because: 'conversions do not count' },
    { body: 'torch.cat([a, a])', flops: 0, because: 'copies do not count' },
    { body: 'a.topk(1)', flops: 0, because: 'sorting does not count' },
  ])('$body: $because', ({ body, flops }) => {
    const calls = kernelsOf(body, [f(2, 3), f(2, 3)])
    expect(Number(hint(calls.at(-1)?.flops ?? 0))).toBe(flops)
  })

  it('a complex product is four multiplications and two additions', () => {
    const z = newTensor([3], dtypes.complex64)
    expect(cost('a * b', z, z).flops).toBe(18)
    expect(cost('a + b', z, z).flops).toBe(6)
  })

  it('integers do not count', () => {
    expect(cost('a + 1', i(2, 3)).flops).toBe(0)
    expect(cost('a.sum()', i(2, 3)).flops).toBe(0)
  })
})

describe('bytes', () => {
  it('a broadcast operand is read once', () => {
    expect(cost('a + b', f(2, 3), f(3))).toEqual({ flops: 6, read: (6 + 3) * 4, write: 6 * 4 })
    expect(cost('a.expand(5, 3) * 2', f(1, 3))).toEqual({ flops: 15, read: 3 * 4, write: 15 * 4 })
  })

  it('a gather reads its indices and what they select', () => {
    // 4 indices of 8 bytes; 4 rows of 3 elements read and written, not the table of 100 rows
    expect(cost('a[b]', f(100, 3), i(4))).toEqual({ flops: 0, read: 4 * 8 + 12 * 4, write: 12 * 4 })
    expect(cost('a.gather(1, b)', f(2, 100), i(2, 5))).toEqual({ flops: 0, read: 10 * 8 + 10 * 4, write: 10 * 4 })
    expect(cost('a.gather(1, b.expand(2, 5))', f(2, 100), i(2, 1))).toEqual({
      flops: 0,
      read: 2 * 8 + 10 * 4,
      write: 10 * 4,
    })
  })

  it('a copy reads its source and writes its target', () => {
    expect(cost('a.copy_(b)', f(2, 3), f(3))).toEqual({ flops: 0, read: 3 * 4, write: 6 * 4 })
  })

  it('a fill only writes', () => {
    expect(cost('torch.zeros_like(a)', f(2, 3))).toEqual({ flops: 0, read: 0, write: 24 })
    expect(cost('a.new_ones(4)', f(2, 3))).toEqual({ flops: 0, read: 0, write: 16 })
    expect(cost('a.zero_()', f(2, 3))).toEqual({ flops: 0, read: 0, write: 24 })
  })

  it('an in-place scatter touches what its indices say', () => {
    expect(cost('a.scatter_(1, b, 1.0)', f(2, 100), i(2, 5))).toEqual({ flops: 0, read: 10 * 8, write: 10 * 4 })
    expect(cost('a.index_copy_(0, b, c)', f(100, 3), i(2), f(2, 3))).toEqual({
      flops: 0,
      read: 2 * 8 + 6 * 4,
      write: 6 * 4,
    })
    // adding ones read what they add to
    expect(cost('a.index_add_(0, b, c)', f(100, 3), i(2), f(2, 3))).toEqual({
      flops: 6,
      read: 2 * 8 + 6 * 4 + 6 * 4,
      write: 6 * 4,
    })
  })

  it('views and allocations are no kernels', () => {
    expect(kernelsOf('torch.empty_like(a.view(6)[1:].unsqueeze(0).expand(2, 5))', [f(2, 3)])).toEqual([])
  })
})

describe('widths', () => {
  it('tell weights from activations in the model dtype', () => {
    const weight = newTensor([3], bf16, { role: 'weight' })
    const [k] = kernelsOf('a * b', [newTensor([2, 3], bf16), weight], (vm) => {
      const state = vm.state(torchState)
      state.wBytes = 1
      state.aBytes = 4
    })
    expect(k?.read).toBe(6 * 4 + 3 * 1)
    expect(k?.write).toBe(6 * 4)
  })

  it('leave other dtypes alone', () => {
    const [k] = kernelsOf('a * 2', [f(2, 3)], (vm) => {
      vm.state(torchState).aBytes = 1
    })
    expect(k?.read).toBe(24)
  })

  it('views of a weight are weights', () => {
    const weight = newTensor([3, 2], bf16, { role: 'weight' })
    const [k] = kernelsOf('a.t().reshape(-1)', [weight])
    expect(k?.inputs[0]?.role).toBe('weight')
    expect(k?.outputs[0]?.role).toBe('activation')
  })
})

describe('where the meta device alone refuses, as an accelerator does it', () => {
  it('copies to the host', () => {
    const [k] = kernelsOf("a.to('cpu')", [f(2, 3)])
    expect(k?.op).toBe('aten._to_copy.default')
    expect(k?.outputs[0]?.tensor.device).toBe('cpu')
  })

  it('takes a 0-d tensor of the host as the value of a fill', () => {
    const [, k] = kernelsOf('a.masked_fill(a > 0, torch.tensor(0.0))', [f(2, 3)])
    expect(k?.op).toBe('aten.masked_fill.Tensor')
  })

  it('but keeps tensors with dimensions apart', () => {
    expect(() => kernelsOf('a + torch.ones(3)', [f(2, 3)])).toThrow()
  })
})

it('are products to the recorder of models where they are to that of operations', () => {
  const text = (script: string) => readFileSync(`scripts/${script}`, 'utf8')
  const table = /^MORE_FLOPS = \{$([\s\S]*?)^\}$/m.exec(text('record_nn.py'))?.[1] ?? ''
  const names = [...table.matchAll(/"(aten\.\w+)\.default"/g)].map(([, name]) => name ?? '')
  expect(names).toContain('aten._trilinear')
  const recorder = text('kernel_recorder.py')
  expect(names.filter((name) => !new RegExp(`"${name}(\\.default)?"`).test(recorder))).toEqual([])
})
