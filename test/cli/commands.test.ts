import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { cli } from './run.ts'
import { validator } from './schemas.ts'

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
const saved = { ...process.env }

beforeAll(() => {
  process.env['HF_HUB_OFFLINE'] = '1'
  process.env['XDG_CACHE_HOME'] = folder
  process.env['HF_HOME'] = folder
})

afterAll(() => {
  process.env = saved
  rmSync(folder, { recursive: true })
})

describe('help', () => {
  it.each(commands.map((c) => [c.path.join(' '), c] as const))('%s opens with an example', async (_, row) => {
    const { code, out } = await cli(...row.path, '--help')
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^Example: lm-predictor ${row.path.join(' ')}`))
    for (const option of row.options) expect(out).toContain(option.flags.split(' ')[0])
  })

  it('has examples that parse', () => {
    for (const row of commands) {
      const known = new Set(row.options.map((o) => o.flags.split(' ')[0]))
      for (const option of row.example.match(/ --[\w-]+/g) ?? [])
        expect(known, row.example).toContain(option.trim().replaceAll('_', '-'))
    }
  })

  it('lists the commands', async () => {
    const { code, out } = await cli('--help')
    expect(code).toBe(0)
    for (const name of new Set(commands.map((c) => c.path[0] ?? ''))) expect(out).toContain(name)
  })
})

describe('arguments', () => {
  it('that are missing or wrong are all reported, with exit code 2', async () => {
    const { code, err, out } = await cli(
      'predict',
      '--hardware',
      'h100',
      '--batch',
      '0',
      '--dtype',
      'bf61',
      '--frobnicate',
      'x',
      'a/b',
      'c',
      'd',
    )
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err.split('\n').filter((l) => l.startsWith('error'))).toEqual([
      'error bad-option: unknown option --frobnicate',
      'error bad-option: c: one argument too many',
      'error bad-option: d: one argument too many',
      'error bad-option: --dtype bf61: expected bf16, f16, f32',
      'error bad-option: --batch 0: expected an integer from 1 on',
      'error unknown-hardware: h100',
      'error unknown-model: a/b',
    ])
    expect(err).toContain('  Nearest: h100-sxm, h100-pcie, h200-sxm.   All: lm-predictor hardware list\n')
    expect(err).toContain('  Did you mean bf16?\n')
  })

  it('name the nearest model', async () => {
    const { code, err } = await cli('predict', 'meta-lama/Llama-3.1-8B', '--hardware', 'h100')
    expect(code).toBe(2)
    expect(err).toMatch(
      /^error unknown-hardware: h100\n.*\nerror unknown-model: meta-lama\/Llama-3.1-8B\n {2}Nearest in the catalogue: meta-llama\/Llama-3.1-8B\./,
    )
  })

  it('say how classes and model types are named', async () => {
    expect((await cli('trace', 'LlamaModel')).err).toContain(
      '  A class: its name with the module, as package.module.LlamaModel',
    )
    expect((await cli('trace', 'llava')).err).toContain(
      '  Defaults of a model type: a config.json with {"model_type": "llava"}',
    )
  })

  it('are errors as an object with --json', async () => {
    const { code, err } = await cli('predict', 'meta-llama/Llama-3.1-8B', '--json')
    expect(code).toBe(2)
    const report: unknown = JSON.parse(err)
    expect(validator('errors')(report)).toEqual([])
    expect(report).toHaveProperty('errors.0.message', 'no --hardware is given')
  })

  it('accept underscores', async () => {
    const { err } = await cli('predict', '--input_len', '0', '--memory_reserve=1')
    expect(err).toContain('--input-len 0: expected an integer from 1 on')
    expect(err).toContain('--memory-reserve 1: expected a share from 0 to below 1')
  })

  it.each([
    [['predit'], 'Did you mean lm-predictor predict?'],
    [['hardware', 'lst'], 'Did you mean lm-predictor hardware list?'],
    [['help', 'predit'], "unknown command 'predit'\n  Did you mean lm-predictor predict?"],
    [['hardware', 'help', 'lst'], 'Did you mean lm-predictor hardware list?'],
    [['hardware'], 'a command is missing\n  See lm-predictor --help.'],
    [['trace', '--batch'], 'See lm-predictor --help.'],
  ])('%j is no command', async (argv, hint) => {
    const { code, err } = await cli(...argv)
    expect(code).toBe(2)
    expect(err).toMatch(/^error bad-option: /)
    expect(err).toContain(hint)
  })

  it('of a call are checked together', async () => {
    const { code, err } = await cli(
      'trace',
      'meta-llama/Llama-3.1-8B',
      '--mask',
      'middle:3',
      '--input',
      'x',
      '--phase',
      'predecode',
    )
    expect(code).toBe(2)
    expect(err.match(/^error bad-option/gm)).toHaveLength(3)
    expect(err).toContain('Did you mean decode?')
  })

  it.each([
    [['inspect', 'a/b', '--model-id', 'c/d'], 'error bad-option: two models are given: a/b and c/d\n'],
    [['trace', 'a/b', '--input', 'x=f32[2]', '--input', 'x=f32[3]'], 'error bad-option: --input x=… is given twice\n'],
    [['verify', 'a/b', '--filter', 'x'], 'error bad-option: --filter is for --all\n'],
    [['trace', './nowhere'], 'error bad-file: there is no file or folder ./nowhere\n'],
  ])('name what contradicts itself or is not there: %j', async (argv, message) => {
    const { code, err } = await cli(...argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('name the command as a shell takes it', async () => {
    const { out } = await cli('memory', 'meta-llama/Llama-3.1-8B', '--json', '--output', "/tmp/it's a file.json")
    expect(out).toContain(String.raw`memory meta-llama/Llama-3.1-8B --json --output '/tmp/it'\\''s a file.json'"`)
  })

  it('say the version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await cli('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })
})

describe('lists', () => {
  it('of accelerators', async () => {
    const { code, out } = await cli('hardware', 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/^h100-sxm +NVIDIA H100 SXM +80\.0 GB +3\.35 TB\/s +989 T +1\.98 P +67\.0 T$/m)
    const json = await cli('hardware', 'list', '--json')
    expect(validator('hardware_list')(JSON.parse(json.out))).toEqual([])
  })

  it('of one accelerator, each fact with its source', async () => {
    const { code, out } = await cli('hardware', 'show', 'mi300x')
    expect(code).toBe(0)
    expect(out).toMatch(/^memory +192 GB +.*ml-engineering/m)
    expect((await cli('hardware', 'show')).code).toBe(2)
    expect((await cli('hardware', 'show', 'h1000')).err).toContain('error unknown-hardware: h1000')
    expect(validator('hardware_list')(JSON.parse((await cli('hardware', 'show', 'mi300x', '--json')).out))).toEqual([])
  })

  it('of models', async () => {
    const { code, out } = await cli('models', 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/^meta-llama\/Llama-3\.1-8B +8\.03 B +LlamaForCausalLM +bfloat16$/m)
    expect(validator('models_list')(JSON.parse((await cli('models', 'list', '--json')).out))).toEqual([])
  })
})

describe('sources', () => {
  /** A Python whose pip writes a package into the target that it is given. */
  function fakePython(body: string): string {
    const path = join(folder, 'python')
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    return path
  }

  const install = `
while [ $# -gt 0 ]; do case "$1" in --target) target="$2"; shift;; *==*) spec="$1";; esac; shift; done
mkdir -p "$target/transformers/models"
echo "__version__ = '5.23.0'" > "$target/transformers/__init__.py"
echo "x = 1" > "$target/transformers/models/a.py"
echo binary > "$target/transformers/lib.so"`

  it('are fetched by pip, Python files alone', async () => {
    const python = fakePython(install)
    const added = await cli('sources', 'add', 'transformers==5.23.0', '--python', python)
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(added.out).toMatch(/^transformers==5\.23\.0 {2}2 files, \d+ B {2}→ .*sources\/transformers-5\.23\.0\n$/)
    const path = join(folder, 'lm-predictor/sources/transformers-5.23.0/transformers')
    expect(readFileSync(join(path, 'models/a.py'), 'utf8')).toBe('x = 1\n')
    expect(() => readFileSync(join(path, 'lib.so'))).toThrow()
    const list = await cli('sources', 'list')
    expect(list.out).toMatch(/^transformers +5\.23\.0 +2 +\d+ B/m)
    const json: unknown = JSON.parse((await cli('sources', 'list', '--json')).out)
    expect(validator('sources')(json)).toEqual([])
  })

  it('need a version, and say what pip said', async () => {
    expect((await cli('sources', 'add', 'transformers', 'torch')).err.match(/expected NAME==VERSION/g)).toHaveLength(2)
    const python = fakePython('echo "ERROR: No matching distribution found" >&2; exit 1')
    const { code, err } = await cli('sources', 'add', 'transformers==0.0.99', '--python', python)
    expect(code).toBe(3)
    expect(err).toContain('could not fetch transformers==0.0.99\n  ERROR: No matching distribution found')
    expect((await cli('sources', 'list')).out).not.toContain('0.0.99')
  })
})
