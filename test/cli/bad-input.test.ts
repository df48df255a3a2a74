// What a user gets who gives something wrong: a code, the place, what to do, and the right exit code.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { howToFetch, pinnedSources } from '../support/sources.ts'
import { cli } from './run.ts'

const pinned = pinnedSources()
const transformers = pinned?.transformers ?? ''
const saved = process.cwd()
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  process.chdir(folder)
})

afterEach(() => {
  process.chdir(saved)
  rmSync(folder, { recursive: true })
})

function give(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** A module of the user's own whose `forward()` has the given lines, the first of them line 6. */
function giveModule(...lines: readonly string[]): void {
  const head = ['import torch', 'from torch import nn', '', 'class Mine(nn.Module):', '    def forward(self, x):']
  give('own/mine.py', `${[...head, ...lines.map((l) => `        ${l}`)].join('\n')}\n`)
}

const own = ['--source', 'own', '--input', 'x=bf16[batch_size,8]']

async function failing(...argv: readonly string[]): Promise<{ code: number; lines: string[] }> {
  const { code, out, err } = await cli(...argv, '--transformers', transformers)
  expect(out).toBe('')
  return { code, lines: err.trimEnd().split('\n') }
}

const traceMine = () => failing('trace', 'mine.Mine', ...own)

describe.skipIf(pinned === undefined)(`bad input (${howToFetch})`, { timeout: 60_000 }, () => {
  it('runs a module of the user’s own', async () => {
    giveModule('return torch.relu(x) + 1')
    const { code, out } = await cli('trace', 'mine.Mine', ...own, '--transformers', transformers, '--format', 'oracle')
    expect(code).toBe(0)
    expect(out.match(/"op":"[^"]+"/g)).toEqual(['"op":"aten.relu.default"', '"op":"aten.add.Tensor"'])
    const packaged = await cli('trace', 'own.mine.Mine', ...own, '--transformers', transformers)
    expect(packaged.code).toBe(0)
  })

  it('asks for names of inputs that go beside a cache', async () => {
    give('config.json', '{"model_type": "llama", "num_hidden_layers": 1}')
    const { code, lines } = await failing('trace', 'config.json', '--cache', '9', '--input', 'i64[1,4]')
    expect(code).toBe(2)
    expect(lines).toEqual([
      'error bad-option: --input without a name is for a call without a cache',
      '  Name it: --input "input_ids=i64[batch_size,seq_len]".',
    ])
  })

  it('takes the constructor’s arguments from a config', async () => {
    give(
      'mine.py',
      'from torch import nn\n\nclass Up(nn.Module):\n    def __init__(self, width, factor=4):\n        super().__init__()\n        self.up = nn.Linear(width, factor * width)\n\n    def forward(self, x):\n        return self.up(x)\n',
    )
    give('up.json', '{"width": 8}')
    const options = ['--source', '.', '--transformers', transformers, '--input', 'x=bf16[batch_size,8]']
    const { code, lines } = await failing('trace', 'mine.Up', '--source', '.', '--input', 'x=bf16[1,8]')
    expect([code, lines[0]]).toEqual([2, 'error bad-config: mine.Up() needs width'])
    expect(lines.at(-1)).toContain('--config FILE')
    const traced = await cli('trace', 'mine.Up', '--config', 'up.json', ...options, '--format', 'oracle')
    expect([traced.code, traced.err]).toEqual([0, ''])
    expect(traced.out).toContain('"op":"aten.addmm.default","in":["bf16[32]","bf16[1,8]","bf16[8,32]"]')
  })

  it.each([
    [
      'transformers.models.llama.modeling_llama.LlamaMPL',
      'error unknown-class: there is no class transformers.models.llama.modeling_llama.LlamaMPL in the given sources',
    ],
    [
      'transformers.models.llama.modeling_llama.apply_rotary_pos_emb',
      'error unknown-class: transformers.models.llama.modeling_llama.apply_rotary_pos_emb is not a class',
    ],
    [
      'transformers.models.llama.configuration_llama.LlamaConfig',
      'error no-forward: transformers.models.llama.configuration_llama.LlamaConfig has no forward()',
    ],
  ])('names a class that cannot be analysed: %s', async (name, message) => {
    const { code, lines } = await failing('analyze', '--module', name)
    expect([code, lines[0]]).toEqual([2, message])
  })

  it.each([
    ['--class', 'LlamaModle', '  Nearest: transformers.models.llama.modeling_llama.LlamaModel, '],
    [
      '--class',
      'transformers.models.llama.modeling_llama.LlamaMPL',
      '  Nearest: transformers.models.llama.modeling_llama.LlamaMLP, ',
    ],
  ])('names the classes nearest to %s %s', async (option, name, hint) => {
    give('config.json', '{"model_type": "llama", "num_hidden_layers": 1}')
    const { code, lines } = await failing('trace', 'config.json', option, name)
    expect(code).toBe(2)
    expect(lines[1]?.startsWith(hint)).toBe(true)
  })

  it('names the class nearest to one that is not called', async () => {
    give('config.json', '{"model_type": "llama", "num_hidden_layers": 1}')
    const { code, lines } = await failing('annotate', 'config.json', '--module', 'LlamaMLp')
    expect(code).toBe(2)
    expect(lines[0]).toBe('error unknown-class: transformers.models.llama.modeling_llama has no class LlamaMLp')
    expect(lines[1]).toMatch(/^ {2}Did you mean LlamaMLP\?/)
  })

  it('tells a class that is not called from one that does not exist', async () => {
    give('config.json', '{"model_type": "llama", "num_hidden_layers": 1}')
    const { code, lines } = await failing('annotate', 'config.json', '--module', 'LlamaForTokenClassification')
    expect([code, lines[0]]).toEqual([3, 'error not-on-inference-path: LlamaForTokenClassification is not called'])
  })

  it('wants a class with a forward()', async () => {
    give('own/mine.py', 'from torch import nn\n\nclass Mine(nn.Module):\n    pass\n')
    const { code, lines } = await traceMine()
    expect([code, lines[0]]).toEqual([2, 'error no-forward: mine.Mine has no forward()'])
  })

  it('says in SCRATCHPAD.md where the analysis of a class stopped', async () => {
    giveModule('if x.sum() > 0:', '    return x', 'return -x')
    const { code } = await failing('analyze', '--module', 'mine.Mine', ...own)
    expect(code).toBe(3)
    const notes = readFileSync('SCRATCHPAD.md', 'utf8')
    expect(notes).toContain('| 7 | not reached | the analysis stopped at mine.py:6 | `return x` |')
    expect(notes).toMatch(/^data-dependent-branch: .* at mine\.py:6$/m)
  })

  it('asks for one pass of a model that keeps no cache', async () => {
    giveModule('return x')
    const request = ['--hardware', 'h100-sxm', '--input-len', '8', '--output-len', '2']
    const { code, lines } = await failing('predict', 'mine.Mine', '--source', 'own', ...request)
    expect([code, ...lines]).toEqual([
      2,
      'error no-cache: Mine is no Transformers model, so it has no decode',
      '  Ask for one pass: --output-len 1.',
    ])
  })

  it.each([['trace', '--phase', 'prefill'], ['memory']])(
    'says that a model reads no tokens: %s',
    async (command, ...argv) => {
      give('config.json', '{"model_type": "vit", "num_hidden_layers": 1}')
      const { code, lines } = await failing(command, 'config.json', ...argv)
      expect([code, lines[0]]).toEqual([2, 'error no-cache: ViTModel reads no tokens, so it has no prefill'])
    },
  )

  it('wants a dtype that there is in a config', async () => {
    give('config.json', '{"model_type": "llama", "torch_dtype": "float99"}')
    const { code, lines } = await failing('trace', 'config.json')
    expect([code, lines[0]]).toEqual([2, 'error bad-config: torch_dtype: PyTorch has no dtype "float99"'])
  })

  it('says how a dtype of an input is written', async () => {
    giveModule('return x')
    const { code, lines } = await failing('trace', 'mine.Mine', '--source', 'own', '--input', 'x=float32[2,8]')
    expect(code).toBe(2)
    expect(lines[1]).toMatch(/^ {2}A tensor is dtype\[shape\], its dtype one of .*\bf32\b/)
  })

  it.each([
    [['--mask', 'left:99'], 'error bad-option: --mask left:99: a sequence has 32 positions to pad'],
    [
      ['--class', 'LlamaModel', '--mask', 'left:9'],
      'error bad-option: --mask is for a phase of generation, and this is one plain call of LlamaModel',
    ],
  ])('refuses a mask that does not apply: %j', async (argv, message) => {
    give('config.json', '{"model_type": "llama", "num_hidden_layers": 1}')
    const { code, lines } = await failing('trace', 'config.json', ...argv)
    expect([code, lines[0]]).toEqual([2, message])
  })

  it('names the folder of a file that is given as one', async () => {
    giveModule('return x')
    const { code, lines } = await failing('trace', 'mine.Mine', '--source', 'own/mine.py')
    expect([code, lines]).toEqual([
      2,
      ['error bad-file: --source: own/mine.py is no folder', '  Give the folder: own.'],
    ])
  })

  it('wants sources that are those of transformers', async () => {
    mkdirSync('empty')
    const { code, err } = await cli('analyze', '--module', 'a.B', '--transformers', 'empty')
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      `error not-transformers: no package transformers in ${join(process.cwd(), 'empty')}`,
    ])
  })

  it('reports all problems of a call at once', async () => {
    give('config.json', '{')
    const { code, err } = await cli(
      ...[
        'trace',
        'no-such-model',
        '--transformers',
        'nowhere',
        '--config',
        'config.json',
        '--batch',
        '0',
        '--attn',
        'flash',
        '--bath',
        '2',
      ],
    )
    expect(code).toBe(2)
    expect(err.match(/^error [\w-]+/gm)?.sort()).toEqual(
      ['bad-config', 'bad-file', 'bad-option', 'bad-option', 'bad-option', 'unknown-model'].map((c) => `error ${c}`),
    )
  })

  it('finds a syntax error where the call does not come by', async () => {
    giveModule('return x', '', 'def never(x):', '    return x +')
    const { code, lines } = await traceMine()
    expect(code).toBe(2)
    expect(lines[0]).toMatch(/^error syntax-error: /)
    expect(lines[1]).toMatch(/^ {2}mine\.py:9/)
    const analysed = await failing('analyze', '--module', 'mine.Mine', ...own)
    expect([analysed.code, analysed.lines[1]]).toEqual([2, lines[1]])
  })

  it.each([
    ['data-dependent-branch', 3, ['if x.sum() > 0:', '    return x', 'return -x'], 6],
    ['unsupported-op', 3, ['return torch.ops.mine.fused(x)'], 6],
    ['forbidden', 3, ["open('/etc/passwd')", 'return x'], 6],
    ['forbidden', 3, ['import os', "os.system('true')", 'return x'], 7],
    ['forbidden', 3, ["eval('1')", 'return x'], 6],
    ['forbidden', 3, ['import socket', 'socket.socket()', 'return x'], 7],
    ['forbidden', 3, ['import subprocess', "subprocess.run(['true'])", 'return x'], 7],
    ['python-error', 3, ["raise ValueError('no')"], 6],
    ['budget-exceeded', 3, ['return self.forward(x)'], 6],
    ['budget-exceeded', 3, ['while True:', '    x = abs(-1)'], 7],
  ])('stops with %s, its place and exit code %i', async (code, exit, body, line) => {
    giveModule(...body)
    const result = await traceMine()
    expect(result.lines[0]).toMatch(new RegExp(`^error ${code}: `))
    expect(result.lines[1]).toMatch(new RegExp(`^ {2}mine\\.py:${line} in Mine\\.forward`))
    expect(result.lines.length).toBeGreaterThan(2)
    expect(result.code).toBe(exit)
    expect(readFileSync('SCRATCHPAD.md', 'utf8')).toContain(`error ${code}: `)
  })

  it.each([
    ['a text stands for a number', { model_type: 'llama', hidden_size: 'large' }, 2],
    ['the model type is missing', { hidden_size: 64 }, 2],
  ])('says what is wrong with a config: %s', async (_, config, exit) => {
    give('config.json', JSON.stringify(config))
    const { code, lines } = await failing('trace', './config.json')
    expect(lines[0]).toMatch(/^error bad-config: .*(hidden_size|model_type)/)
    expect(code).toBe(exit)
  })

  it('stops on analysis files that are missing, broken or go in a circle', async () => {
    const { code } = await cli(
      'analyze',
      '--module',
      'transformers.models.llama.modeling_llama.LlamaMLP',
      '--recursive',
      '--transformers',
      transformers,
    )
    expect(code).toBe(0)
    const target = 'transformers.models.llama.modeling_llama.LlamaMLP'
    const expand = () => cli('expand', '--model', target, '--module-analysis', 'analysis_results')
    const linear = 'analysis_results/torch.nn.modules.linear.Linear.json'
    const text = readFileSync(linear, 'utf8')
    expect((await expand()).code).toBe(0)
    rmSync('model_analysis.json')
    writeFileSync(linear, text.replace('"basic"', '"plain"'))
    const broken = await expand()
    expect(broken.code).toBe(2)
    expect(broken.err).toMatch(/^error bad-analysis: torch\.nn\.modules\.linear\.Linear\.json: \/kernels\/0/)
    rmSync(linear)
    const missing = await expand()
    expect([missing.code, missing.err.split('\n')[0]]).toMatchObject([
      2,
      expect.stringContaining('error missing-analysis: ') as string,
    ])
    expect(readFileSync('SCRATCHPAD.md', 'utf8')).toContain('torch.nn.modules.linear.Linear')
    const activation = 'analysis_results/transformers.activations.SiLUActivation.json'
    const { kernels } = JSON.parse(readFileSync(`analysis_results/${target}.json`, 'utf8')) as { kernels: unknown[] }
    writeFileSync(linear, text)
    const own = JSON.parse(readFileSync(activation, 'utf8')) as object
    writeFileSync(
      activation,
      JSON.stringify({ ...own, kernels: [kernels[1]] }).replaceAll('{config.intermediate_size}', '{input_2}'),
    )
    const circle = await expand()
    expect([circle.code, circle.err.split('\n')[0]]).toMatchObject([
      2,
      expect.stringContaining('error reference-cycle: ') as string,
    ])
    expect(existsSync('model_analysis.json')).toBe(false)
  })
})

describe('interrupts and full disks', { timeout: 60_000 }, () => {
  const built = join(import.meta.dirname, '../../dist/cli.js')
  const ready = pinned !== undefined && existsSync(built)

  it.skipIf(!ready)('ends with 130 in the middle of an analysis and leaves no file', async () => {
    giveModule('while True:', '    sorted(range(2000))')
    const child = spawn(
      process.execPath,
      [built, 'trace', 'mine.Mine', ...own, '--transformers', transformers, '--output', 'trace.txt'],
      { stdio: 'ignore' },
    )
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(readdirSync('.')).toEqual(['own'])
  })

  const disk = () => join(folder, 'disk')
  const mounts = (): boolean => {
    mkdirSync(disk())
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk()]).status === 0
  }

  it.skipIf(!ready)('says that the disk is full', async (context) => {
    if (!mounts()) return context.skip()
    try {
      writeFileSync(join(disk(), 'filler'), 'x'.repeat(60_000))
      giveModule('for i in range(300):', '    x = x + 1', 'return x')
      const { code, lines } = await failing(
        'trace',
        'mine.Mine',
        ...own,
        '--output',
        join(disk(), 'trace.json'),
        '--json',
      )
      expect(code).toBe(2)
      expect(lines.join('')).toContain('trace.json: no space is left on the device')
      expect(readdirSync(disk())).toEqual(['filler'])
    } finally {
      spawnSync('umount', [disk()])
    }
  })
})
