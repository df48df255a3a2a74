// torch.Size: the tuple that shapes are. What is cut out of it or added to it is a Size again.
import { notImplemented } from '../python/make.ts'
import { asMethod, classOf, native } from '../python/native.ts'
import { types } from '../python/types.ts'
import { collect, sliceRange, toNumber } from '../python/object.ts'
import { isInt, PySlice, PyTuple, type PyClass, type Value } from '../python/values.ts'
import type { Vm } from '../python/vm.ts'
import { hint, prod, type Int } from '../sym/index.ts'
import type { Shape } from './shape.ts'

function items(v: Value): readonly Int[] {
  return v instanceof PyTuple ? v.items.filter(isInt) : []
}

/** Sizes are ints. */
function checked(vm: Vm, values: readonly Value[]): PyTuple {
  return sizeTuple(
    values.map((v, i) =>
      isInt(v)
        ? v
        : vm.raise(types.TypeError, `torch.Size() takes an iterable of 'int' (item ${i} is of another type)`),
    ),
  )
}

function itemOf(vm: Vm, self: readonly Int[], key: Value): Value {
  if (key instanceof PySlice) {
    const { start, step, count } = sliceRange(vm, key, self.length)
    return sizeTuple(Array.from({ length: count }, (_, i) => self[start + i * step] ?? 0))
  }
  const i = toNumber(vm, key)
  return self[i < 0 ? i + self.length : i] ?? vm.raise(types.IndexError, 'tuple index out of range')
}

/** `torch.Size`; made of a tuple's methods and these. */
export const sizeClass: PyClass = classOf({
  name: 'Size',
  module: 'torch',
  bases: [types.tuple],
  methods: {
    __new__: native('__new__(cls, iterable=MISSING)', (vm, [, v]) =>
      checked(vm, v === undefined ? [] : collect(vm, v)),
    ),
    __init__: asMethod(native('__init__(self, *args)', () => null)),
    __getitem__: native('__getitem__(self, key)', (vm, [self, key]) => itemOf(vm, items(self), key)),
    __add__: native('__add__(self, other)', (vm, [self, other]) => {
      if (other instanceof PyTuple) return checked(vm, [...items(self), ...other.items])
      return vm.raise(types.TypeError, 'can only concatenate tuple to torch.Size')
    }),
    __radd__: native('__radd__(self, other)', (vm, [self, other]) =>
      other instanceof PyTuple ? checked(vm, [...other.items, ...items(self)]) : notImplemented,
    ),
    __mul__: native('__mul__(self, count)', (vm, [self, n]) => {
      const own = items(self)
      return sizeTuple(Array.from({ length: Math.max(toNumber(vm, n), 0) }, () => own).flat())
    }),
    numel: native('numel(self)', (_vm, [self]) => prod(items(self))),
    __repr__: native(
      '__repr__(self)',
      (_vm, [self]) =>
        `torch.Size([${items(self)
          .map((x) => String(hint(x)))
          .join(', ')}])`,
    ),
  },
})

export function sizeTuple(shape: Shape): PyTuple {
  return new PyTuple(sizeClass, shape)
}
