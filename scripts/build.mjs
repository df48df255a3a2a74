// Bundles src/ into dist/: the program with a chunk per command, so that a call loads only what it needs, and the library
// as one module with its types beside it. Dependencies stay in node_modules, except commander, which every call needs.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
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

const ending = '_schema.json'

/** Puts functions in the place of src/cli/compiled-schemas.ts, each a chunk of its own. */
const compiledSchemas = {
  name: 'compiled-schemas',
  setup({ onLoad, onResolve }) {
    const ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      code: { source: true, esm: true },
    })
    const files = readdirSync('schemas')
    for (const file of files) ajv.addSchema(JSON.parse(readFileSync(join('schemas', file), 'utf8')), file)
    const names = files.map((file) => file.slice(0, -ending.length))
    const imports = names.map((name) => `  ${JSON.stringify(name)}: () => import('schema:${name}'),`)
    const table = `const made = {\n${imports.join('\n')}\n}`
    const lookUp = 'export const compiledSchema = async (schema) => (await made[schema]?.())?.default'
    onLoad({ filter: /compiled-schemas\.ts$/ }, () => ({ contents: `${table}\n${lookUp}\n`, resolveDir: '.' }))
    onResolve({ filter: /^schema:/ }, ({ path }) => ({ path, namespace: 'schema' }))
    onLoad({ filter: /./, namespace: 'schema' }, ({ path }) => ({
      contents: standaloneCode(ajv, ajv.getSchema(`${path.slice('schema:'.length)}${ending}`)),
      resolveDir: '.',
    }))
  },
}

// commander is CommonJS and asks for Node's modules with `require`, which an ES module has to make for itself.
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"

await build({
  ...shared,
  entryPoints: { cli: 'src/cli/main.ts', worker: 'src/cli/worker.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [compiledSchemas],
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
