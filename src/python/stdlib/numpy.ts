// The corner of NumPy that model code touches on the way to its tensors: arithmetic on scalars, which keeps formulas as
// plain Python arithmetic would, and tables of known numbers (`linspace(…).tolist()`, sinusoids).
import { float } from '../make.ts'
import { natives } from '../native.ts'
import { isSubclass } from '../object.ts'
import { PyClass, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { wrap } from './numpy/array.ts'
import { elementFunctions } from './numpy/elementwise.ts'
import { arrayFunctions } from './numpy/functions.ts'
import { dtypeArg, ndarray } from './numpy/ndarray.ts'
import { randomModule } from './numpy/random.ts'
import { scalarOf, scalars } from './numpy/scalars.ts'

/** `np.float32`, `'float32'` or `float` as a scalar type, abstract ones as they are. */
function typeArg(vm: Vm, v: Value): Value {
  return v instanceof PyClass && v.module === 'numpy' ? v : scalarOf(dtypeArg(vm, v) ?? 'float64')
}

export const numpyModules: readonly HostModule[] = [
  {
    name: 'numpy',
    reason: 'A compiled library; what models compute with it beside their tensors is scalars and small tables.',
    make: (vm) => ({
      ...elementFunctions,
      ...arrayFunctions,
      ...scalars,
      ...natives({
        'issubdtype(arg1, arg2)': (vm, [a, b]) => isSubclass(vm, typeArg(vm, a), typeArg(vm, b)),
      }),
      ndarray,
      pi: float(Math.PI),
      e: float(Math.E),
      inf: float(Infinity),
      nan: float(Number.NaN),
      newaxis: null,
      bool: scalars['bool_'] ?? null,
      single: scalars['float32'] ?? null,
      double: scalars['float64'] ?? null,
      intp: scalars['int64'] ?? null,
      random: vm.importer.get('numpy.random'),
      __version__: '2.0.0',
    }),
  },
  randomModule((items) => wrap(ndarray, items)),
]
