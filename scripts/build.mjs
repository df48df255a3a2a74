// Bundles src/ into dist/: the program with a chunk per command, so that a call loads only what it needs, and the library
// as one module with its types beside it. Dependencies stay in node_modules, except commander, which every call needs.
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: 'dist',
  legalComments: 'none',
  logLevel: 'warning',
}

// commander is CommonJS and asks for Node's modules with `require`, which an ES module has to make for itself.
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"

await build({
  ...shared,
  entryPoints: { cli: 'src/cli/main.ts', worker: 'src/cli/worker.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['ajv', 'ajv/*', 'py-ast', 'zod', '@huggingface/hub', '@anthropic-ai/*', 'ai', '@ai-sdk/*'],
  banner: { js: requireBanner },
})
chmodSync('dist/cli.js', 0o755)

if (existsSync('src/index.ts')) {
  await build({
    ...shared,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    entryPoints: { index: 'src/index.ts' },
    packages: 'external',
  })
}
