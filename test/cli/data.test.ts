// The data files: well formed, sourced, and consistent with what is published.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allHardware, catalogueModels, findModel, modelConfigText, nearestModels } from '../../src/cli/catalogue.ts'
import type { Ledger } from '../../src/cli/ledger.ts'
import { validator } from './schemas.ts'

const root = join(import.meta.dirname, '../..')
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))

describe('hardware', () => {
  const files = readdirSync(join(root, 'hardware'))
  const validate = validator('hardware')

  it.each(files)('%s holds facts with sources', (file) => {
    const facts = json(`hardware/${file}`)
    expect(validate(facts)).toEqual([])
    expect(facts).toHaveProperty('name', file.replace('.json', ''))
  })

  it('has peaks that grow as formats narrow', () => {
    for (const h of allHardware()) {
      const peaks = [
        h.vector_f32_flops_per_second,
        ...['f16', 'fp8', 'fp4'].map((f) => h.tensor_flops_per_second[f]),
      ].filter((f) => f !== undefined)
      const values = peaks.map((p) => p.value)
      expect(values, h.name).toEqual([...values].sort((a, b) => a - b))
    }
  })
})

describe('catalogue', () => {
  const files = readdirSync(join(root, 'catalogue/models'))
  const validate = validator('catalogue_model')

  it('knows many checkpoints', () => {
    expect(files.length).toBeGreaterThanOrEqual(25)
  })

  it.each(files)('%s states facts', (file) => {
    const entry = json(`catalogue/models/${file}`)
    expect(validate(entry)).toEqual([])
    expect(entry).toHaveProperty('id', file.replace('--', '/').replace('.json', ''))
  })

  it('counts the parameters that are published', () => {
    for (const { id, parameters } of catalogueModels()) {
      // 8.03B says: between 8.025 and 8.035 billion
      const [, number = '', unit] = /^([\d.]+)([MB])$/.exec(parameters.published) ?? []
      const scale = unit === 'B' ? 1e9 : 1e6
      const decimals = number.split('.')[1]?.length ?? 0
      expect(Math.abs(parameters.count / scale - Number(number)), id).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-9)
    }
  })

  it('names every checkpoint once', () => {
    const names = catalogueModels().flatMap((m) => [m.id, ...m.aliases])
    expect(new Set(names).size).toBe(names.length)
  })

  it('finds models by alias and hands out configs whose floats are still floats', () => {
    expect(findModel('gpt2')?.id).toBe('openai-community/gpt2')
    expect(findModel('nobody/nothing')).toBeUndefined()
    expect(findModel('../models/x')).toBeUndefined()
    expect(modelConfigText('meta-llama/Meta-Llama-3.1-8B')).toContain('"rope_theta": 500000.0')
    for (const { id, config } of catalogueModels()) expect(JSON.parse(modelConfigText(id) ?? '')).toEqual(config)
  })

  // A checkpoint's own config.json, where those are at hand.
  const originals = join(root, '..', 'shared', 'configs')
  const known = (existsSync(originals) ? readdirSync(originals) : []).flatMap((file) => {
    const model = file.endsWith('.json') ? findModel(file.replace('--', '/').replace('.json', '')) : undefined
    return model === undefined ? [] : [[model.id, file, model.config] as const]
  })

  it.skipIf(known.length === 0).each(known)('agrees with the config.json of %s', (_, file, config) => {
    const original = JSON.parse(readFileSync(join(originals, file), 'utf8')) as Record<string, unknown>
    expect(Object.keys(config).filter((key) => key in original).length).toBeGreaterThan(5)
    expect(original).toMatchObject(commonTo(config, original))
  })

  it('suggests the nearest', () => {
    expect(nearestModels('meta-lama/Llama-3.1-8B')).toEqual(['meta-llama/Llama-3.1-8B'])
  })
})

/** The part of an object whose keys another has as well, in what is nested too. */
function commonTo(own: object, other: object): object {
  const entries = Object.entries(own).flatMap(([key, value]: [string, unknown]) => {
    const there = (other as Readonly<Record<string, unknown>>)[key]
    if (there === undefined) return []
    const isPart = isPlain(value) && isPlain(there)
    return [[key, isPart ? commonTo(value, there) : value] as const]
  })
  return Object.fromEntries(entries)
}

function isPlain(v: unknown): v is object {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

describe('ledger', () => {
  const files = readdirSync(join(root, 'ledger'))
  const validate = validator('ledger')

  it.each(files)('%s keeps its schema, and each type once', (file) => {
    const ledger = json(`ledger/${file}`) as Ledger
    expect(validate(ledger)).toEqual([])
    expect(file).toBe(`transformers-${ledger.transformers}.json`)
    const types = ledger.types.map((t) => `${t.kind} ${t.model_type}`)
    expect(new Set(types).size).toBe(types.length)
  })
})
