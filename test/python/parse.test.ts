// Reading a file lazily gives the tree that parsing it at once gives, node by node and position by position.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseLazily, parseWhole } from '../../src/python/index.ts'
import { isAnalysisError, SourceFile } from '../../src/text/index.ts'

/** A tree as plain data, getters read. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain)
  if (typeof node !== 'object' || node === null) return node
  const names = new Set(Object.keys(node))
  for (let p: unknown = node; p !== null && p !== Object.prototype; p = Object.getPrototypeOf(p)) {
    for (const [name, d] of Object.entries(Object.getOwnPropertyDescriptors(p))) {
      if (d.get !== undefined && !['header', 'headerText'].includes(name)) names.add(name)
    }
  }
  names.delete('withoutDefaults')
  const entries = [...names].sort().map((name) => [name, plain((node as Record<string, unknown>)[name])] as const)
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined))
}

const fixture = (name: string): SourceFile => {
  const path = fileURLToPath(new URL(`../fixtures/python/${name}`, import.meta.url))
  return new SourceFile(name, readFileSync(path, 'utf8'))
}

describe('lazy reading', () => {
  test.each(['shapes.py', 'lines.py'])('%s', (name) => {
    const file = fixture(name)
    const lazy = parseLazily(file)
    expect(lazy.some((s) => Object.getPrototypeOf(s) !== Object.prototype)).toBe(true)
    expect(plain(lazy)).toEqual(plain(parseWhole(file)))
  })

  test('every prefix of a file that parses reads the same both ways', () => {
    const lines = fixture('shapes.py').text.split('\n')
    for (let n = 1; n < lines.length; n += 3) {
      const file = new SourceFile('prefix.py', lines.slice(0, n).join('\n'))
      let whole: unknown
      try {
        whole = plain(parseWhole(file))
      } catch {
        continue
      }
      expect(plain(parseLazily(file))).toEqual(whole)
    }
  })
})

/** Where and why a text does not parse. */
function failure(text: string): string {
  try {
    plain(parseLazily(new SourceFile('bad.py', text)))
    return 'parsed'
  } catch (e) {
    if (!isAnalysisError(e)) throw e
    return `${e.code} ${e.span?.line ?? 0}`
  }
}

describe('syntax errors', () => {
  test.each([
    ['x = 1\ny = = 2\n', 'syntax-error 2'],
    ['x = (1,\n\n\n', 'syntax-error 4'],
    ['x = "abc\n', 'syntax-error 1'],
    ['def f():\n    x = 1\n   y = 2\n', 'syntax-error 3'],
    ['def f():\n    pass\n\n\ndef g():\n    return +\n', 'syntax-error 6'],
    ['class A:\n    def f(self):\n        x = 1 +\n', 'syntax-error 3'],
    ['class A(:\n    pass\n', 'syntax-error 1'],
    ['def f(a b):\n    pass\n', 'syntax-error 1'],
    ['x = 1\n    y = 2\n', 'syntax-error 2'],
    ['def f():\npass\n', 'syntax-error 2'],
    ['x = )\n', 'syntax-error 1'],
    ['@decorator\nx = 1\n', 'syntax-error 1'],
    ['x = $\n', 'syntax-error 1'],
  ])('%j', (text, expected) => {
    expect(failure(text)).toBe(expected)
  })
})
