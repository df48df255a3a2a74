// Where packages are found when no folder is given.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { environmentOf, findPackage } from '../../src/cli/node/environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
const [first, second] = ['one', 'two'].map((name) => join(folder, name, 'lib/python3.11/site-packages'))
const env = { VIRTUAL_ENV: join(folder, 'one'), CONDA_PREFIX: join(folder, 'two'), XDG_CACHE_HOME: folder }

beforeAll(() => {
  for (const path of ['one/plain', 'one/spread', 'two/plain', 'two/spread'])
    mkdirSync(join(folder, path.replace('/', '/lib/python3.11/site-packages/')), { recursive: true })
  writeFileSync(join(first ?? '', 'single.py'), '')
  writeFileSync(join(first ?? '', 'plain/__init__.py'), '')
  writeFileSync(join(second ?? '', 'spread/__init__.py'), '')
  mkdirSync(join(second ?? '', 'bare'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('takes a package with a file of its own, or a single file', () => {
  expect(findPackage(env, 'plain')).toBe(join(first ?? '', 'plain'))
  expect(findPackage(env, 'single')).toBe(join(first ?? '', 'single.py'))
})

it('takes a folder without such a file where nothing else has that name', () => {
  expect(findPackage(env, 'bare')).toBe(join(second ?? '', 'bare'))
  expect(findPackage(env, 'spread')).toBe(join(second ?? '', 'spread'))
  expect(findPackage(env, 'none')).toBe(undefined)
})

it('looks in the environment of an interpreter that is named first', () => {
  const named = environmentOf(join(folder, 'two/bin/python'), env)
  expect(findPackage(named, 'spread')).toBe(join(second ?? '', 'spread'))
  expect(findPackage(named, 'plain')).toBe(join(second ?? '', 'plain'))
  expect(environmentOf('python3', env)).toBe(env)
  expect(environmentOf(undefined, env)).toBe(env)
})
