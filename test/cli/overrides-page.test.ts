// docs/overrides.md is what `help overrides` prints, and what it shows runs as it stands there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cli } from './run.ts'

const page = readFileSync(new URL('../../docs/overrides.md', import.meta.url), 'utf8')
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? ''
const trace = [
  ...['trace', 'my_model.Block', '--source', '.', '--arg', 'hidden_size=64'],
  ...['--input', 'x=bf16[batch_size,seq_len,64]'],
]

let folder = ''
const saved = process.cwd()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
  process.chdir(folder)
  writeFileSync('my_model.py', block('py'))
})

afterEach(() => {
  process.chdir(saved)
  rmSync(folder, { recursive: true })
})

describe('the page on overrides', () => {
  it('is what help prints', async () => {
    expect((await cli('help', 'overrides')).out).toBe(page)
    const agent = readFileSync(new URL('../../docs/agent.md', import.meta.url), 'utf8')
    expect((await cli('help', 'agent')).out).toBe(agent)
  })

  it('shows a model that stops without them', async () => {
    const { code, err } = await cli(...trace)
    expect(code).toBe(3)
    expect(err).toContain('unsupported-op: torch.ops.my_ext.silu_and_mul')
    expect(err).toContain('help overrides')
  })

  it('shows entries with which it runs, and every result says what rests on them', async () => {
    writeFileSync('lm-predictor.overrides.json', block('json'))
    const { code, out, err } = await cli(...trace, '--json')
    expect(code).toBe(0)
    const { provenance, kernels } = JSON.parse(out) as {
      readonly provenance: { readonly overrides: readonly { readonly name: string; readonly verdict: string }[] }
      readonly kernels: readonly { readonly op: string; readonly flops: number; readonly read: number }[]
    }
    expect(kernels.find((k) => k.op === 'my_ext.silu_and_mul.default')).toMatchObject({
      flops: 5 * 32 * 128,
      read: 2 * 32 * 256,
    })
    expect(provenance.overrides.map((o) => [o.name, o.verdict])).toEqual([
      ['torch.ops.my_ext.silu_and_mul', 'unverified'],
      ['my_model.py:12', 'unverified'],
    ])
    expect(err).toContain('note: rests on the branch override my_model.py:12, unverified')
  })

  it('stops when the source has moved under a quotation', async () => {
    writeFileSync('lm-predictor.overrides.json', block('json'))
    writeFileSync('my_model.py', `# moved\n${block('py')}`)
    const { code, err } = await cli(...trace)
    expect(code).toBe(2)
    expect(err).toContain('stale-override')
  })
})
