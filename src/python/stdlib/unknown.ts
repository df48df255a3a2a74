// Random numbers, and numbers read out of tensors in a condition that was decided. What one of them comes to cannot be known,
// so it is a value that may be passed on and computed with, but that ends the analysis as soon as something depends on
// it. (`p = random.uniform(0, 1)` runs at inference in several models; only training looks at `p`.)
import { classOf, native } from '../native.ts'
import type { PyClass, PyNative, Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { Hidden, instance } from './helpers.ts'

const sourceOf = new Hidden<string>('unknown number')

function decide(vm: Vm, self: Value): never {
  const wanted = sourceOf.get(vm, self)
  const details = { wanted }
  return vm.stop('data-dependent-branch', `the value of ${wanted} is not known to an analysis`, { details })
}

/** A comparison in a condition that was decided comes to something as unknown; the condition then asks for its truth. */
function compared(vm: Vm, self: Value): Value {
  return vm.decisions?.truth(vm) === undefined ? decide(vm, self) : self
}

const comparing = '__eq__ __ne__ __lt__ __le__ __gt__ __ge__'
const deciding =
  '__bool__ __int__ __float__ __index__ __str__ __repr__ __hash__ __len__ __iter__ __getitem__ __round__ __format__ __contains__'
const computing =
  '__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__ ' +
  '__pow__ __rpow__ __neg__ __pos__ __abs__'

const unknownNumber: PyClass = classOf({
  name: 'random',
  module: 'random',
  methods: Object.fromEntries([
    ...deciding
      .split(' ')
      .map((n) => [n, native<string>(`${n}(self, *args)`, (vm, args) => decide(vm, args[0] as Value))]),
    ...comparing
      .split(' ')
      .map((n) => [n, native<string>(`${n}(self, *args)`, (vm, args) => compared(vm, args[0] as Value))]),
    ...computing.split(' ').map((n) => [n, native<string>(`${n}(self, *args)`, (_vm, args) => args[0] as Value)]),
  ]),
})

/** A value that nothing may depend on. */
export function unknownValue(source: string): Value {
  const made = instance(unknownNumber)
  sourceOf.set(made, source)
  return made
}

export function isUnknown(v: Value): boolean {
  return sourceOf.has(v)
}

/** A function that gives an unknown number. */
export function unknownFunction(name: string): PyNative {
  return native<string>(`${name.split('.').at(-1) ?? name}(*args, **kwargs)`, () => unknownValue(`${name}()`))
}

/** A function whose result has a shape or order that depends on random numbers: calling it ends the analysis. */
export function unknowableFunction(name: string): PyNative {
  return native<string>(`${name.split('.').at(-1) ?? name}(*args, **kwargs)`, (vm) =>
    vm.stop('data-dependent-branch', `the result of ${name}() is not known to an analysis`),
  )
}

const numbers = 'random uniform gauss normalvariate betavariate expovariate triangular randint randrange getrandbits'
const others = 'choice choices sample shuffle getstate'

export const random: HostModule = {
  name: 'random',
  reason: 'What a random number comes to is not known to an analysis.',
  make: () => ({
    ...Object.fromEntries(numbers.split(' ').map((n) => [n, unknownFunction(`random.${n}`)])),
    ...Object.fromEntries(others.split(' ').map((n) => [n, unknowableFunction(`random.${n}`)])),
    seed: native('seed(a=None, version=2)', () => null),
    setstate: native('setstate(state)', () => null),
  }),
}
