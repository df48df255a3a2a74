// The commands, a row each. A command's code is loaded when it is called.
import { agentFlags } from './agent/options.ts'
import type { CommandRow, OptionRow } from './command.ts'

const json: OptionRow = { flags: '--json', text: 'print JSON' }
const output = (what: string): OptionRow => ({ flags: '--output <path>', text: what })

const sources: readonly OptionRow[] = [
  { flags: '--transformers <dir>', text: 'checkout or installed package of transformers' },
  { flags: '--pytorch <dir>', text: 'checkout or installed package of torch, for lines of torch.nn' },
  { flags: '--source <dir>', text: 'folder of your own files and packages' },
  {
    flags: '--arg <argument>',
    text: '"NAME=VALUE" for the constructor of a model of your own, in Python; may be repeated',
    repeated: true,
  },
  { flags: '--config <file>', text: 'config.json to use' },
  { flags: '--overrides <file>', text: 'facts that the source does not tell (lm-predictor.overrides.json, if there)' },
]

const modelClass: OptionRow = {
  flags: '--class <class>',
  text: "the model class, where the config's own isn't wanted",
}

const choice: readonly OptionRow[] = [
  modelClass,
  { flags: '--attn <implementation>', text: 'sdpa or eager' },
  { flags: '--experts <implementation>', text: 'grouped_mm or eager' },
  { flags: '--dtype <dtype>', text: 'bf16, f16 or f32' },
]

const sizes = (batch: number, seq: number, cache: number): readonly OptionRow[] => [
  { flags: '--phase <phase>', text: 'prefill, decode, extend or forward; by the sizes unless given; encode' },
  { flags: '--batch <n>', text: `sequences (${batch})` },
  { flags: '--seq <n>', text: `new tokens a sequence (${seq})` },
  { flags: '--cache <n>', text: `tokens in the cache (${cache})` },
  { flags: '--encoder-len <n>', text: "tokens or frames of an encoder-decoder's source (32, or the config's)" },
]

const input: OptionRow = {
  flags: '--input <input>',
  text: '"NAME=dtype[shape]" or "NAME=VALUE", such as "input_ids=torch.tensor([[1,2]])", in place of input_ids and beside what --cache keeps; may be repeated',
  repeated: true,
}

const call: readonly OptionRow[] = [
  ...sizes(1, 32, 0),
  { flags: '--mask <mask>', text: 'none, left:N or right:N positions of padding' },
  input,
]

/** How weights and cache are kept, and what is left free. */
const storage = (cached: string): readonly OptionRow[] => [
  { flags: '--dtype <dtype>', text: "bf16, f16 or f32; the checkpoint's own unless given" },
  { flags: '--kv-dtype <dtype>', text: `format of ${cached}: bf16, f16, f32, fp8 or int8` },
  { flags: '--w-bits <n>', text: 'bits of a weight, 4 for example' },
  { flags: '--memory-reserve <share>', text: 'share of the memory to leave free (0.1)' },
  modelClass,
]

export const commands: readonly CommandRow[] = [
  {
    path: ['predict'],
    summary: 'time and memory of a request on an accelerator',
    example:
      'lm-predictor predict meta-llama/Llama-3.1-8B --hardware h100-sxm --batch 8 --input-len 2048 --output-len 256',
    args: ['[model]'],
    options: [
      { flags: '--hardware <name>', text: 'the accelerator: lm-predictor hardware list' },
      { flags: '--batch <n>', text: 'sequences (1)' },
      { flags: '--input-len <n>', text: 'tokens of each prompt, or of the source that an encoder reads (1024)' },
      { flags: '--output-len <n>', text: 'tokens generated for each (128)' },
      ...storage('the cache'),
      ...sources,
      output('also write the JSON to a file'),
      json,
    ],
    load: () => import('./commands/predict.ts'),
  },
  {
    path: ['memory'],
    summary: 'what weights, cache and activations take, tensor by tensor, and what fits',
    example: 'lm-predictor memory meta-llama/Llama-3.1-8B --context 8192 --batch 8 --hardware h100-sxm',
    args: ['[model]'],
    options: [
      { flags: '--context <n>', text: 'tokens of each sequence in the cache (4096, or the model’s positions)' },
      { flags: '--batch <n>', text: 'sequences (1)' },
      {
        flags: '--input-len <n>',
        text: 'tokens of each that one pass reads, for the activations; of the source of an encoder-decoder (all)',
      },
      { flags: '--hardware <name>', text: 'the accelerator that it should fit on' },
      { flags: '--page-size <n>', text: 'tokens of a block of the cache, of which sequences take whole ones' },
      ...storage('what the cache holds for tokens'),
      ...sources,
      output('also write the JSON to a file'),
      json,
    ],
    load: () => import('./commands/memory.ts'),
  },
  {
    path: ['inspect'],
    summary: 'the module tree with classes, shapes and parameter counts',
    example: 'lm-predictor inspect --model_id meta-llama/Llama-3.1-8B',
    args: ['[model]'],
    options: [
      { flags: '--model-id <model>', text: 'the model, as an option' },
      { flags: '--depth <n>', text: 'levels to show' },
      ...choice,
      ...sources,
      output('also write the JSON to a file'),
      json,
    ],
    engine: true,
    load: () => import('./commands/inspect.ts'),
  },
  {
    path: ['analyze'],
    summary: "stage 1: one module's forward(), line by line",
    example: 'lm-predictor analyze --module transformers.models.llama.modeling_llama.LlamaRMSNorm',
    options: [
      { flags: '--module <class>', text: 'fully qualified class name' },
      { flags: '--recursive', text: 'also every module it refers to, into a folder' },
      ...sizes(2, 32, 32),
      input,
      { flags: '--attn <implementation>', text: 'sdpa or eager' },
      { flags: '--dtype <dtype>', text: 'bf16, f16 or f32' },
      { flags: '--format <format>', text: 'what to print: table or json (table)' },
      {
        flags: '--engine <how>',
        text: 'engine; agent: an agent reads the source; auto: the engine, and an agent where it stops (engine)',
      },
      ...agentFlags,
      { flags: '--model <model>', text: 'the same as --agent-model' },
      {
        flags: '--python <path>',
        text: 'a Python with torch: what an agent hands in is compared with what it launches',
      },
      { flags: '--concurrency <n>', text: 'classes that agents work on at a time, with --recursive (2)' },
      ...sources,
      output('module_analysis.json, or with --recursive the folder analysis_results'),
      json,
    ],
    engine: true,
    load: () => import('./commands/analyze.ts'),
  },
  {
    path: ['expand'],
    summary: 'stage 2: every reference of a module analysis replaced by what it stands for',
    example:
      'lm-predictor expand --model transformers.models.llama.modeling_llama.LlamaMLP --module-analysis ./analysis_results',
    options: [
      { flags: '--model <class>', text: 'fully qualified class name' },
      { flags: '--module-analysis <dir>', text: 'folder that analyze --recursive wrote' },
      {
        flags: '--engine <how>',
        text: 'engine; agent or auto: an agent reads the source where a reference does not bind (engine)',
      },
      ...agentFlags,
      input,
      { flags: '--attn <implementation>', text: 'sdpa or eager' },
      { flags: '--dtype <dtype>', text: 'bf16, f16 or f32' },
      ...sources,
      output('model_analysis.json'),
      json,
    ],
    load: () => import('./commands/expand.ts'),
  },
  {
    path: ['trace'],
    summary: 'the kernels that one call of a model launches',
    example: 'lm-predictor trace meta-llama/Llama-3.1-8B --batch 2 --seq 32 --format oracle',
    args: ['[model]'],
    options: [
      ...choice,
      ...call,
      { flags: '--format <format>', text: 'table, or oracle: a JSON object a line (table)' },
      ...sources,
      output('write to a file instead'),
      json,
    ],
    engine: true,
    load: () => import('./commands/trace.ts'),
  },
  {
    path: ['annotate'],
    summary: 'the source of a forward() with the cost of each line in the margin',
    example:
      'lm-predictor annotate meta-llama/Llama-3.1-8B --module LlamaMLP --hardware h100-sxm --batch 8 --seq 1 --cache 2048',
    args: ['[model]'],
    options: [
      { flags: '--module <class>', text: 'whose forward() to show' },
      { flags: '--hardware <name>', text: 'the accelerator that times are for' },
      ...choice,
      ...call,
      ...sources,
      output('also write the JSON to a file'),
      json,
    ],
    engine: true,
    load: () => import('./commands/annotate.ts'),
  },
  {
    path: ['verify'],
    summary: 'the difference between a trace and what your own PyTorch launches',
    example: 'lm-predictor verify meta-llama/Llama-3.1-8B --batch 2 --seq 32',
    args: ['[model]'],
    options: [
      ...choice,
      ...call,
      { flags: '--all', text: 'every model type of Transformers in place of a model, some minutes a hundred' },
      { flags: '--filter <expression>', text: 'with --all: only model types that a regular expression matches' },
      {
        flags: '--python <path>',
        text: 'the Python to run; packages that are not given are read from its environment',
      },
      { flags: '--trust-remote-code', text: "let it run the checkpoint's own code" },
      ...sources,
      output('also write the JSON to a file'),
      json,
    ],
    engine: true,
    load: () => import('./commands/verify.ts'),
  },
  {
    path: ['coverage'],
    summary: 'which model types of Transformers can be read, compared with what PyTorch was recorded to launch',
    example: "lm-predictor coverage --filter 'llama|qwen' --transformers ./transformers",
    options: [
      { flags: '--filter <expression>', text: 'only model types that a regular expression matches' },
      { flags: '--workers <n>', text: 'threads (as many as there are cores)' },
      { flags: '--format <format>', text: 'table, or markdown for documents (table)' },
      ...sources.slice(0, 2),
      output('also write the JSON to a file'),
      json,
    ],
    engine: true,
    load: () => import('./commands/coverage.ts'),
  },
  {
    path: ['models', 'list'],
    summary: 'checkpoints of the catalogue',
    example: 'lm-predictor models list',
    options: [json],
    load: () => import('./commands/models-list.ts'),
  },
  {
    path: ['hardware', 'list'],
    summary: 'known accelerators',
    example: 'lm-predictor hardware list',
    options: [json],
    load: () => import('./commands/hardware-list.ts'),
  },
  {
    path: ['hardware', 'show'],
    summary: 'the facts of an accelerator, with their sources',
    example: 'lm-predictor hardware show h100-sxm',
    args: ['[name]'],
    options: [json],
    load: () => import('./commands/hardware-show.ts'),
  },
  {
    path: ['sources', 'add'],
    summary: 'fetch the sources of a package with pip or uv',
    example: 'lm-predictor sources add transformers==5.23.0',
    args: ['[packages...]'],
    options: [{ flags: '--python <path>', text: 'the Python whose pip to use' }, json],
    load: () => import('./commands/sources-add.ts'),
  },
  {
    path: ['sources', 'list'],
    summary: 'fetched sources',
    example: 'lm-predictor sources list',
    options: [json],
    load: () => import('./commands/sources-list.ts'),
  },
]
