// The scalar types: classes to test against and to convert with. What they make is a plain number, of which none is an instance.
import { classOf, native } from '../../native.ts'
import { PyList, PyTuple, type PyClass, type Value } from '../../values.ts'
import { itemsOf } from './array.ts'
import { arrayDtypes, cast, type ArrayDtype } from './dtype.ts'

const rows: readonly (readonly [name: string, base: string | undefined])[] = [
  ['generic', undefined],
  ['number', 'generic'],
  ['integer', 'number'],
  ['inexact', 'number'],
  ['signedinteger', 'integer'],
  ['unsignedinteger', 'integer'],
  ['floating', 'inexact'],
  ['bool_', 'generic'],
  ['uint8', 'unsignedinteger'],
  ['int8', 'signedinteger'],
  ['int16', 'signedinteger'],
  ['int32', 'signedinteger'],
  ['int64', 'signedinteger'],
  ['float16', 'floating'],
  ['float32', 'floating'],
  ['float64', 'floating'],
]

/** The dtype of a scalar type that has instances. */
function dtypeNamed(name: string): ArrayDtype | undefined {
  return arrayDtypes.find((d) => d === name.replace(/_$/, ''))
}

function constructor(name: string): { __new__: Value } | undefined {
  const dtype = dtypeNamed(name)
  if (dtype === undefined) return undefined
  return {
    __new__: native('__new__(cls, value=0)', (vm, [, value]) => {
      if (typeof value === 'string' || itemsOf.has(value) || value instanceof PyList || value instanceof PyTuple)
        return vm.stop('unsupported-op', `numpy.${name} of what is no number`)
      return cast(vm, value, dtype)
    }),
  }
}

function scalarTypes(): Readonly<Record<string, PyClass>> {
  const made: Record<string, PyClass> = {}
  for (const [name, base] of rows) {
    const parent = base === undefined ? undefined : made[base]
    const methods = constructor(name)
    made[name] = classOf({
      name,
      module: 'numpy',
      ...(parent === undefined ? {} : { bases: [parent] }),
      ...(methods === undefined ? {} : { methods }),
    })
  }
  return made
}

export const scalars = scalarTypes()

/** The scalar type of an array's elements. */
export function scalarOf(dtype: ArrayDtype): Value {
  return scalars[dtype === 'bool' ? 'bool_' : dtype] ?? null
}
