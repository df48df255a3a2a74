// The oracle's own reading and comparing, without an engine: a recording compared with itself, and with a replay that
// goes astray.
import { describe, expect, test } from 'vitest'
import { compare, explain, lineText, readTrace, type OracleLine } from './support/oracle.ts'
import { inRepository } from './support/sources.ts'

const trace = readTrace(inRepository('test', 'fixtures', 'traces', 'llama.jsonl.gz'))
const [prefill, decode] = trace.phases
if (!prefill || !decode) throw new Error('the fixture has four phases')
const lines = prefill.lines.map((line) => JSON.parse(line) as OracleLine)

describe('a recorded trace', () => {
  test('says what to replay', () => {
    expect(prefill.request).toMatchObject({ phase: 'prefill', batch: 1, seq: 7, cache: 0, dtype: 'bf16' })
    expect(decode.request).toMatchObject({ phase: 'decode', batch: 1, seq: 1, cache: 7 })
    expect(prefill.request.className).toBe('transformers.models.llama.modeling_llama.LlamaForCausalLM')
  })

  test('keeps the text of the config, floats included', () => {
    expect(JSON.parse(prefill.request.config)).toMatchObject({ model_type: 'llama', num_hidden_layers: 2 })
    expect(prefill.request.config).toContain('"rope_theta":10000.0')
  })

  test('is equal to itself', () => {
    expect(lines.map(lineText)).toEqual(prefill.lines)
    expect(compare(prefill, lines)).toEqual({ expected: lines.length, got: lines.length, difference: undefined })
  })

  test('names the first kernel and the fields that differ', () => {
    const astray = lines.map((line, i) => (i === 4 ? { ...line, read: 1, at: 'x.py:1' } : line))
    const comparison = compare(prefill, astray)
    expect(comparison.difference).toMatchObject({ index: 4, fields: ['read', 'at'], expected: prefill.lines[4] })
    expect(explain(trace, prefill, comparison)).toContain('llama prefill b1 s7: kernel 4 differs in read, at')
  })

  test('a replay that ends early, or goes on, differs', () => {
    expect(compare(prefill, lines.slice(0, -1)).difference).toMatchObject({
      index: lines.length - 1,
      got: undefined,
    })
    expect(compare(prefill, [...lines, ...lines.slice(0, 1)]).difference?.expected).toBeUndefined()
  })

  test('costs beyond 2^53 are exact', () => {
    const [first] = lines
    if (!first) throw new Error('empty')
    expect(lineText({ ...first, matmul_flops: 2n ** 60n })).toContain('"matmul_flops":1152921504606846976,')
  })
})
