// What the engine does for somebody who analyses by hand: the lines to account for, traces of single functions, stops.
import { describe, expect, it } from 'vitest'
import { describeStop, listLines, traceSnippet } from '../../src/agent/index.ts'
import { projectOf } from '../support/override-cases.ts'

const source = `import torch
from torch import nn


def scale(x, by):
    """Twice and more."""
    # a remark
    return x * by


class Block(nn.Module):
    def __init__(self, hidden_size):
        super().__init__()
        self.fc = nn.Linear(hidden_size, hidden_size, bias=False)

    def mixed(self, x):
        return x.mean()

    def forward(self, x):
        """What it does."""
        y = self.fc(x)
        z = scale(
            y,
            2,
        )
        if torch.equal(y, z):
            return self.mixed(z)
        return z
`

const project = projectOf({ 'case.py': source })

describe('listLines', () => {
  const lines = listLines(project, 'case.Block')

  it('gives forward() and what it calls in its file, without docstrings and remarks', () => {
    expect(lines.map((l) => [l.line, l.inside])).toEqual([
      ...[21, 22, 23, 24, 25, 26, 27, 28].map((n) => [n, 'Block.forward']),
      [8, 'scale'],
      [17, 'Block.mixed'],
    ])
  })

  it('marks the lines that may launch something', () => {
    expect(lines.filter((l) => l.computes).map((l) => l.line)).toEqual([21, 22, 26, 27, 8, 17])
  })

  it('quotes them', () => {
    expect(lines[0]).toMatchObject({ file: 'case.py', line: 21, text: 'y = self.fc(x)' })
  })

  it('stops for a class that is not there', () => {
    expect(() => listLines(project, 'case.Ghost')).toThrow(/there is no class case.Ghost/)
  })
})

describe('traceSnippet', () => {
  it('traces a function with sizes as variables', () => {
    const trace = traceSnippet(project, {
      name: 'case.scale',
      inputs: ['x=bf16[batch_size, 2*hidden_size]'],
      args: { by: 2 },
      sizes: { batch_size: 3, hidden_size: 8 },
    })
    expect(trace.returns).toEqual(['bf16[{batch_size}, 2 * {hidden_size}]'])
    expect(trace.kernels).toEqual([
      {
        aten: 'aten.mul.Tensor',
        at: 'case.py:8',
        in: ['bf16[{batch_size}, 2 * {hidden_size}]'],
        out: ['bf16[{batch_size}, 2 * {hidden_size}]'],
        flops: '2 * {batch_size} * {hidden_size}',
        matmul_flops: '0',
        read: '2 * {batch_size} * {hidden_size} * {a_bytes}',
        write: '2 * {batch_size} * {hidden_size} * {a_bytes}',
      },
    ])
  })

  it('constructs a class and stops where the engine does', () => {
    const error = stopOf(() =>
      traceSnippet(project, { name: 'case.Block', inputs: ['x=bf16[4,8]'], init: { hidden_size: 8 } }),
    )
    expect(describeStop(error, project)).toMatchObject({
      code: 'data-dependent-branch',
      helps: 'branch',
      wanted: 'torch.equal()',
      at: { file: 'case.py', line: 26, text: 'if torch.equal(y, z):' },
    })
  })

  it.each([
    ['x=bf16', /expected NAME=dtype\[shape\]/],
    ['x=bf16[n]', /no size is given for n/],
    ['x=bf16[-2]', /is no size/],
  ])('refuses the input %s', (input, message) => {
    expect(() => traceSnippet(project, { name: 'case.scale', inputs: [input], args: { by: 2 } })).toThrow(message)
  })
})

function stopOf(run: () => unknown): unknown {
  try {
    run()
  } catch (e) {
    return e
  }
  throw new Error('nothing stopped it')
}

describe('describeStop', () => {
  it('is nothing for an error that is no stop', () => {
    expect(describeStop(new Error('other'))).toBeUndefined()
  })

  it('offers no entry where none helps', () => {
    const error = stopOf(() => traceSnippet(project, { name: 'case.ghost', inputs: [] }))
    expect(describeStop(error)).toMatchObject({ code: 'unknown-class', helps: null, name: null })
  })
})
