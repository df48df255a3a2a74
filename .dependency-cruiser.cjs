// The layer rule: a folder of src/ imports only from itself and from folders earlier in this list.
const layers = [
  'text',
  'sym',
  'python',
  'torch',
  'huggingface',
  'trace',
  'analyze',
  'expand',
  'predict',
  'report',
  'agent',
  'cli',
]
const browserSafe = layers.filter((layer) => layer !== 'cli')

module.exports = {
  forbidden: [
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `layer-${layer}`,
      comment: `src/${layer} imports only from: ${layers.slice(0, i + 1).join(', ')}`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${layers.slice(i + 1).join('|')})/` },
    })),
    {
      name: 'browser-safe',
      comment: 'everything below the shells runs in a browser: no Node modules',
      severity: 'error',
      from: { path: `^src/(${browserSafe.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      comment:
        'no cycles between folders; within one, mutual recursion (the object protocol calls itself) may span files',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { circular: true, pathNot: '^src/$1/', viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
