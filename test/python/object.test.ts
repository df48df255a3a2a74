// The protocol as host code uses it, where a program alone cannot show it.
import { describe, expect, test } from 'vitest'
import { dict, float, iterator, list, namespace, tuple } from '../../src/python/make.ts'
import { classOf, native, natives, parseSignature } from '../../src/python/native.ts'
import {
  attributeDict,
  call,
  callMethod,
  collect,
  construct,
  dictGet,
  dictSet,
  getAttr,
  getAttrOr,
  hashKey,
  iterate,
  makeDict,
  repr,
  setAttr,
  str,
  unboundMethod,
} from '../../src/python/object.ts'
import { types } from '../../src/python/types.ts'
import { PyException, PyInstance, type Kwargs, type Value } from '../../src/python/values.ts'
import { isAnalysisError } from '../../src/text/index.ts'
import { pythonVm } from '../support/python.ts'

const vm = pythonVm()

/** The Python exception that a function raises, as `Class: message`. */
function raised(run: () => unknown): string {
  try {
    run()
  } catch (e) {
    if (e instanceof PyException) return `${e.value.cls.name}: ${str(vm, e.value)}`
    throw e
  }
  return 'nothing'
}

const kwargs = (o: Record<string, Value>): Kwargs => new Map(Object.entries(o))

describe('native signatures', () => {
  const f = native('f(a, b=2, /, c=None, *rest, d, e=MISSING, **more)', (_vm, [a, b, c, rest, d, e, more]) =>
    tuple([a, b, c, tuple(rest), d, e === undefined, list([...more.keys()])]),
  )

  test('bind as Python binds', () => {
    expect(repr(vm, call(vm, f, [1], kwargs({ d: 4 })))).toBe('(1, 2, None, (), 4, True, [])')
    expect(repr(vm, call(vm, f, [1, 3, 5, 6, 7], kwargs({ d: 4, e: 0, z: 9 })))).toBe(
      "(1, 3, 5, (6, 7), 4, False, ['z'])",
    )
    expect(repr(vm, call(vm, f, [1], kwargs({ c: 8, d: 4, a: 0 })))).toBe("(1, 2, 8, (), 4, True, ['a'])")
  })

  test.each<[readonly Value[], Record<string, Value>, string]>([
    [[], { d: 1 }, "TypeError: f() missing 1 required positional argument: 'a'"],
    [[1], {}, "TypeError: f() missing 1 required keyword-only argument: 'd'"],
    [[1, 2, 3], { c: 3, d: 1 }, "TypeError: f() got multiple values for argument 'c'"],
  ])('%j %j', (args, named, message) => {
    expect(raised(() => call(vm, f, args, kwargs(named)))).toBe(message)
  })

  test('refuse what no parameter takes', () => {
    const g = native('g(a, /, b=0)', (_vm, [a]) => a)
    expect(raised(() => call(vm, g, [1, 2, 3]))).toBe(
      'TypeError: g() takes from 1 to 2 positional arguments but 3 were given',
    )
    expect(raised(() => call(vm, g, [1], kwargs({ x: 1 })))).toBe(
      "TypeError: g() got an unexpected keyword argument 'x'",
    )
    expect(raised(() => call(vm, g, [], kwargs({ a: 1 })))).toBe(
      "TypeError: g() got some positional-only arguments passed as keyword arguments: 'a'",
    )
  })

  test('defaults are values of Python', () => {
    const s = parseSignature("f(a=1.5, b=-2, c='x y', d=inf, e=True, g=1e-06)")
    expect(s.positional.map((p) => repr(vm, p.default as Value))).toEqual([
      '1.5',
      '-2',
      "'x y'",
      'inf',
      'True',
      '1e-06',
    ])
    expect(() => parseSignature('f(a=[])')).toThrow('the default [] is not understood')
    expect(() => natives({ 'f(a)': () => null, 'f(b)': () => null })).toThrow('f is declared twice')
  })
})

describe('classes of the host', () => {
  const Point = classOf({
    name: 'Point',
    module: 'shapes',
    methods: natives({
      '__init__(self, x, y=0)': (v, [self, x, y]) => {
        setAttr(v, self, 'x', x)
        setAttr(v, self, 'y', y)
        return null
      },
      '__add__(self, other)': (v, [self, other]) =>
        construct(v, Point, [getAttr(v, self, 'x'), getAttr(v, other, 'x')]),
      'shift(self, by, *, twice=False)': (v, [self, by]) => tuple([getAttr(v, self, 'x'), by]),
    }),
    properties: {
      norm: (v, self) => getAttr(v, self, 'x'),
      both: {
        get: (v, self) => tuple([getAttr(v, self, 'x'), getAttr(v, self, 'y')]),
        set: (v, self, value) => {
          setAttr(v, self, 'x', value)
        },
      },
    },
    attributes: { kind: 'point' },
  })

  test('have methods, properties and attributes', () => {
    const p = construct(vm, Point, [3], kwargs({ y: 4 }))
    expect(p instanceof PyInstance).toBe(true)
    expect(repr(vm, getAttr(vm, p, 'both'))).toBe('(3, 4)')
    setAttr(vm, p, 'both', 7)
    expect(getAttr(vm, p, 'norm')).toBe(7)
    expect(getAttr(vm, p, 'kind')).toBe('point')
    expect(repr(vm, callMethod(vm, p, 'shift', [1], kwargs({ twice: true })))).toBe('(7, 1)')
    expect(raised(() => setAttr(vm, p, 'norm', 1))).toBe(
      "AttributeError: property 'norm' of 'Point' object has no setter",
    )
    expect(repr(vm, Point)).toBe("<class 'shapes.Point'>")
  })

  test('cannot be changed by the program, unless mutable', () => {
    expect(raised(() => setAttr(vm, Point, 'kind', 'x'))).toBe(
      "TypeError: cannot set 'kind' attribute of immutable type 'Point'",
    )
    const own = classOf({ name: 'Own', module: 'shapes', mutable: true })
    setAttr(vm, own, 'kind', 'x')
    expect(getAttr(vm, construct(vm, own), 'kind')).toBe('x')
  })

  test('methods are found unbound where nothing stands in the way', () => {
    const p = construct(vm, Point, [1])
    expect(unboundMethod(p, 'shift') === undefined).toBe(false)
    setAttr(vm, p, 'shift', 5)
    expect(unboundMethod(p, 'shift') === undefined).toBe(true)
    expect(unboundMethod(Point, 'shift') === undefined).toBe(true)
  })
})

describe('attributes', () => {
  test('a missing one is undefined, None is a value', () => {
    const o = namespace({ a: null })
    expect(getAttr(vm, o, 'a')).toBe(null)
    expect(getAttrOr(vm, o, 'b')).toBe(undefined)
  })

  test('only an AttributeError counts as missing', () => {
    const failing = (cls: typeof types.ValueError) =>
      construct(vm, classOf({ name: 'F', module: 'm', properties: { a: (v) => v.raise(cls, 'inside') } }))
    expect(getAttrOr(vm, failing(types.AttributeError), 'a')).toBe(undefined)
    expect(raised(() => getAttrOr(vm, failing(types.ValueError), 'a'))).toBe('ValueError: inside')
    const stopped = construct(
      vm,
      classOf({ name: 'S', module: 'm', properties: { a: (v) => v.stop('unknown-name', 'inside') } }),
    )
    try {
      getAttrOr(vm, stopped, 'a')
      expect.unreachable()
    } catch (e) {
      expect(isAnalysisError(e) && e.code).toBe('unknown-name')
    }
  })

  test('__dict__ is live in both directions', () => {
    const o = namespace({ a: 1 })
    const d = attributeDict(vm, o)
    dictSet(vm, d, 'b', 2)
    expect(getAttr(vm, o, 'b')).toBe(2)
    setAttr(vm, o, 'c', 3)
    expect(repr(vm, d)).toBe("{'a': 1, 'b': 2, 'c': 3}")
    callMethod(vm, d, 'clear')
    expect(getAttrOr(vm, o, 'a')).toBe(undefined)
  })
})

test('leaving a loop early leaves the generator open', () => {
  const source = iterator([1, 2, 3, 4])
  for (const v of iterate(vm, source)) if (v === 2) break
  expect(collect(vm, source)).toEqual([3, 4])
})

describe('hash keys', () => {
  const same: readonly (readonly [Value, Value])[] = [
    [1, float(1)],
    [1, true],
    [2n ** 70n, float(2 ** 70)],
    [tuple([1, 'a']), tuple([float(1), 'a'])],
  ]
  // No `test.each`: a title made of the values would print every class they hang on.
  for (const [a, b] of same) {
    test(`${repr(vm, a)} is ${repr(vm, b)}`, () => {
      expect(hashKey(vm, a) === hashKey(vm, b)).toBe(true)
    })
  }

  const different: readonly (readonly [Value, Value])[] = [
    [1, '1'],
    [null, 'None'],
    [tuple([1, 2]), tuple([12])],
    [tuple(['a', 'b']), tuple(['a,b'])],
    [tuple(['s1:a']), tuple(['a'])],
    [tuple([]), '\0('],
    ['\0N', null],
    [float(0.5), '0.5'],
  ]
  for (const [a, b] of different) {
    test(`${repr(vm, a)} is not ${repr(vm, b)}`, () => {
      expect(hashKey(vm, a) === hashKey(vm, b)).toBe(false)
    })
  }

  test('None can be a value, and a key', () => {
    const d = makeDict(vm, [
      [null, 1],
      ['a', null],
    ])
    expect(dictGet(vm, d, null)).toBe(1)
    expect(dictGet(vm, d, 'a')).toBe(null)
    expect(dictGet(vm, d, 'b')).toBe(undefined)
    expect(raised(() => dictGet(vm, d, list()))).toBe("TypeError: unhashable type: 'list'")
  })

  test('a dict made of strings is found by strings', () => {
    expect(dictGet(vm, dict([['\0x', 1]]), '\0x')).toBe(1)
  })
})
