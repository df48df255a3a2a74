// torch.Size: the tuple that shapes are.
import { classOf, native } from '../python/native.ts'
import { types } from '../python/types.ts'
import { isInt, PyTuple, type PyClass, type Value } from '../python/values.ts'
import { hint, prod } from '../sym/index.ts'
import type { Shape } from './shape.ts'

function items(v: Value): readonly Value[] {
  return v instanceof PyTuple ? v.items : []
}

export const sizeClass: PyClass = classOf({
  name: 'Size',
  module: 'torch',
  bases: [types.tuple],
  methods: {
    numel: native('numel(self)', (_vm, [self]) => prod(items(self).filter(isInt))),
    __repr__: native('__repr__(self)', (_vm, [self]) => `torch.Size([${items(self).filter(isInt).map((x) => String(hint(x))).join(', ')}])`),
  },
})

export function sizeTuple(shape: Shape): PyTuple {
  return new PyTuple(sizeClass, shape)
}
