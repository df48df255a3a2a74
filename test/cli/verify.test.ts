// `verify` with a stand-in for the user's Python: it takes the recorder's options, refuses those that the recorder doesn't
// declare, and hands in what PyTorch launched when the repository's recordings were made, with a float that JSON doesn't have.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { engine } from '../../src/cli/engine.ts'
import { readTrace } from '../support/oracle.ts'
import { howToFetch, inRepository, pinnedSources } from '../support/sources.ts'

const sources = pinnedSources()
const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-verify-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program that is called as Python would be, and answers with one of the recordings. */
function python(recording: string): string {
  const path = join(folder, recording)
  const program = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs')
const { gunzipSync, gzipSync } = require('node:zlib')
const [script, out, ...args] = process.argv.slice(2)
const declared = [...readFileSync(script, 'utf8').matchAll(/add_argument\\("(--[\\w-]+)"/g)].map((m) => m[1])
const unknown = args.filter((a) => a.startsWith('--') && !declared.includes(a))
if (unknown.length > 0) {
  console.error('unrecognized arguments: ' + unknown.join(' '))
  process.exit(2)
}
const label = args[args.indexOf('--run') + 1]
const [head, ...lines] = gunzipSync(readFileSync(${JSON.stringify(inRepository('test', 'fixtures', 'traces', `${recording}.jsonl.gz`))})).toString().split('\\n')
const { remote, cls } = JSON.parse(head)
if (remote) {
  const [folder, shown, named] = ['--remote', '--shown', '--class'].map((name) => args[args.indexOf(name) + 1])
  const [module, name] = cls.split('.').slice(-2)
  if (!folder.endsWith('/' + remote) || named !== module + '.' + name || !lines[0].includes('"at":"' + shown)) process.exit(3)
}
const own = lines.filter((l) => l.startsWith('{"phase":' + JSON.stringify(label)))
writeFileSync(out + '/trace.jsonl.gz', gzipSync([head.replace('"config":{', '"config":{"time_step_limit":[0.0,Infinity],'), ...own].join('\\n') + '\\n'))
`
  writeFileSync(path, program)
  chmodSync(path, 0o755)
  return path
}

describe.skipIf(!sources)(sources ? 'verify' : `verify: ${howToFetch}`, () => {
  test.each(['llama.left', 'llama.eager', 'gemma2.f16', 'llama.embeds', 'bert.forward', 't5.generation'])(
    'asks the recorder for what %s is a recording of',
    { timeout: 60_000 },
    async (name) => {
      const { phases } = readTrace(inRepository('test', 'fixtures', 'traces', `${name}.jsonl.gz`))
      for (const { name: label, lines, request } of phases) {
        const config = join(folder, 'config.json')
        writeFileSync(config, request.config)
        const { attn, dtype, className, phase, batch, seq, cache, encoder, mask } = request
        const inputs = Object.entries(request.inputs ?? {}).map(([k, v]) => `${k}=${v}`)
        const call = { phase, batch, seq, cache, encoder, mask, inputs }
        const model = { model: config, config, transformers: sources?.transformers, className, attn, dtype }
        const { kernels, differences } = await engine.verify(model, call, python(name), false)
        expect({ label, kernels, differences }).toEqual({ label, kernels: lines.length, differences: [] })
      }
    },
  )

  test('says that a program recorded nothing', { timeout: 60_000 }, async () => {
    const config = join(folder, 'config.json')
    writeFileSync(config, '{"model_type": "llama", "num_hidden_layers": 1}')
    const call = { phase: undefined, batch: 1, seq: 4, cache: 0, inputs: [] }
    const model = { model: config, transformers: sources?.transformers, className: undefined }
    const path = join(folder, 'nothing')
    writeFileSync(path, `#!${process.execPath}\n`)
    chmodSync(path, 0o755)
    await expect(engine.verify(model, call, path, false)).rejects.toMatchObject({
      code: 'source-not-found',
      message: `${path} ran and recorded nothing`,
    })
  })

  test('asks for code that comes with a model, once that may run', { timeout: 60_000 }, async () => {
    const name = 'chat_tiny.remote'
    const { phases } = readTrace(inRepository('test', 'fixtures', 'traces', `${name}.jsonl.gz`))
    const model = {
      model: inRepository('test', 'fixtures', 'remote', 'chat-tiny'),
      transformers: sources?.transformers,
      className: undefined,
    }
    for (const { name: label, lines, request } of phases) {
      const { phase, batch, seq, cache, encoder, mask } = request
      const call = { phase, batch, seq, cache, encoder, mask, inputs: [] }
      const { kernels, differences } = await engine.verify(model, call, python(name), true)
      expect({ label, kernels, differences }).toEqual({ label, kernels: lines.length, differences: [] })
      await expect(engine.verify(model, call, python(name), false)).rejects.toMatchObject({ code: 'bad-option' })
    }
  })
})
