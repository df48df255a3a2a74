// When the analysis of a step holds for caches that its prefill did not leave.
import { describe, expect, test } from 'vitest'
import { stepping } from '../../src/analyze/steady.ts'
import { call, getAttr, hostModules, overlays, Vm } from '../../src/python/index.ts'
import { Scope } from '../../src/sym/index.ts'
import { memorySources } from '../../src/text/index.ts'
import { torchModules, torchOverlays } from '../../src/torch/index.ts'

/** What is assumed of the cache's length after a prefill of so many tokens, and a step. */
function assumed(program: string, length = 12): readonly string[] {
  const scope = new Scope()
  const vm = new Vm({
    scope,
    sources: memorySources(new Map()),
    roots: new Map(),
    hostModules: [...hostModules, ...torchModules],
    overlays: [...overlays, ...torchOverlays(false)],
  })
  const module = vm.runModuleText('probe', program)
  const tokens = scope.variable('cache_len', length)
  vm.guard(() => {
    const since = scope.assumed
    const past = call(vm, getAttr(vm, module, 'prefill'), [tokens])
    const run = (): typeof past => call(vm, getAttr(vm, module, 'step'), [past, tokens])
    stepping(vm, scope, { since, model: null, past, run, cacheOf: (output) => output })
  })
  return scope.assumptions.map((a) => a.text)
}

const loop = `
import torch

def prefill(n):
    state = {"h": torch.empty(4, device="meta"), "seen": 0}
    for i in range(n):
        state["h"] = torch.tanh(state["h"])
    return state
`
const attending = loop.replace('"seen": 0', '"keys": torch.empty(n, 8, device="meta")')

describe('after a prefill that loops over its tokens', () => {
  test('a state that a step leaves as it was is the same after every step', () => {
    const step = `
def step(state, n):
    return {**state, "h": torch.tanh(state["h"])}
`
    expect(assumed(loop + step)).toEqual(['cache_len >= 12'])
  })

  test('one token alone is no variable', () => {
    expect(assumed(`${loop}\ndef step(state, n):\n    return state\n`, 1)).toEqual([])
  })

  test('so is one that has grown by a token', () => {
    const step = `
def step(state, n):
    keys = torch.cat([state["keys"], torch.empty(1, 8, device="meta")])
    return {**state, "h": torch.tanh(state["h"]), "keys": keys}
`
    expect(assumed(attending + step)).toEqual(['cache_len >= 12'])
  })

  test('what a step assumes itself is kept', () => {
    const step = `
def step(state, n):
    if n < 100:
        state["h"] = torch.tanh(state["h"])
    return state
`
    expect(assumed(loop + step)).toEqual(['cache_len < 100', 'cache_len >= 12'])
  })

  test.each([
    ['counts', 'state["seen"] += 1'],
    ['has another shape', 'state["h"] = torch.cat([state["h"], state["h"]])'],
    ['has other strides', 'state["h"] = torch.empty(8, device="meta")[::2]'],
    ['shares memory', 'state["h2"] = state["h"] = state["h"][:]'],
    ['has another type', 'state["seen"] = False'],
    ['knows other values', 'state["h"] = torch.ones(4)'],
    ['asks for a pattern', 'state["h"] = torch.tanh(state["h"]) if n % 4 == 0 else state["h"]'],
  ])('one that %s is not', (_, change) => {
    expect(assumed(`${loop}\ndef step(state, n):\n    ${change}\n    return state\n`)).toContain('cache_len == 12')
  })

  test('one that does not grow with the tokens where its prefill did is not', () => {
    expect(assumed(`${attending}\ndef step(state, n):\n    return state\n`)).toContain('cache_len == 12')
  })

  test('what is remembered by the number of tokens speaks for that one', () => {
    const step = `
import functools

@functools.lru_cache
def size(n):
    return n

def step(state, n):
    return state
`
    const remembering = loop.replace('range(n)', 'range(size(n))')
    expect(assumed(remembering + step)).toContain('cache_len == 12')
  })
})

test('after a prefill of chunks, whatever is left over', () => {
  const program = `
import torch

def prefill(n):
    seen = torch.tensor([0])
    seen += n
    return torch.empty(4 if n % 8 == 4 else 8, device="meta"), seen

def step(past, n):
    state, seen = past
    seen += 1
    return torch.tanh(state), seen
`
  expect(assumed(program)).toEqual(['cache_len >= 12'])
})
