// The analyses that come with the tool: complete, agreeing with what is known of each checkpoint, and enough to predict.
import { describe, expect, it } from 'vitest'
import { catalogueModels, modelAnalyses } from '../../src/cli/catalogue.ts'
import { evaluate, parse } from '../../src/sym/index.ts'
import { cli } from './run.ts'
import { validator } from './schemas.ts'

const valid = validator('prediction')

type Found = NonNullable<ReturnType<typeof modelAnalyses>>

/** Rows of a table of positions, where the analyses assume that there is one. */
function positionsOf({ analyses, variables }: Found): number {
  const conditions = analyses.flatMap((a) => a.assumptions.map((x) => x.condition))
  const name = 'config.max_position_embeddings'
  const hasTable = conditions.some((c) => /^\{(seq|cache|encoder)_len\}.* <= /.test(c) && c.endsWith(`{${name}}`))
  return hasTable ? (variables[name] ?? 0) : Infinity
}

/** What the table has to have room for: the source that an encoder reads, or the prompt and all tokens but the last. */
function tokensOf(analyses: Found['analyses'], input: number, output: number): number {
  return analyses.some((a) => a.phase === 'encode') ? Math.max(input, output - 1) : input + output - 1
}

describe.each(catalogueModels().map((m) => [m.id, m] as const))('%s', (id, model) => {
  const found = modelAnalyses(id)
  if (found === undefined) {
    it.todo('has analyses: npx tsx scripts/make-catalogue.ts --missing')
    return
  }

  it('has as many parameters as its analyses’ weights', () => {
    const values = new Map<string, number>(Object.entries(found.variables))
    for (const [name, value] of [
      ['w_bytes', 1],
      ['a_bytes', 2],
      ['batch_size', 2],
      ['seq_len', 32],
      ['cache_len', 32],
      ['encoder_len', found.sourceLength ?? 32],
    ] as const)
      values.set(name, value)
    for (const { memory } of found.analyses) {
      expect(Number(evaluate(parse(String(memory.weights)), values))).toBe(model.parameters.count)
    }
  })

  it.each([
    ['a usual request', '8', '2048', '256'],
    ['one sequence', '1', '1024', '128'],
    ['the shortest request', '1', '1', '1'],
    ['a prompt of one token', '4', '1', '6'],
    ['past every window', '2', '8000', '400'],
  ])('is predicted for %s', async (_, batch, input, output) => {
    // A source whose length the config sets takes no other.
    const source = found.sourceLength === undefined ? ['--input-len', input] : []
    const sizes = ['--batch', batch, ...source, '--output-len', output]
    const { code, out, err } = await cli('predict', id, '--hardware', 'h100-sxm', ...sizes, '--json')
    if (tokensOf(found.analyses, Number(input), Number(output)) > positionsOf(found)) {
      expect([code, err]).toEqual([3, expect.stringContaining('{config.max_position_embeddings}')])
      return
    }
    expect(err).toBe('')
    expect([0, 1]).toContain(code)
    expect(valid(JSON.parse(out))).toEqual([])
  })
})
