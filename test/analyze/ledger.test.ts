// The line ledger of one function, and which functions belong to a class's ledger besides its forward().
import { describe, expect, test } from 'vitest'
import { functionAt, functionsNamedIn, ledgerOf, parseStatements } from '../../src/analyze/ledger.ts'
import { SourceFile } from '../../src/text/index.ts'

const text = `def rotate(x):
    return x


def eager(x):
    y = rotate(x)
    return y


class Attention:
    @no_grad()
    def forward(self, x):
        """What it does."""
        if self.fast:
            return self.quick(x)
        attend = find(eager)
        return attend(rotate(x)), self.fast.rotate

    def quick(self, x):
        return x

    def unused(self, x):
        return eager(x)
`
const file = new SourceFile('attention.py', text)
const tree = parseStatements(file)

describe('functions', () => {
  test('are found at their lines, decorators included', () => {
    expect([11, 12, 17].map((line) => functionAt(tree, line)?.name)).toEqual(['forward', 'forward', 'forward'])
    expect([1, 6, 20].map((line) => functionAt(tree, line)?.name)).toEqual(['rotate', 'eager', 'quick'])
    expect(functionAt(tree, 3)).toBeUndefined()
  })

  test('name those of their file and, by self, those of their class', () => {
    const named = (line: number) => functionAt(tree, line) ?? []
    const names = [named(12)].flat().map((fn) =>
      functionsNamedIn(fn, tree)
        .map((f) => f.name)
        .sort(),
    )
    expect(names).toEqual([['eager', 'quick', 'rotate']])
  })
})

describe('a ledger', () => {
  const linesOf = (at: number, executed: readonly number[], counted: readonly number[]) => {
    const fn = functionAt(tree, at)
    if (fn === undefined) throw new Error(`no function at line ${at}`)
    const coverage = { executed: new Set(executed), counted: new Map(counted.map((line) => [line, 2])) }
    return ledgerOf(file, fn, coverage).map((l) => `${l.line} ${l.status}: ${l.reason}`)
  }

  test('has every line but the docstring', () => {
    expect(linesOf(12, [12, 14, 16, 17], [17])).toEqual([
      '14 free: views and Python only',
      '15 not_reached: line 14 was not taken: if self.fast',
      '16 free: views and Python only',
      '17 counted: 2 kernels',
    ])
  })

  test('says that a function is not called', () => {
    expect(linesOf(5, [5], [])).toEqual([
      '6 not_reached: eager() is not called',
      '7 not_reached: eager() is not called',
    ])
  })
})
