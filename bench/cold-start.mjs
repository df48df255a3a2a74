// How long whole processes take, the built program beside a Node that does nothing: the difference is ours.
// usage: node scripts/build.mjs && node bench/cold-start.mjs [RUNS]
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const runs = Number(process.argv[2] ?? 20)
const predict = 'predict meta-llama/Llama-3.1-8B --hardware h100-sxm --batch 8 --input-len 2048 --output-len 256'
const calls = {
  'node -e 0': ['-e', '0'],
  'hardware list': ['dist/cli.js', 'hardware', 'list'],
  predict: ['dist/cli.js', ...predict.split(' ')],
}

for (const [name, args] of Object.entries(calls)) {
  const times = []
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args)
    if (status !== 0) {
      console.error(`${name}: exit code ${status}\n${stderr}`)
      process.exit(1)
    }
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  console.log(`${name.padEnd(16)} median ${times[runs >> 1].toFixed(0)} ms, best ${times[0].toFixed(0)} ms`)
}
