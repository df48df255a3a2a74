// Shapes that depend on variables: formulas come out, comparisons that they leave open are recorded, and reading values
// pins the sizes they came from.
import { describe, expect, it } from 'vitest'
import { call, PyFunction, type Value, type Vm } from '../../src/python/index.ts'
import { exprOf, print, type Int } from '../../src/sym/index.ts'
import { dtypes, newTensor, torchState, type KernelCall, type Shape, Tensor } from '../../src/torch/index.ts'
import { torchVm } from './machine.ts'

function show(x: Int): string {
  return print(exprOf(x))
}

function shown(shape: Shape): string {
  return shape.map(show).join(', ')
}

function assumptions(vm: Vm): string[] {
  return vm.scope.assumptions.map((a) => a.text)
}

function run(vm: Vm, body: string, ...args: Value[]): Value {
  const names = ['a', 'b', 'c', 'd'].slice(0, args.length).join(', ')
  const module = vm.runModuleText('case', `import torch\ndef run(${names}):\n    return ${body}\n`)
  const fn = module.dict.get('run')
  if (!(fn instanceof PyFunction)) throw new Error('no function')
  return call(vm, fn, args)
}

function sizes(vm: Vm) {
  return {
    batch: vm.scope.variable('batch_size', 2),
    seq: vm.scope.variable('seq_len', 32),
    hidden: vm.scope.variable('hidden_size', 64),
    heads: vm.scope.variable('num_heads', 4),
  }
}

function tensorOf(v: Value): Tensor {
  if (v instanceof Tensor) return v
  throw new Error('not a tensor')
}

describe('symbolic shapes', () => {
  it('split a projection into heads without an assumption but the division', () => {
    const vm = torchVm()
    const { batch, seq, hidden, heads } = sizes(vm)
    const x = newTensor([batch, seq, hidden], dtypes.bfloat16)
    const q = tensorOf(run(vm, 'a.view(*a.shape[:-1], b, -1).transpose(1, 2)', x, heads))
    expect(shown(q.shape)).toBe('batch_size, num_heads, seq_len, hidden_size/num_heads')
    expect(shown(q.strides)).toBe('seq_len*hidden_size, hidden_size/num_heads, hidden_size, 1')
    expect(assumptions(vm)).toEqual(['hidden_size % num_heads == 0'])
  })

  it('give formulas for FLOPs and bytes', () => {
    const vm = torchVm()
    const { batch, seq, hidden } = sizes(vm)
    const calls: KernelCall[] = []
    vm.state(torchState).recorder = calls
    run(
      vm,
      'a * b',
      newTensor([batch, seq, hidden], dtypes.bfloat16),
      newTensor([hidden], dtypes.bfloat16, { role: 'weight' }),
    )
    const [k] = calls
    expect(k && show(k.flops)).toBe('batch_size*seq_len*hidden_size')
    expect(k && show(k.read)).toBe('2*batch_size*seq_len*hidden_size + 2*hidden_size')
    expect(assumptions(vm)).toEqual([])
  })

  it('name the widths of weights and activations', () => {
    const vm = torchVm()
    const { seq, hidden } = sizes(vm)
    const state = vm.state(torchState)
    state.wBytes = vm.scope.variable('w_bytes', 2)
    state.aBytes = vm.scope.variable('a_bytes', 2)
    const calls: KernelCall[] = []
    state.recorder = calls
    run(
      vm,
      'a * b',
      newTensor([seq, hidden], dtypes.bfloat16),
      newTensor([hidden], dtypes.bfloat16, { role: 'weight' }),
    )
    expect(calls[0] && show(calls[0].read)).toBe('seq_len*hidden_size*a_bytes + hidden_size*w_bytes')
  })

  it('clamp slices by recorded comparisons', () => {
    const vm = torchVm()
    const { seq } = sizes(vm)
    const window = vm.scope.variable('window', 100)
    const t = tensorOf(run(vm, 'a[-b:]', newTensor([seq], dtypes.float32), window))
    expect(shown(t.shape)).toBe('seq_len')
    expect(assumptions(vm)).toEqual(['seq_len < window'])
  })

  it('halve with arange, cat and chunk', () => {
    const vm = torchVm()
    const { hidden } = sizes(vm)
    const x = newTensor([hidden], dtypes.float32)
    expect(shown(tensorOf(run(vm, 'torch.arange(0, b, 2, device=a.device)', x, hidden)).shape)).toBe('hidden_size/2')
    expect(shown(tensorOf(run(vm, 'torch.cat(a.chunk(2))', x)).shape)).toBe('hidden_size')
    expect(assumptions(vm)).toEqual(['hidden_size % 2 == 0'])
  })

  it('pin a size only when values made of it are read', () => {
    const vm = torchVm()
    const { seq } = sizes(vm)
    run(vm, '(torch.arange(a) + 1).max()', seq)
    expect(assumptions(vm)).toEqual([])
    expect(run(vm, '(torch.arange(a) + 1).max().item()', seq)).toBe(32)
    expect(assumptions(vm)).toEqual(['seq_len == 32'])
  })

  it('pin the number of tensors that a loop sees', () => {
    const vm = torchVm()
    const { heads } = sizes(vm)
    run(vm, '[x for x in a]', newTensor([heads, 3], dtypes.float32))
    expect(assumptions(vm)).toEqual(['num_heads == 4'])
  })
})

describe('values', () => {
  it('of the input stop the analysis', () => {
    const vm = torchVm()
    const x = newTensor([3], dtypes.float32, { role: 'input' })
    expect(() => run(vm, 'a.sum().item()', x)).toThrow(/values of a tensor/)
    expect(() => run(vm, 'a[a > 0]', x)).toThrow(/indexing with a mask/)
    expect(() => run(vm, '1 if a.sum() > 0 else 0', x)).toThrow(/a branch needs/)
    expect(() => run(vm, 'a.nonzero()', x)).toThrow(/values of a tensor/)
  })

  it('are forgotten when a tensor is overwritten with unknown ones', () => {
    const vm = torchVm()
    const x = newTensor([3], dtypes.float32, { role: 'input' })
    expect(() => run(vm, 'torch.ones(3, device=a.device).copy_(a).sum().item()', x)).toThrow(/values of a tensor/)
    expect(() => run(vm, 'torch.ones(3, device=a.device).add_(a).sum().item()', x)).toThrow(/values of a tensor/)
  })

  it('reach any size when all elements are equal', () => {
    const vm = torchVm()
    expect(run(vm, 'torch.ones(4096, 4096, dtype=torch.bool).all().item()')).toBe(true)
    expect(run(vm, '(torch.zeros(4096, 4096).clone() + 2).view(-1).max().item() == 2')).toBe(true)
  })

  it('of equal elements need no size', () => {
    const vm = torchVm()
    const { batch, seq } = sizes(vm)
    expect(run(vm, 'bool(torch.ones(a, b).all())', batch, seq)).toBe(true)
    expect(assumptions(vm)).toEqual([])
  })

  it('go along when a mask moves to the accelerator', () => {
    const vm = torchVm()
    expect(run(vm, 'bool(torch.ones(2, 3).to("meta").all())')).toBe(true)
  })
})
