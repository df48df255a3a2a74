// JSON as Python's json module reads and writes it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonFloat, parseJson, printJson, type Json } from '../../src/huggingface/index.ts'

test('floats are told apart from integers, and Infinity and NaN are numbers', () => {
  const text = '{"a": 1.0, "b": 1, "c": [1e3, -Infinity, NaN], "d": "1.0 NaN", "e": -2.50}'
  expect(parseJson(text)).toEqual({
    a: new JsonFloat(1),
    b: 1,
    c: [new JsonFloat(1000), new JsonFloat(-Infinity), new JsonFloat(NaN)],
    d: '1.0 NaN',
    e: new JsonFloat(-2.5),
  })
  expect(printJson(parseJson(text))).toBe('{"a":1.0,"b":1,"c":[1000.0,-Infinity,NaN],"d":"1.0 NaN","e":-2.5}')
})

test('an error says what is wrong', () => {
  expect(() => parseJson('{"limit": [0.0, Infinity], "b": }')).toThrow(/Unexpected token '}'/)
  expect(() => parseJson('{"a": Infinit}')).toThrow(SyntaxError)
})

test('what is written reads back as it was', () => {
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.double({ noNaN: true }).map((x) => new JsonFloat(Object.is(x, -0) ? 0 : x)),
      fc.string(),
      fc.array(tie('json')),
      fc.dictionary(fc.string(), tie('json'), { noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(json, (x) => {
      expect(parseJson(printJson(x))).toEqual(x)
    }),
  )
})
