// numpy.random: what a draw comes to is not known, how many numbers it gives is.
import { list } from '../../make.ts'
import { classOf, native, natives } from '../../native.ts'
import type { PyClass, PyNative, Value } from '../../values.ts'
import type { HostModule, Vm } from '../../vm.ts'
import { instance } from '../helpers.ts'
import { unknowableFunction, unknownValue } from '../unknown.ts'
import { fresh, sizeOf, sizesOf, type Items } from './array.ts'
import type { ArrayDtype } from './dtype.ts'

type Wrap = (items: Items) => Value

function drawn(vm: Vm, source: string, size: readonly number[], dtype: ArrayDtype, wrap: Wrap): Value {
  const count = sizeOf(size)
  vm.tick(count)
  const values = Array.from({ length: count }, () => unknownValue(`numpy.random.${source}()`))
  return wrap(fresh(size, values, dtype))
}

/** Distributions and how many parameters come before `size`; their numbers are floats unless said otherwise. */
const distributions: readonly (readonly [name: string, parameters: number, dtype?: ArrayDtype])[] = [
  ['uniform', 2],
  ['normal', 2],
  ['lognormal', 2],
  ['beta', 2],
  ['gamma', 2],
  ['exponential', 1],
  ['poisson', 1, 'int64'],
  ['standard_normal', 0],
  ['random', 0],
  ['random_sample', 0],
  ['randint', 2, 'int64'],
  ['integers', 2, 'int64'],
]

/** What is passed by position, and the `size` that is passed by name. Of a method the first is the generator. */
function drawArguments(owner: string, given: readonly unknown[]): readonly [readonly Value[], Value] {
  const [args, size] = given.slice(owner === '' ? 0 : 1)
  return [args as readonly Value[], (size ?? null) as Value]
}

/** `uniform(low, high, size)`: without a size a single number. */
function sized(owner: string, name: string, parameters: number, dtype: ArrayDtype, wrap: Wrap): PyNative {
  return native<string>(`${name}(${owner}*args, size=None, **kwargs)`, (vm, given) => {
    const [args, named] = drawArguments(owner, given)
    const size = args[parameters] ?? named
    return size === null ? unknownValue(`numpy.random.${name}()`) : drawn(vm, name, sizesOf(vm, size), dtype, wrap)
  })
}

/** `randn(2, 3)`: the sizes one by one. */
function spelled(owner: string, name: string, wrap: Wrap): PyNative {
  return native<string>(`${name}(${owner}*args)`, (vm, given) => {
    const [sizes] = drawArguments(owner, given)
    if (sizes.length === 0) return unknownValue(`numpy.random.${name}()`)
    return drawn(vm, name, sizesOf(vm, list([...sizes])), 'float64', wrap)
  })
}

/** What shapes or orders depend on ends the analysis. */
const orders = 'choice permutation permuted shuffle'

function draws(owner: string, wrap: Wrap): Record<string, PyNative> {
  return Object.fromEntries([
    ...distributions.map(
      ([name, count, dtype]) => [name, sized(owner, name, count, dtype ?? 'float64', wrap)] as const,
    ),
    ...['rand', 'randn'].map((name) => [name, spelled(owner, name, wrap)] as const),
    ...orders.split(' ').map((name) => [name, unknowableFunction(`numpy.random.${name}`)] as const),
  ])
}

/** @param wrap makes an array of the program */
export function randomModule(wrap: Wrap): HostModule {
  const methods = draws('self, ', wrap)
  const generator: PyClass = classOf({ name: 'Generator', module: 'numpy.random', methods })
  const randomState: PyClass = classOf({
    name: 'RandomState',
    module: 'numpy.random',
    methods: { ...methods, ...natives({ '__init__(self, seed=None)': () => null }) },
  })
  return {
    name: 'numpy.random',
    reason: 'What a random number comes to is not known to an analysis.',
    make: () => ({
      ...draws('', wrap),
      ...natives({ 'seed(seed=None)': () => null, 'default_rng(seed=None)': () => instance(generator) }),
      Generator: generator,
      RandomState: randomState,
    }),
  }
}
