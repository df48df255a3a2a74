// Predicted times beside measured ones: what `predict` says from the catalogue, and its ratio to bench/measured.
// usage: node scripts/build.mjs && node bench/accuracy.mjs
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const hardware = 'h100-sxm'
const contextOfDecode = 2048
const measured = JSON.parse(readFileSync(new URL(`measured/${hardware}.json`, import.meta.url), 'utf8'))

function predicted(phase, { model, batch, seq }) {
  const request = ['--batch', batch, '--input-len', seq ?? contextOfDecode, '--output-len', 2].map(String)
  const argv = ['dist/cli.js', 'predict', model, '--hardware', hardware, ...request, '--json']
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  // 1: the memory does not do for what is kept free of it.
  if (status !== 0 && status !== 1) throw new Error(stderr)
  return JSON.parse(stdout)[phase].seconds * 1000
}

console.log(`${measured.machine}, ${measured.software}: ${measured.what}\n`)
console.log('| model | call | measured | predicted | predicted / measured |\n| --- | --- | ---: | ---: | ---: |')
for (const phase of ['encode', 'prefill', 'decode'])
  for (const row of measured[phase]) {
    const ms = predicted(phase, row)
    const call = `${phase}, batch ${row.batch}${row.seq === undefined ? '' : ` × ${row.seq}`}`
    console.log(`| ${row.model} | ${call} | ${row.ms} ms | ${ms.toPrecision(3)} ms | ${(ms / row.ms).toFixed(2)} |`)
  }
