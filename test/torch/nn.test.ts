// The snippets of test/fixtures/nn_ops.json, which PyTorch ran (scripts/record_nn.py), run by the engine: the same kernels
// with the same types, shapes, strides and costs, the same values, the same exceptions.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  call,
  hostModules,
  overlays,
  PyDict,
  PyException,
  PyList,
  PyTuple,
  repr,
  Vm,
  type Value,
} from '../../src/python/index.ts'
import { hint } from '../../src/sym/index.ts'
import { isAnalysisError, type SourceProvider } from '../../src/text/index.ts'
import {
  isTensor,
  torchModules,
  torchOverlays,
  torchState,
  withBuildDefaults,
  type KernelCall,
  type Tensor,
} from '../../src/torch/index.ts'

interface Kernel {
  readonly op: string
  readonly in: readonly string[]
  readonly out: readonly string[]
  readonly matmul_flops: number
  readonly operands: readonly [number, number]
}

interface Case {
  readonly case: string
  readonly value?: readonly string[]
  readonly error?: string
  readonly kernels: readonly Kernel[]
}

interface Fixture {
  readonly prelude: string
  readonly cases: readonly Case[]
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/nn_ops.json', import.meta.url), 'utf8')) as Fixture

const files: SourceProvider = {
  read: (path) => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined),
  list: (path) => (existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : undefined),
}

function makeVm(torchRoot: string | undefined): Vm {
  const hasSource = torchRoot !== undefined
  return new Vm({
    sources: files,
    roots: new Map(hasSource ? [['torch', torchRoot]] : []),
    hostModules: [...hostModules, ...torchModules],
    overlays: [...overlays, ...torchOverlays(hasSource)],
    budget: { steps: 500_000_000, milliseconds: 600_000 },
  })
}

function signature(t: Tensor): string {
  return `${t.dtype.short}[${t.shape.map((s) => String(hint(s))).join(',')}]`
}

function withStrides(t: Tensor): string {
  return `${signature(t)}/${t.strides.map((s) => String(hint(s))).join(',')}`
}

/** Kernels whose traffic follows a rule of its own instead of "each operand once". */
const ownTraffic =
  /^aten\.(embedding|index|gather|index_select|copy_|zero_|fill_|zeros_like|ones_like|full_like|new_\w+|scatter_|index_put_|_embedding_bag\w*|_local_scalar_dense|bernoulli_|arange|zeros|ones|full|as_strided_)\./

/** Strides as they are right after the call: in-place changes of geometry come later. */
interface Recorded extends Kernel {
  readonly call: KernelCall
}

function recorded(call: KernelCall): Recorded {
  return {
    call,
    op: call.op,
    in: call.inputs.map((t) => `${t.dtype.short}[${t.shape.map((s) => String(hint(s))).join(',')}]`),
    out: call.outputs.map((t) => withStrides(t.tensor)),
    matmul_flops: Number(hint(call.matmulFlops)),
    operands: [Number(hint(call.read)), Number(hint(call.write))],
  }
}

/** The leaves of nested lists, tuples and dicts, as torch.utils._pytree flattens them. */
function* leaves(v: Value): Generator<Value> {
  if (
    v instanceof PyList ||
    (v instanceof PyTuple && (['tuple', 'Size'].includes(v.cls.name) || v.cls.module === 'torch.return_types'))
  ) {
    for (const x of v.items) yield* leaves(x)
  } else if (v instanceof PyDict && ['dict', 'OrderedDict', 'defaultdict'].includes(v.cls.name)) {
    for (const [, x] of v.entries.values()) yield* leaves(x)
  } else yield v
}

interface Outcome {
  readonly value?: readonly string[]
  readonly error?: string
  readonly kernels: readonly Recorded[]
  readonly message?: string
}

/** Runs a snippet: its setup as a model is built, its expression as a forward runs. */
class Runner {
  private count = 0
  constructor(readonly vm: Vm) {
    vm.runModuleText('prelude', fixture.prelude)
  }

  run(c: Case): Outcome {
    const { vm } = this
    const split = c.case.lastIndexOf(' :: ')
    const [setup, expression] = split < 0 ? ['', c.case] : [c.case.slice(0, split), c.case.slice(split + 4)]
    const name = `snippet${this.count++}`
    const state = vm.state(torchState)
    const kernels: Recorded[] = []
    const depth = vm.stack.length
    try {
      state.gradEnabled = true
      withBuildDefaults(vm, () =>
        vm.importer.define(name, `from prelude import *\n${setup}\ndef run():\n    return ${expression}\n`),
      )
      state.gradEnabled = false
      state.recorder = { push: (k) => kernels.push(recorded(k)) }
      const result = call(vm, vm.importName(`${name}.run`))
      state.recorder = undefined
      return { value: [...leaves(result)].map((v) => (isTensor(v) ? withStrides(v) : repr(vm, v))), kernels }
    } catch (e) {
      if (e instanceof PyException) return { error: e.value.cls.name, message: messageOf(vm, e), kernels }
      if (isAnalysisError(e))
        return { error: e.code, message: `${e.message} (${e.span?.file ?? ''}:${e.span?.line ?? ''})`, kernels }
      throw e
    } finally {
      state.recorder = undefined
      vm.stack.length = depth
    }
  }
}

function messageOf(vm: Vm, e: PyException): string {
  try {
    return repr(vm, e.value)
  } catch {
    return ''
  }
}

const nnInit = /nn\.init\./

function check(outcome: Outcome, c: Case): void {
  if (c.error !== undefined) {
    expect([c.error, 'unsupported-op', 'unknown-name', 'data-dependent-branch'], outcome.message).toContain(
      outcome.error,
    )
    return
  }
  expect(outcome.error === undefined ? undefined : `${outcome.error}: ${outcome.message ?? ''}`).toBeUndefined()
  if (!nnInit.test(c.case)) {
    const shown = (k: Kernel): string => `${k.op} ${k.in.join(' ')} -> ${k.out.join(' ')} ${k.matmul_flops}`
    expect(outcome.kernels.map(shown).join('\n')).toBe(c.kernels.map(shown).join('\n'))
    outcome.kernels.forEach((k, i) => {
      if (!ownTraffic.test(k.op)) expect(k.operands, k.op).toEqual(c.kernels[i]?.operands)
    })
  }
  expect(outcome.value?.join('\n')).toBe(c.value?.join('\n'))
}

/** What is not implemented, on purpose or yet: the run has to say so. */
const unsupported = new Set<string>(['torch.matrix_exp(t(3, 3, dtype=f32))'])

function suite(torchRoot: string | undefined): void {
  const runner = new Runner(makeVm(torchRoot))
  test.each(fixture.cases.map((c) => [c.case, c] as const))('%s', (_name, c) => {
    const outcome = runner.run(c)
    if (unsupported.has(c.case)) expect(outcome.error).toBe('unsupported-op')
    else check(outcome, c)
  })
}

describe('with the bundled layers', () => {
  suite(undefined)
})

/** The folder of an installed `torch`: the same snippets with the layers' own source. */
const source = process.env['PYTORCH_SOURCE']
describe.skipIf(source === undefined)('with the layers of PyTorch', () => {
  suite(source)
})
