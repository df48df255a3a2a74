// The program as a process: exit codes, streams, signals.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const program = ['--import', 'tsx', join(import.meta.dirname, '../../src/cli/main.ts')]
const env = { ...process.env, XDG_CACHE_HOME: folder, HF_HUB_OFFLINE: '1' }
const call = (...argv: string[]) => spawnSync(process.execPath, [...program, ...argv], { encoding: 'utf8', env })

it('answers on stdout, without colours where nobody looks', () => {
  const { status, stdout, stderr } = call('hardware', 'show', 'h100-sxm')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('3.35 TB/s')
  expect(stdout).not.toContain('\u001b')
})

it('reports errors on stderr with exit code 2', () => {
  const { status, stdout, stderr } = call('hardware', 'show', 'h100')
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(
    'error unknown-hardware: h100\n  Nearest: h100-sxm, h100-pcie, h200-sxm.   All: lm-predictor hardware list\n',
  )
})

it('shows its help when nothing is asked', () => {
  const { status, stdout, stderr } = call()
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain('Usage: lm-predictor')
})

it('does not mind a reader that has seen enough', () => {
  const result = spawnSync(
    'sh',
    ['-c', `"$0" ${program.map((p) => `'${p}'`).join(' ')} models list --json | head -c 10`, process.execPath],
    { encoding: 'utf8', env },
  )
  expect(result.stderr).toBe('')
})

it('ends with 130 on Ctrl-C and leaves nothing half done', async () => {
  const python = join(folder, 'python')
  const marker = join(folder, 'started')
  writeFileSync(python, `#!/bin/sh\ntouch ${marker}\nsleep 20\n`, { mode: 0o755 })
  const child = spawn(process.execPath, [...program, 'sources', 'add', 'transformers==5.23.0', '--python', python], {
    env,
    detached: true,
    stdio: 'ignore',
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  while (!existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 20))
  // A terminal sends the signal to the whole group.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
  expect(await ended).toBe(130)
  expect(readdirSync(join(folder, 'lm-predictor/sources'))).toEqual([])
})

const built = join(import.meta.dirname, '../../dist/cli.js')

it.skipIf(!existsSync(built))('when built, checks what it reads with the schemas that the build has compiled', () => {
  const files = join(folder, 'analyses')
  mkdirSync(files)
  writeFileSync(join(files, 'own.Net.json'), '{"schema_version": 1, "class_name": "own.Net"}')
  const args = [built, 'expand', '--model', 'own.Net', '--module-analysis', files]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env, cwd: folder })
  expect(stderr).toMatch(/^error bad-analysis: own\.Net\.json: the whole must have required property /)
  expect(status).toBe(2)
})
