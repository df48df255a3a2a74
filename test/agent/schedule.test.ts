// Dependency order, each class once, no more at a time than allowed.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runSchedule } from '../../src/cli/agent/schedule.ts'

type Graph = Readonly<Record<string, readonly string[]>>

async function order(
  graph: Graph,
  limit: number,
  late: Graph = {},
): Promise<{ readonly names: readonly string[]; readonly most: number }> {
  const names: string[] = []
  let [now, most] = [0, 0]
  await runSchedule('a', {
    needs: (name) => graph[name] ?? [],
    limit,
    work: async (name) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 1))
      now--
      names.push(name)
      return late[name] ?? []
    },
  })
  return { names, most }
}

it('starts a class when what it needs is done', async () => {
  const { names, most } = await order({ a: ['b', 'c'], b: ['d'], c: ['d'] }, 2)
  expect([names[0], names.at(-1), names.length, most]).toEqual(['d', 'a', 4, 2])
})

it('adds what turns out to be needed, and does not wait in circles', async () => {
  expect((await order({ a: ['b'], b: ['a'] }, 1, { a: ['c', 'b'] })).names).toEqual(['b', 'a', 'c'])
})

it('does everything once, in an order that holds, for any graph without circles', async () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f']
  const graphs = fc.tuple(...letters.map((_, i) => fc.subarray(letters.slice(i + 1))))
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 3 }), async (needs, limit) => {
      const graph = Object.fromEntries(letters.map((l, i) => [l, needs[i] ?? []]))
      const { names, most } = await order(graph, limit)
      expect(new Set(names).size).toBe(names.length)
      expect(most).toBeLessThanOrEqual(limit)
      for (const [i, name] of names.entries())
        for (const needed of graph[name] ?? []) expect(names.slice(0, i)).toContain(needed)
    }),
    { numRuns: 50 },
  )
})

it('starts nothing more after a failure, and waits for what runs', async () => {
  const names: string[] = []
  const run = runSchedule('a', {
    needs: (name) => (name === 'a' ? ['b', 'c', 'd'] : []),
    limit: 2,
    work: async (name) => {
      if (name === 'b') throw new Error('b failed')
      await new Promise((resolve) => setTimeout(resolve, 5))
      names.push(name)
      return []
    },
  })
  await expect(run).rejects.toThrow('b failed')
  expect(names).toEqual(['c'])
})
