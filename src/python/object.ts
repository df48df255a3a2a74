// The object protocol: what `a.b`, `a + b`, `a[b]`, `f(x)`, `for x in a` … do, by dispatch on the class of the operands
// as in CPython. Host code works with values of the program through these functions only. All take the machine first.
export { classesOf, typeOf, isInstance, isSubclass, className, asString, mustBe } from './object/classes.ts'
export {
  getAttr, // raises AttributeError
  getAttrOr, // undefined when missing; swallows AttributeError only
  isAttributeError,
  setAttr,
  delAttr,
  genericGetAttr, // object.__getattribute__ without __getattr__: undefined when missing
  genericSetAttr, // object.__setattr__
  genericDelAttr, // object.__delattr__
  bindAttribute, // a class attribute as seen from an instance: descriptors applied
  attributeDict, // the live __dict__
  unboundMethod, // for `o.name(…)`: the function to call with `o` first, or undefined: then getAttr and call
} from './object/attributes.ts'
export {
  call, // call(vm, fn, args, kwargs?)
  callMethod, // callMethod(vm, o, name, args, kwargs?): o.name(*args, **kwargs)
  callSpecial, // callSpecial(vm, o, '__len__', args): the class's method, undefined where it has none
  construct, // construct(vm, cls, args, kwargs?): cls(*args, **kwargs)
  isCallable,
} from './object/call.ts'
export { buildClass, makeClass, ClassNamespace } from './object/build.ts'
export { binaryOp, inplaceOp, unaryOp, type BinaryOperator, type UnaryOperator } from './object/operators.ts'
export { compare, equals, same, truth, contains, type CompareOperator } from './object/compare.ts'
export {
  iterate, // a JavaScript iterable; leaving it early does not close the Python iterator
  collect, // list(v) as an array
  makeIterator, // iter(v)
  next, // next(iterator): undefined at its end
  length, // len(v)
  unpack, // unpack(vm, v, count): exactly so many values, else ValueError
  unpackStar, // unpackStar(vm, v, before, after)
} from './object/iterate.ts'
export { getItem, setItem, delItem, sliceRange, itemIndex, type SliceRange } from './object/items.ts'
export {
  dictGet,
  dictSet,
  dictDelete,
  dictHas,
  dictUpdate, // dict.update(mapping or pairs)
  mappingItems, // the entries of any mapping, as `**mapping` takes them
  makeDict, // from [key, value] pairs
  makeSet,
  makeFrozenset,
  setAdd,
  setHas,
  setDelete,
} from './object/dicts.ts'
export { hashKey, hash, idOf } from './object/hash.ts'
export {
  intOf, // the Int behind an int, bool or instance of an int subclass; undefined for anything else
  numberOf, // the JavaScript number behind an int, bool or float, pinning nothing; undefined for anything else
  toIndex, // operator.index(v): Int, else TypeError
  toNumber, // index, pinned and safe: a loop count, a position in a list
  toFloat, // float(v) as PyFloat, for ints, bools, floats and __float__
  derivedFloat, // a float computed from others: keeps their deps
  formulaOf, // the exact formula of an int or float, undefined where there is none
  depsOf,
  pinFloat, // a float decides something: pins its deps, returns its value
  floatToInt, // 'trunc' | 'floor' | 'ceil' | 'round' of a float, formula kept where possible
} from './object/numbers.ts'
export { str, repr, ascii } from './object/text.ts'
export { format } from './object/format.ts'
export { formatFloat, floatRepr } from './object/numerals.ts'
