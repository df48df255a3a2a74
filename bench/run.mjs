// The benchmarks, compared in one run: whole processes of the built program, the same work again within one process, and
// PyTorch's FlopCounterMode on the meta device beside them where a Python with torch and transformers is named.
// usage: node scripts/build.mjs && npx tsx bench/run.mjs --transformers DIR [--python PATH] [--runs N]
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { ModelAnalyzer } from '../src/analyze/index.ts'
import { findModel, modelConfigText } from '../src/cli/catalogue.ts'
import { fileSources } from '../src/cli/node/provider.ts'
import { analysesInMemory, expandModel } from '../src/expand/index.ts'
import { loadModel, parseJson, traceLoaded } from '../src/index.ts'
import { compile, parse } from '../src/sym/index.ts'

const { values } = parseArgs({
  options: { transformers: { type: 'string' }, python: { type: 'string' }, runs: { type: 'string', default: '5' } },
})
const transformers = values.transformers
if (transformers === undefined || !readdirSync(transformers).includes('__init__.py')) {
  console.error('name the folder of the transformers package: --transformers DIR')
  process.exit(2)
}
const runs = Number(values.runs)
const models = ['meta-llama/Llama-3.1-8B', 'deepseek-ai/DeepSeek-V3'].filter((id) => findModel(id) !== undefined)
const rows = []

function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1]
}

function row(what, times, note = '') {
  rows.push({ what, ms: median(times), best: Math.min(...times), note })
}

function timed(count, run) {
  return Array.from({ length: count }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
}

function processTimes(command, args) {
  return timed(runs, () => {
    const { status, stderr } = spawnSync(command, args, { maxBuffer: 1 << 30 })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  })
}

const project = () => ({
  sources: fileSources([dirname(transformers)]),
  roots: new Map([['transformers', transformers]]),
})
const provenance = { tool: 'lm-predictor', version: '', command: '', sources: [], config_sha256: null }

row('node, doing nothing', processTimes(process.execPath, ['-e', '0']))
row(
  'predict from the catalogue',
  processTimes(process.execPath, ['dist/cli.js', 'predict', models[0], '--hardware', 'h100-sxm', '--batch', '8']),
)
for (const id of models) {
  const args = [
    'dist/cli.js',
    'trace',
    id,
    '--transformers',
    transformers,
    '--batch',
    '2',
    '--seq',
    '32',
    '--format',
    'oracle',
  ]
  row(`trace ${id}, whole process`, processTimes(process.execPath, args))
  const spec = { config: parseJson(modelConfigText(id)) }
  const model = loadModel(project(), spec)
  const call = { batch: 2, seq: 32, cache: 0 }
  const kernels = traceLoaded(model, call).calls.length
  row(
    `trace ${id}, warm`,
    timed(runs, () => traceLoaded(model, call)),
    `${kernels} kernels`,
  )
  const request = { ...spec, phase: 'extend', sizes: { batch_size: 2, seq_len: 32, cache_len: 32 } }
  let analysis
  row(
    `analysis with formulas ${id}, build included`,
    timed(runs, () => {
      const run = new ModelAnalyzer(project(), provenance, request).run()
      analysis = expandModel(run.root, analysesInMemory(run.analyses))
    }),
    `${analysis.assumptions.length} assumptions`,
  )
  grid(id, analysis)
}

/** Formulas on a batch × length grid. */
function grid(id, analysis) {
  const names = Object.keys(analysis.variables)
  const formulas = compile([parse(analysis.totals.flops)], names)
  const points = 1_000_000
  const columns = names.map((name) => {
    const column = new Float64Array(points).fill(analysis.variables[name].value)
    if (name === 'batch_size') column.forEach((_, i) => (column[i] = 2 + (i % 1000)))
    if (name === 'seq_len') column.forEach((_, i) => (column[i] = 2 + Math.floor(i / 1000)))
    return column
  })
  const times = timed(runs, () => formulas.columns(columns, points))
  row(
    `total FLOPs of ${id} on a grid of 1000 × 1000`,
    times,
    `${((points / median(times)) * 1000).toExponential(1)} points/s`,
  )
}

const flopCounter = `
import json, sys, torch
from torch.utils.flop_counter import FlopCounterMode
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers import AutoModelForCausalLM
config = json.load(open(sys.argv[1]))
config = CONFIG_MAPPING[config["model_type"]].from_dict(config)
with torch.device("meta"), torch.no_grad():
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    with FlopCounterMode(display=False):
        model(input_ids=torch.zeros(2, 32, dtype=torch.int64))
`

if (values.python !== undefined) {
  const { mkdtempSync, writeFileSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  for (const id of models) {
    const config = join(folder, 'config.json')
    writeFileSync(config, modelConfigText(id))
    row(`FlopCounterMode ${id}, whole process`, processTimes(values.python, ['-c', flopCounter, config]))
  }
  rmSync(folder, { recursive: true })
}

for (const { what, ms, best, note } of rows) {
  const beside = rows.find(
    (r) =>
      what.startsWith('trace') && what.endsWith('whole process') && r.what === what.replace('trace', 'FlopCounterMode'),
  )
  const ratio = beside === undefined ? '' : `${(beside.ms / ms).toFixed(1)} × FlopCounterMode's speed`
  console.log(
    `${what.padEnd(64)} median ${ms.toFixed(0).padStart(6)} ms  best ${best.toFixed(0).padStart(6)} ms  ${[note, ratio].filter(Boolean).join('  ')}`,
  )
}
