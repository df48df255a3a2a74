// Every program of torch_ops.txt does in the engine what it did in PyTorch: the same kernels with the same operands, strides
// and bytes, the same result or the same exception. torch_ops.json is recorded by scripts/record_ops.py.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { difference, runCase, type Recorded } from './conformance.ts'
import { torchVm } from './machine.ts'

const folder = new URL('../fixtures/', import.meta.url)
const recorded = JSON.parse(readFileSync(new URL('torch_ops.json', folder), 'utf8')) as Recorded

/** The programs under each heading of torch_ops.txt. */
function sections(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let programs: string[] = []
  for (const line of readFileSync(new URL('torch_ops.txt', folder), 'utf8').split('\n')) {
    if (line.startsWith('# ')) found.set(line.slice(2), (programs = []))
    else if (line.trim() !== '') programs.push(line.split('  #')[0]?.trim() ?? '')
  }
  return found
}

describe('programs recorded from PyTorch', () => {
  const vm = torchVm()
  const byCode = new Map(recorded.cases.map((c, i) => [c.code, { c, i }]))
  it.each([...sections()])('%s', (_title, programs) => {
    const differences = programs.map((code) => {
      const found = byCode.get(code)
      if (found === undefined) return `${code}: not recorded, run scripts/record_ops.py`
      return difference(found.c, runCase(vm, recorded.prelude, code, found.i))
    })
    expect(differences.filter((d) => d !== undefined)).toEqual([])
  })
})
