// The program where the packages of an agent are not installed: a copy of its sources beside all other packages.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inRepository } from '../support/sources.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  for (const name of ['src', 'schemas', 'prompts', 'hardware', 'catalogue', 'package.json', 'tsconfig.json'])
    cpSync(inRepository(name), join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  const peers = ['ai', '@ai-sdk', '@anthropic-ai']
  for (const name of readdirSync(inRepository('node_modules')).filter((n) => !peers.includes(n)))
    symlinkSync(inRepository('node_modules', name), join(folder, 'node_modules', name))
  mkdirSync(join(folder, 'own'))
  const source = 'from torch import nn\n\n\nclass Block(nn.Module):\n    def forward(self, x):\n        return x * x\n'
  writeFileSync(join(folder, 'own/my_model.py'), source)
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

const given = ['--module', 'my_model.Block', '--source', 'own', '--input', 'x=bf16[batch_size,seq_len,64]']

function analyze(...argv: readonly string[]) {
  const program = ['--import', 'tsx', 'src/cli/main.ts', 'analyze', ...given, ...argv]
  return spawnSync(process.execPath, program, { encoding: 'utf8', cwd: folder })
}

it.each([
  ['claude', [], 'the Claude Agent SDK is not installed', 'npm install @anthropic-ai/claude-agent-sdk'],
  ['ai', ['--agent-model', 'anthropic/m'], 'the AI SDK is not installed', 'npm install ai@6 @ai-sdk/anthropic@3'],
])('says how to install what runs the agent: %s', (runtime, more, message, hint) => {
  const { status, stdout, stderr } = analyze('--engine', 'agent', '--agent-runtime', runtime, ...more)
  const [error, install, ...rest] = stderr.trimEnd().split('\n')
  expect([status, stdout, rest]).toEqual([2, '', []])
  expect(error).toBe(`error agent-unavailable: ${message}`)
  expect(install).toContain(hint)
  expect(existsSync(join(folder, 'module_analysis.json'))).toBe(false)
})

it('does everything else, an agent that nobody needs included', () => {
  for (const engine of ['engine', 'auto']) {
    const { status, stderr } = analyze('--engine', engine)
    expect([status, stderr]).toEqual([0, ''])
    expect(existsSync(join(folder, 'module_analysis.json'))).toBe(true)
    rmSync(join(folder, 'module_analysis.json'))
  }
})
